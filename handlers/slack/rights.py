"""Who may do what, looked up when the button is pressed. What is not written out, nobody may."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from handlers.texts.groups import why_unusable
from handlers.who import Who, WhoKind, named
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused

Members = Callable[[str], Collection[str]]
"""The user ids in a user group, now. Raise `Unsure` where Slack does not say, `UnusableGroup` where it never will."""


class NotAllowed(Refused):
    """The person has not the right."""

    def __init__(self, message: str, *, owner: str | None = None) -> None:
        """`owner`: whom the person may ask."""
        self.owner = owner
        super().__init__(message)


class Unsure(Refused):
    """Whether the person has the right could not be found out just now, so it counts as none."""


class UnusableGroup(NotAllowed):
    """A user group that a right depends on cannot be read, and will not be until somebody acts. It gives nobody one."""

    def __init__(self, group: str, code: str, *, owner: str | None = None) -> None:
        """`code`: Slack's word for why. `owner`: whom the person may ask."""
        self.group = group
        self.code = code
        super().__init__(f"{why_unusable(group, code)}, so it gives nobody a right. Nothing was done.", owner=owner)


@dataclass(frozen=True, kw_only=True)
class Rights:
    """The rights of people, by their ids and by their user groups."""

    members: Members
    engineers: Sequence[Who]

    def decide(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may decide this workflow's reviews, or `Unsure`."""
        reviewers = _reviewers(workflow)
        if not reviewers:
            raise NotAllowed(f"Nobody is named yet who may decide {workflow.name}.", owner=workflow.owner)
        if not self._is_one(user, reviewers, workflow):
            raise NotAllowed(f"You are not among the reviewers of {workflow.name}.", owner=workflow.owner)

    def settle(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may say what became of this workflow's deliveries, or `Unsure`."""
        if user != workflow.owner and not self._is_one(user, (*_reviewers(workflow), *self.engineers), workflow):
            said = f"Only reviewers, engineers and the owner may settle deliveries of {workflow.name}."
            raise NotAllowed(said, owner=workflow.owner)

    def read(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may read this workflow's cases, or `Unsure`."""
        if user != workflow.owner and not self._is_one(user, (*_reviewers(workflow), *self.engineers), workflow):
            said = f"Only reviewers, engineers and the owner may read cases of {workflow.name}."
            raise NotAllowed(said, owner=workflow.owner)

    def rerun(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may run this workflow's cases again, or `Unsure`."""
        if user != workflow.owner and not self._is_one(user, self.engineers, workflow):
            said = f"Only engineers and the owner may run cases of {workflow.name} again."
            raise NotAllowed(said, owner=workflow.owner)

    def pause(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may pause and resume this workflow, or `Unsure`."""
        if user != workflow.owner and not self._is_one(user, self.engineers, workflow):
            said = f"Only engineers and the owner may pause {workflow.name}, resume it, or have it propose anew."
            raise NotAllowed(said, owner=workflow.owner)

    def _is_one(self, user: str, among: Sequence[Who], workflow: AnyWorkflow) -> bool:
        """Is somebody named, or in a group that is? Raise `Unsure` or `UnusableGroup` where a group that might say so
        does not, and no other does.
        """
        if Who(kind=WhoKind.PERSON, id=user) in among:
            return True
        unsaid: Unsure | UnusableGroup | None = None
        for group in among:
            if group.kind is not WhoKind.GROUP:
                continue
            try:
                if user in self.members(group.id):
                    return True
            except UnusableGroup as error:
                unsaid = unsaid or UnusableGroup(error.group, error.code, owner=workflow.owner)
            except Unsure as error:
                unsaid = error
        if unsaid is not None:
            raise unsaid
        return False


def _reviewers(workflow: AnyWorkflow) -> Sequence[Who]:
    return named(workflow.review.reviewers)

"""Rights, checked when a button is pressed. A right that is written nowhere, nobody has."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from handlers.texts.groups import why_unusable
from handlers.who import Who, WhoKind, named
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused

Members = Callable[[str], Collection[str]]
"""Function that returns the user ids in a user group. Raise `Unsure` for no answer now, `UnusableGroup` for none ever.
"""


class NotAllowed(Refused):
    """The person has no right to this."""

    def __init__(self, message: str, *, owner: str | None = None) -> None:
        """Keep the message. `owner`: the person to ask."""
        self.owner = owner
        super().__init__(message)


class Unsure(Refused):
    """The right could not be checked just now, so it counts as none."""


class UnusableGroup(NotAllowed):
    """A user group of a right cannot be read until somebody repairs it, so it gives nobody the right."""

    def __init__(self, group: str, code: str, *, owner: str | None = None) -> None:
        """Keep the group. `code`: Slack's error code. `owner`: the person to ask."""
        self.group = group
        self.code = code
        super().__init__(f"{why_unusable(group, code)}, so it gives nobody a right. Nothing was done.", owner=owner)


@dataclass(frozen=True, kw_only=True)
class Rights:
    """Rights of people, by their ids and by their user groups."""

    members: Members
    engineers: Sequence[Who]

    def decide(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may decide this workflow's reviews; `Unsure` where that is not known."""
        reviewers = _reviewers(workflow)
        if not reviewers:
            raise NotAllowed(f"{workflow.name} has no reviewers yet, so nobody may decide it.", owner=workflow.owner)
        if not self._is_one(user, reviewers, workflow):
            raise NotAllowed(f"You are not among the reviewers of {workflow.name}.", owner=workflow.owner)

    def settle(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may settle this workflow's doubtful deliveries; `Unsure` if not known."""
        if user != workflow.owner and not self._is_one(user, (*_reviewers(workflow), *self.engineers), workflow):
            said = f"Only reviewers, engineers and the owner may settle deliveries of {workflow.name}."
            raise NotAllowed(said, owner=workflow.owner)

    def read(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may read this workflow's cases; `Unsure` where that is not known."""
        if user != workflow.owner and not self._is_one(user, (*_reviewers(workflow), *self.engineers), workflow):
            said = f"Only reviewers, engineers and the owner may read cases of {workflow.name}."
            raise NotAllowed(said, owner=workflow.owner)

    def rerun(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may run this workflow's cases again; `Unsure` where that is not known."""
        if user != workflow.owner and not self._is_one(user, self.engineers, workflow):
            said = f"Only engineers and the owner may run cases of {workflow.name} again."
            raise NotAllowed(said, owner=workflow.owner)

    def pause(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may pause and resume this workflow; `Unsure` where that is not known."""
        if user != workflow.owner and not self._is_one(user, self.engineers, workflow):
            said = f"Only engineers and the owner may pause {workflow.name}, resume it, or have its model asked again."
            raise NotAllowed(said, owner=workflow.owner)

    def _is_one(self, user: str, among: Sequence[Who], workflow: AnyWorkflow) -> bool:
        """Tell whether a user is named, or is in a group that is.

        Raise `Unsure` or `UnusableGroup` where a group could not be read, and nothing else names the user.
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

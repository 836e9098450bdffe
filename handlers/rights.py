"""Who may do what, looked up when the button is pressed. What is not written out, nobody may."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from workflows.engine.errors import Refused
from workflows.engine.registry import AnyWorkflow

Members = Callable[[str], Collection[str]]
"""The user ids in a user group, now. Raise `Unsure` where it cannot be found out."""


class NotAllowed(Refused):
    """The person has not the right."""

    def __init__(self, message: str, *, owner: str | None = None) -> None:
        """`owner`: whom the person may ask."""
        self.owner = owner
        super().__init__(message)


class Unsure(Refused):
    """Whether the person has the right could not be found out, so it counts as none."""


@dataclass(frozen=True, kw_only=True)
class Rights:
    """The rights of people, by their ids and by their user groups."""

    members: Members
    engineers: Sequence[str]
    """User ids and user groups."""

    def decide(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may decide this workflow's reviews, or `Unsure`."""
        named = _named(workflow.review.reviewers)
        if not named:
            raise NotAllowed(f"Nobody is named yet who may decide {workflow.name}.", owner=workflow.owner)
        if not self._is_one(user, named):
            raise NotAllowed(f"You are not among the reviewers of {workflow.name}.", owner=workflow.owner)

    def settle(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may say what became of this workflow's deliveries, or `Unsure`."""
        if user != workflow.owner and not self._is_one(user, (*_named(workflow.review.reviewers), *self.engineers)):
            said = f"Only reviewers, engineers and the owner may settle deliveries of {workflow.name}."
            raise NotAllowed(said, owner=workflow.owner)

    def read(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may read this workflow's cases, or `Unsure`."""
        if user != workflow.owner and not self._is_one(user, (*_named(workflow.review.reviewers), *self.engineers)):
            said = f"Only reviewers, engineers and the owner may read cases of {workflow.name}."
            raise NotAllowed(said, owner=workflow.owner)

    def rerun(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may run this workflow's cases again, or `Unsure`."""
        if user != workflow.owner and not self._is_one(user, self.engineers):
            said = f"Only engineers and the owner may run cases of {workflow.name} again."
            raise NotAllowed(said, owner=workflow.owner)

    def pause(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may pause and resume this workflow, or `Unsure`."""
        if user != workflow.owner and not self._is_one(user, self.engineers):
            said = f"Only engineers and the owner may pause {workflow.name}, resume it, or have it propose anew."
            raise NotAllowed(said, owner=workflow.owner)

    def _is_one(self, user: str, named: Sequence[str]) -> bool:
        return user in named or any(user in self.members(group) for group in named if _is_group(group))


def _named(reviewers: str | Sequence[str] | None) -> tuple[str, ...]:
    named = (reviewers,) if isinstance(reviewers, str) else reviewers or ()
    return tuple(name for name in named if name)


def _is_group(name: str) -> bool:
    return name.startswith("S")

"""Rights, checked when a button is pressed. A right that is written nowhere, nobody has."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from handlers.texts.groups import NOT_OURS, why_unusable
from handlers.who import Who, WhoKind, named
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused

Members = Callable[[str], Collection[str]]
"""Function that returns the user ids in a user group. Raise `Unsure` for no answer now, `UnusableGroup` for none ever.
"""


class PersonKind(StrEnum):
    """The kind of a person in a workspace."""

    MEMBER = "member"
    GUEST = "guest"
    BOT = "bot"
    OUTSIDER = "outsider"
    """Somebody of another workspace, who is here through Slack Connect."""
    GONE = "gone"
    """Somebody whose account is deactivated."""


KindOf = Callable[[str], PersonKind]
"""Function that returns a user's kind. Raise `Unsure` for no answer now, `UnknownKind` for none ever."""


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


class UnknownKind(NotAllowed):
    """It cannot be found out whether somebody is a guest, so a user group gives them no right."""

    def __init__(self, code: str, *, owner: str | None = None) -> None:
        """Keep Slack's error code. `owner`: the person to ask."""
        self.code = code
        why = "its scope users:read is missing" if code in NOT_OURS else f"Slack says {code}"
        said = f"Countersign may not ask Slack who is a guest ({why}), so a user group gives nobody a right."
        super().__init__(f"{said} Nothing was done.", owner=owner)


_REFUSED: Mapping[PersonKind, str] = {
    PersonKind.GUEST: "Guests may not do that here, unless they are named themselves.",
    PersonKind.BOT: "Bots may not do that.",
    PersonKind.OUTSIDER: "Only members of this workspace can do that.",
    PersonKind.GONE: "Only members of this workspace can do that.",
}


@dataclass(frozen=True, kw_only=True)
class Rights:
    """Rights of people, by their ids and by their user groups."""

    members: Members
    kind_of: KindOf
    engineers: Sequence[Who]
    leads: Sequence[Who] = ()

    def decide(self, user: str, workflow: AnyWorkflow, *, second: int | None = None) -> None:
        """Raise `NotAllowed` unless the user may decide this workflow's reviews; `Unsure` where that is not known.

        `second`: the place of the declared second person that a review waits for.
        """
        seconds = workflow.review.seconds
        if second is not None and second < len(seconds) and seconds[second].by is not None:
            if not self._is_one(user, named(seconds[second].by), workflow):
                said = f"You are not among those who may be the second person of {workflow.name}."
                raise NotAllowed(said, owner=workflow.owner)
            return
        reviewers = _reviewers(workflow)
        if not reviewers:
            raise NotAllowed(f"{workflow.name} has no reviewers yet, so nobody may decide it.", owner=workflow.owner)
        if not self._is_one(user, (*named(workflow.review.escalate_to), *reviewers), workflow):
            raise NotAllowed(f"You are not among the reviewers of {workflow.name}.", owner=workflow.owner)

    def settle(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may settle this workflow's doubtful deliveries; `Unsure` if not known."""
        if not _is_owner(user, workflow) and not self._is_one(user, (*_reviewers(workflow), *self.engineers), workflow):
            said = f"Only reviewers, engineers and the owner may settle deliveries of {workflow.name}."
            raise NotAllowed(said, owner=workflow.owner)

    def read(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may read this workflow's cases; `Unsure` where that is not known."""
        if not _is_owner(user, workflow) and not self._is_one(user, (*_readers(workflow), *self.engineers), workflow):
            said = f"Only reviewers, engineers and the owner may read cases of {workflow.name}."
            raise NotAllowed(said, owner=workflow.owner)

    def hand_in(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may hand in cases of this workflow; `Unsure` where that is not known.

        They are those who may read its cases: the answer says whether there is such a case.
        """
        if not _is_owner(user, workflow) and not self._is_one(user, (*_readers(workflow), *self.engineers), workflow):
            said = f"Only reviewers, engineers and the owner may hand in cases of {workflow.name}."
            raise NotAllowed(said, owner=workflow.owner)

    def rerun(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may run this workflow's cases again; `Unsure` where that is not known."""
        if not _is_owner(user, workflow) and not self._is_one(user, self.engineers, workflow):
            said = f"Only engineers and the owner may run cases of {workflow.name} again."
            raise NotAllowed(said, owner=workflow.owner)

    def see_readings(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may see who read this workflow's cases; `Unsure` if not known."""
        if not _is_owner(user, workflow) and not self._is_one(user, self.engineers, workflow):
            said = f"Only engineers and the owner may see who read cases of {workflow.name}."
            raise NotAllowed(said, owner=workflow.owner)

    def take_examples(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may take this workflow's examples in; `Unsure` where that is not known."""
        if not _is_owner(user, workflow) and not self._is_one(user, self.engineers, workflow):
            said = f"Only engineers and the owner may take examples of {workflow.name}, or leave them."
            raise NotAllowed(said, owner=workflow.owner)

    def take_improvements(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may take improvements of this workflow; `Unsure` if not known."""
        if not _is_owner(user, workflow) and not self._is_one(user, self.engineers, workflow):
            said = f"Only engineers and the owner may take improvements of {workflow.name}, or leave them."
            raise NotAllowed(said, owner=workflow.owner)

    def pause(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may pause and resume this workflow; `Unsure` where that is not known."""
        if not _is_owner(user, workflow) and not self._is_one(user, self.engineers, workflow):
            said = f"Only engineers and the owner may pause {workflow.name}, resume it, or have its model asked again."
            raise NotAllowed(said, owner=workflow.owner)

    def choose(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may choose this workflow's course; `Unsure` where that is not known."""
        if not _is_owner(user, workflow) and not self._is_one(user, self.leads, workflow):
            said = f"Only leads and the owner may choose what becomes of {workflow.name}."
            raise NotAllowed(said, owner=workflow.owner)

    def look_at_digest(self, user: str, owners: Collection[str]) -> None:
        """Raise `NotAllowed` unless the user may say that they looked at a digest; `Unsure` where that is not known.

        `owners`: those of the workflows that it tells of.
        """
        if user not in owners and not self._is_one(user, self.leads, None):
            raise NotAllowed("Only leads, and the owners of the workflows in it, may say that they looked at it.")

    def choose_share(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may say how many cases this workflow looks at; `Unsure` if not known."""
        if not _is_owner(user, workflow) and not self._is_one(user, self.engineers, workflow):
            said = f"Only engineers and the owner may say how many of its cases {workflow.name} looks at."
            raise NotAllowed(said, owner=workflow.owner)

    def sign(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may sign this workflow's charter: its owner, or who stands in for them."""
        if user not in (workflow.owner, workflow.backup):
            raise NotAllowed(f"Only the owner of {workflow.name} may sign its charter.", owner=workflow.owner)

    def deploy(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may say what is deployed of this workflow; `Unsure` if not known.

        Whether the signature of an engineer suffices says the workflow's rollout.
        """
        if not _is_owner(user, workflow) and not self._is_one(user, self.engineers, workflow):
            said = f"Only engineers and the owner may say which version of {workflow.name} is used."
            raise NotAllowed(said, owner=workflow.owner)

    def let_alone(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may let more of this workflow go alone: its owner, or who stands in."""
        if not _is_owner(user, workflow):
            raise NotAllowed(f"Only the owner of {workflow.name} may let more of it go alone.", owner=workflow.owner)

    def take_back(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may take back what this workflow does alone; `Unsure` if not known."""
        if not _is_owner(user, workflow) and not self._is_one(user, self.engineers, workflow):
            said = f"Only engineers and the owner may take back what {workflow.name} does alone."
            raise NotAllowed(said, owner=workflow.owner)

    def oversee(self, user: str, workflow: AnyWorkflow) -> None:
        """Raise `NotAllowed` unless the user may see how this workflow stands; `Unsure` where that is not known.

        It shows what stands in channels, too, and nothing of what is in a case.
        """
        among = (*_readers(workflow), *self.engineers, *self.leads)
        if not _is_owner(user, workflow) and not self._is_one(user, among, workflow):
            said = f"Only leads, reviewers, engineers and the owner may see how {workflow.name} stands."
            raise NotAllowed(said, owner=workflow.owner)

    def check(self, user: str) -> None:
        """Raise `NotAllowed` unless the user may have the set-up checked; `Unsure` where that is not known."""
        if not self._is_one(user, self.engineers, None):
            raise NotAllowed("Only engineers may have the set-up checked.")

    def _is_one(self, user: str, among: Sequence[Who], workflow: AnyWorkflow | None) -> bool:
        """Tell whether a user is named, or is in a group that is. `workflow`: None: it is about no single one.

        Raise `Unsure` or `UnusableGroup` where a group could not be read, and nothing else names the user; `NotAllowed`
        for a guest, a bot or an outsider whom a group alone names.
        """
        if Who(kind=WhoKind.PERSON, id=user) in among:
            return True
        unsaid: Unsure | UnusableGroup | None = None
        for group in among:
            if group.kind is not WhoKind.GROUP:
                continue
            try:
                is_in_it = user in self.members(group.id)
            except UnusableGroup as error:
                unsaid = unsaid or UnusableGroup(error.group, error.code, owner=_owner(workflow))
                continue
            except Unsure as error:
                unsaid = error
                continue
            if is_in_it:
                self._refuse_outsiders(user, workflow)
                return True
        if unsaid is not None:
            raise unsaid
        return False

    def _refuse_outsiders(self, user: str, workflow: AnyWorkflow | None) -> None:
        """Raise `NotAllowed` for a guest, a bot or an outsider, unless the workflow lets them decide."""
        if workflow is not None and workflow.review.guests:
            return
        try:
            kind = self.kind_of(user)
        except UnknownKind as error:
            raise UnknownKind(error.code, owner=_owner(workflow)) from error
        if kind in _REFUSED:
            raise NotAllowed(_REFUSED[kind], owner=_owner(workflow))


def _is_owner(user: str, workflow: AnyWorkflow) -> bool:
    """Tell whether a user is a workflow's owner, or stands in for them."""
    return user in (workflow.owner, workflow.backup)


def _owner(workflow: AnyWorkflow | None) -> str | None:
    return workflow.owner if workflow is not None else None


def _reviewers(workflow: AnyWorkflow) -> Sequence[Who]:
    return named(workflow.review.reviewers)


def _readers(workflow: AnyWorkflow) -> Sequence[Who]:
    """Return those who may decide a workflow's cases, as the first person or as a second one, and its backup."""
    asked = (*named(workflow.review.escalate_to), *named(workflow.backup))
    return (*_reviewers(workflow), *asked, *(one for second in workflow.review.seconds for one in named(second.by)))

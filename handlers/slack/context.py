"""The context of every listener. Made once, in `bot/slack/wiring.py`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from zoneinfo import ZoneInfo

from handlers.slack.access.admission import Installation, Origin
from handlers.slack.access.rights import NotAllowed, Rights, UnknownKind, Unsure, UnusableGroup
from handlers.slack.access.scopes import Granted
from handlers.slack.access.user_groups import Groups
from handlers.texts.operations.findings import Finding
from store.cases.turns import Turns
from store.states import InstallationEnd
from store.subjects import Subject
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Repeated, Unknown
from workflows.engine.review import refusals
from workflows.engine.review.views import WhyRefused
from workflows.engine.sources.heard.files import FaceFiles, NoFaceFiles


class NotHere(Unknown):
    """The object is gone, or the person may not know of it: both get the same words."""

    def __init__(self) -> None:
        super().__init__("You have no right to this, or it no longer exists.")


@dataclass(frozen=True, kw_only=True)
class SlackContext:
    """Countersign as Slack's listeners see it."""

    context: Context
    rights: Rights
    groups: Groups
    installed: Installation
    """Workspace that the cases belong to."""
    bot: str = ""
    """Our id among the bots of the workspace."""
    bot_user: str = ""
    """Our id among the people of the workspace."""
    address: str | None = None
    """Address at which people open the workspace; None where Slack does not say."""
    zone_of: Callable[[str], ZoneInfo | None] = field(default=lambda user: None)
    """Function that returns a person's time zone; None where Slack does not say."""
    is_in: Callable[[str], bool] = field(default=lambda channel: False)
    """Function that tells whether we are in a channel, as far as Slack says so."""
    granted: Granted = field(default_factory=Granted)
    """Scopes that Slack granted: what needs one that is missing refuses with `granted.need(SCOPE)`."""

    files: FaceFiles = field(default_factory=NoFaceFiles)
    """Files of the workspace."""

    personal_figures: bool = False
    """True if the team wants its people to see figures about themselves, each their own."""
    checks: Callable[[], Iterable[Finding]] = field(default=tuple)
    """Function that checks the set-up; it takes seconds."""
    is_gone: Callable[[InstallationEnd], None] = field(default=lambda why: None)
    """Function that is told that Slack says so: the app was uninstalled here, or its token revoked."""

    def admit(self, origin: Origin) -> None:
        """Raise `NotAllowed` for anybody from another workspace, who is told nothing about any case."""
        if not self.installed.admits(origin):
            raise NotAllowed("Only members of this workspace can do that.")

    def known_here(self, generation: int) -> None:
        """Raise `Refused` for a button from before the database was restored: its ids may mean other rows now."""
        if generation != self.context.restores.number:
            raise Refused("This is from before the database was restored and no longer works.")

    @contextmanager
    def watched(self, case: int, *, by: str, wants: str) -> Iterator[None]:
        """Record a refusal, where the block raises `Refused`, in the audit trail of a case."""
        try:
            yield
        except Refused as error:
            why = WhyRefused.NO_RIGHT if isinstance(error, NotAllowed) else refusals.why_of(error)
            refusals.note(self.context, case, by=by, wanted=wants, why=why)
            raise

    @contextmanager
    def watched_of_workflow(self, workflow: str, *, by: str, wants: str) -> Iterator[None]:
        """Record a refusal, where the block raises `Refused`, in the audit trail of a workflow.

        What was done before is no refusal.
        """
        try:
            yield
        except Repeated:
            raise
        except Refused as error:
            why = WhyRefused.NO_RIGHT if isinstance(error, NotAllowed | NotHere) else refusals.why_of(error)
            refusals.note_of_workflow(self.context, workflow, by=by, wanted=wants, why=why)
            raise

    @contextmanager
    def watched_stray(self, subject: Subject, *, by: str, wants: str) -> Iterator[None]:
        """Record a refusal of something that belongs to no case here, since it is from before a restore."""
        try:
            yield
        except Refused:
            refusals.note_stray(self.context, subject, by=by, wanted=wants, why=WhyRefused.BEFORE_RESTORE)
            raise

    def not_there(self, subject: Subject, origin: Origin, *, by: str, wants: str) -> None:
        """Do for something that is not there what is done for what a person may not know of."""
        is_ours = self.installed.admits(origin)
        refusals.note_stray(self.context, subject, by=by, wanted=wants if is_ours else "see", why=WhyRefused.UNKNOWN)
        self.admit(origin)

    @contextmanager
    def discreet(self, workflow: str, channel: str | None) -> Iterator[None]:
        """Turn a refusal in the block into `NotHere`, so that the person cannot learn whether the object exists.

        In the channel where the workflow's cards are shown it is no secret, so the refusal stays.
        """
        try:
            yield
        except (UnusableGroup, UnknownKind):
            raise
        except NotAllowed as error:
            if channel and any(one.name == workflow for one in self.shown_in(channel)):
                raise
            raise NotHere from error

    def allowed(
        self, right: Callable[[str, AnyWorkflow], None], user: str, among: Iterable[AnyWorkflow]
    ) -> Sequence[AnyWorkflow]:
        """Return those of these workflows for which a user has this right, as far as Slack can tell.

        Raise `Unsure`, `UnusableGroup` or `UnknownKind` where none was found, and Slack could not tell of one.
        """
        found, unsaid = list[AnyWorkflow](), list[Unsure | UnusableGroup | UnknownKind]()
        for workflow in among:
            try:
                right(user, workflow)
                found.append(workflow)
            except UnusableGroup as error:
                # Without its owner, who belongs to one workflow and is named only to people who may know of it.
                unsaid.append(UnusableGroup(error.group, error.code))
            except UnknownKind as error:
                unsaid.append(UnknownKind(error.code))
            except Unsure as error:
                unsaid.append(error)
            except NotAllowed:
                pass
        if unsaid and not found:
            raise unsaid[0]
        return found

    def turns(self, user: str, among: Iterable[AnyWorkflow]) -> Turns:
        """Return what a user may decide of these workflows, as a first or a second person, as far as Slack can tell.

        Raise as `allowed` does where that is nothing.
        """
        workflows, unsaid = list(among), list[Refused]()

        def may(right: Callable[[str, AnyWorkflow], None], some: Sequence[AnyWorkflow]) -> Sequence[AnyWorkflow]:
            try:
                return self.allowed(right, user, some)
            except (Unsure, UnusableGroup, UnknownKind) as error:
                unsaid.append(error)
                return []

        seconds = {
            (one.name, place): bool(may(partial(self.rights.decide, second=place), [one]))
            for one in workflows
            for place, second in enumerate(one.review.seconds)
            if second.by is not None
        }
        decided = [one.name for one in may(self.rights.decide, workflows)]
        if unsaid and not decided and not any(seconds.values()):
            raise unsaid[0]
        return Turns(by=user, workflows=decided, seconds=seconds)

    def may_decide(self, user: str, workflow: str, second: int | None) -> bool:
        """Tell whether a user may decide a workflow's reviews, or be its second person there. Raise `Unsure`.

        Nobody may where the workflow is not there any more.
        """
        if workflow not in self.context.registry:
            return False
        try:
            self.rights.decide(user, self.context.registry.get(workflow), second=second)
        except NotAllowed:
            return False
        return True

    def shown_in(self, among: str) -> Sequence[AnyWorkflow]:
        """Return the workflows whose cards are shown in a channel; all for an empty name, one workflow for its own."""
        return [one for one in self.context.registry if among in ("", one.review.post_to, one.name)]

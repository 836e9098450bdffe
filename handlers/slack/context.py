"""What every listener works with. Made once, in `bot/slack/wiring.py`."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from handlers.slack.admission import Installation, Origin
from handlers.slack.rights import NotAllowed, Rights, Unsure, UnusableGroup
from handlers.slack.user_groups import Groups
from store.subjects import Subject
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused, Unknown
from workflows.engine.review import refusals


class NotHere(Unknown):
    """What a person acted on is not there, or they may not know that it is: they are told the same."""

    def __init__(self) -> None:
        super().__init__("You have no right to this, or it is not there any more.")


@dataclass(frozen=True, kw_only=True)
class SlackContext:
    """Countersign as Slack's listeners see it."""

    context: Context
    rights: Rights
    groups: Groups
    installed: Installation
    """The workspace whose cases these are."""

    def admit(self, origin: Origin) -> None:
        """Raise `NotAllowed` for anybody from another workspace: they are told nothing about any case."""
        if not self.installed.admits(origin):
            raise NotAllowed("Only members of this workspace can do that.")

    def known_here(self, generation: int) -> None:
        """Raise `Refused` for what was shown before the database was restored: its numbers mean something else now."""
        if generation != self.context.restores.number:
            raise Refused("This is from before the database was restored, and does nothing any more.")

    @contextmanager
    def watched(self, case: int, *, by: str, wants: str) -> Iterator[None]:
        """Have it recorded where the block raises `Refused`: somebody wanted to do what they may not."""
        try:
            yield
        except Refused as error:
            why = "no_right" if isinstance(error, NotAllowed) else refusals.why_of(error)
            refusals.note(self.context, case, by=by, wanted=wants, why=why)
            raise

    @contextmanager
    def watched_stray(self, subject: Subject, *, by: str, wants: str) -> Iterator[None]:
        """The same for what belongs to no case here: it is from before a restore."""
        try:
            yield
        except Refused:
            refusals.note_stray(self.context, subject, by=by, wanted=wants, why="before_restore")
            raise

    def not_there(self, subject: Subject, origin: Origin, *, by: str, wants: str) -> None:
        """Do for something that is not there what is done for what a person may not know of."""
        is_ours = self.installed.admits(origin)
        refusals.note_stray(self.context, subject, by=by, wanted=wants if is_ours else "see", why="unknown")
        self.admit(origin)

    @contextmanager
    def discreet(self, workflow: str, channel: str | None) -> Iterator[None]:
        """Have somebody who may not do something in the block told no more than where it is not there at all.

        It is no secret in the channel where the workflow's cards are shown.
        """
        try:
            yield
        except UnusableGroup:
            raise
        except NotAllowed as error:
            if channel and any(one.name == workflow for one in self.shown_in(channel)):
                raise
            raise NotHere from error

    def allowed(
        self, right: Callable[[str, AnyWorkflow], None], user: str, among: Iterable[AnyWorkflow]
    ) -> Sequence[AnyWorkflow]:
        """The workflows among these that a user has this right in, as far as it can be found out.

        Raise `Unsure` or `UnusableGroup` where there are none for all that is known, and that is not all.
        """
        found, unsaid = list[AnyWorkflow](), list[Unsure | UnusableGroup]()
        for workflow in among:
            try:
                right(user, workflow)
                found.append(workflow)
            except UnusableGroup as error:
                # Whose owner may be asked is of one workflow, and for a person who may know of it.
                unsaid.append(UnusableGroup(error.group, error.code))
            except Unsure as error:
                unsaid.append(error)
            except NotAllowed:
                pass
        if unsaid and not found:
            raise unsaid[0]
        return found

    def shown_in(self, channel: str) -> Sequence[AnyWorkflow]:
        """The workflows whose cards are shown in a channel; all for an empty name."""
        return [workflow for workflow in self.context.registry if channel in ("", workflow.review.post_to)]

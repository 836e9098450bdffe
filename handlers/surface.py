"""What every listener works with. Made once, in `bot/slack.py`."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from handlers.groups import Groups
from handlers.rights import NotAllowed, Rights
from workflows.engine import refusals
from workflows.engine.context import Context
from workflows.engine.errors import Refused
from workflows.engine.registry import AnyWorkflow


@dataclass(frozen=True, kw_only=True)
class Surface:
    """Countersign as Slack's listeners see it."""

    context: Context
    rights: Rights
    groups: Groups
    slack_team: str
    """Slack's id of the workspace whose cases these are."""

    def admit(self, team: str | None, user_team: str | None) -> None:
        """Raise `NotAllowed` for anybody from another workspace: they are told nothing about any case."""
        if team != self.slack_team or user_team not in (None, self.slack_team):
            raise NotAllowed("Only members of this workspace can do that.")

    def known_here(self, generation: int) -> None:
        """Raise `Refused` for what was shown before the database was restored: its numbers mean something else now."""
        if generation != self.context.restores.number:
            raise Refused("This is from before the database was restored, and does nothing any more.")

    @contextmanager
    def watched(self, case: int, *, by: str, wants: str) -> Iterator[None]:
        """Have it recorded where the block raises `NotAllowed`: somebody wanted to do what they may not."""
        try:
            yield
        except NotAllowed:
            refusals.note(self.context, case, by=by, wanted=wants)
            raise

    @contextmanager
    def watched_over(self, workflow: str, *, by: str, wants: str) -> Iterator[None]:
        """The same for what is about a workflow as a whole."""
        try:
            yield
        except NotAllowed:
            refusals.note_of_workflow(self.context, workflow, by=by, wanted=wants)
            raise

    def may(self, right: Callable[[str, AnyWorkflow], None], user: str, workflow: AnyWorkflow) -> bool:
        """Has a user this right? Raise `Unsure` where that cannot be found out."""
        try:
            right(user, workflow)
        except NotAllowed:
            return False
        return True

    def shown_in(self, channel: str) -> Sequence[AnyWorkflow]:
        """The workflows whose cards are shown in a channel."""
        return [workflow for workflow in self.context.registry if workflow.review.post_to == channel]

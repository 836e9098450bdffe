"""The status of a channel: the cards that stand in it, and what it has not taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.slack import cards, messages, outbox
from store.states import OutboxState
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.send.channel_queue import intent_of
from workflows.engine.send.views import Intent


@dataclass(frozen=True, kw_only=True)
class ChannelStatus:
    """The cards in one channel, and what waits for it."""

    open_cards: int
    """Reviews that wait, and announced cases, with a card of their own."""
    behind: int
    """Open reviews without one: they are behind the channel's one card."""
    oldest_behind: datetime | None
    """Time since when the oldest of these is open."""
    announced_behind: int
    """Announced cases without one: they are behind that card, too."""
    goes_out_by: datetime | None
    """Time by which all of these go out."""
    held_up: int
    """Messages that the channel has not taken."""
    error: str
    """The reason as a code; words where none was given."""


@dataclass(frozen=True, kw_only=True)
class GivenUp:
    """A message that is not tried again while this process runs."""

    intent: Intent
    error: str | None
    """A code of the face's."""


@dataclass(frozen=True, kw_only=True)
class TroubledMessages:
    """Messages to a channel that were refused, and are still not shown."""

    channel: str
    given_up: bool
    """None of them is tried again while this process runs."""
    error: str
    """A code of the face's."""
    number: int


def channel_status(context: Context, channel: str) -> ChannelStatus:
    """Read what stands in a channel now."""
    team = context.team
    with context.database.read() as session:
        kinds = (SubjectKind.REVIEW, SubjectKind.ANNOUNCEMENT)
        waiting = sum(messages.waiting(session, team=team, channel=channel, kind=kind) for kind in kinds)
        rest = cards.unshown(session, team=team, channel=channel)
        held = outbox.held_up(session, team=team, channel=channel)
    return ChannelStatus(
        open_cards=waiting,
        behind=rest.number,
        oldest_behind=rest.oldest,
        announced_behind=rest.announced,
        goes_out_by=rest.goes_out_by,
        held_up=held.number,
        error=held.error,
    )


def given_up(context: Context, row: int) -> GivenUp | None:
    """Return the message of an outbox row; None where it is sent, or tried again."""
    with context.database.read() as session:
        found = outbox.get(session, row, team=context.team)
    assert found is not None
    return GivenUp(intent=intent_of(found), error=found.error) if found.state == OutboxState.DEAD else None


def troubled_messages(context: Context) -> Sequence[TroubledMessages]:
    """Return what was refused and is still not shown, by channel."""
    with context.database.read() as session:
        found = outbox.troubled(session, team=context.team)
    return [
        TroubledMessages(
            channel=one.channel, given_up=one.state == OutboxState.DEAD, error=one.error, number=one.number
        )
        for one in found
    ]

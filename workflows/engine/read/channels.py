"""Channels: the cards that stand in one, and what it has not taken."""

from collections.abc import Sequence
from dataclasses import dataclass

from store.slack import cards, messages, outbox
from store.states import OutboxState
from store.subjects import SubjectKind
from workflows.engine.context import Context


@dataclass(frozen=True, kw_only=True)
class ChannelStatus:
    """The cards in one channel, and what waits for it."""

    open_cards: int
    """Reviews that wait with a card of their own."""
    behind: int
    """Open reviews without one: they are behind the channel's one card."""
    held_up: int
    """Messages that the channel has not taken."""
    error: str
    """The reason as a code; words where none was given."""


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
        waiting = messages.waiting(session, team=team, channel=channel, kind=SubjectKind.REVIEW)
        rest = cards.unshown(session, team=team, channel=channel)
        held = outbox.held_up(session, team=team, channel=channel)
    return ChannelStatus(open_cards=waiting, behind=rest.number, held_up=held.number, error=held.error)


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

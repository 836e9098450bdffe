"""What each channel has to be sent next: changes first, then notes, then what waits for people as far as there is room.

A channel shows a few cards that wait, the most urgent first; how many more there are is on one card, the queue.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.schema import OutboxRow
from store.slack import cards, messages, outbox
from store.slack.cards import Unshown
from store.slack.faces import Face
from store.slack.outbox import CARD, DOUBT, QUEUE
from store.states import OutboxState
from store.subjects import SubjectKind
from workflows.engine.case.notices import FAILURE
from workflows.engine.context import Context

OPEN_CARDS = 10
"""Reviews that wait in one channel with a card of their own; the rest is one card."""
OPEN_DOUBTS = 3
"""Doubts that wait in one channel; the rest comes when these are settled. Failures tell of all."""
_TOGETHER = 200
"""Failures that go into one message where more than one is due."""
_QUEUE_EVERY = 5
"""Messages' time between two drawings of a channel's queue, whose number changes with every decision."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """What is to be sent with one message."""

    rows: Sequence[OutboxRow]
    unsure: datetime | None
    """When the first attempt began that may have been taken without our knowing."""


@dataclass(kw_only=True)
class _Channel:
    """What this process knows of a channel. Times are the monotonic clock's."""

    look_again: bool = False
    """May there be something to send that is not due by itself: a card that gets room, or the queue?"""
    queue: Unshown | None = None
    """What its queue's card shows."""
    queue_at: float = float("-inf")
    """When that was last drawn."""


class Channels:
    """The channels that something is to be sent to, and what."""

    def __init__(self, context: Context, *, face: Face, pace: float) -> None:
        """`face`: whose channels. `pace`: seconds between two messages to a channel."""
        self._context = context
        self._face = face
        self._pace = pace
        self._channels: dict[str, _Channel] = {}

    def prepare(self) -> None:
        """Before the first message: make due again what a sender that ended was sending."""
        with self._context.database.write() as session:
            team = self._context.team
            outbox.take_back(session, team=team, face=self._face)
            queued = outbox.channels_held(session, team=team, face=self._face)
            standing = filter(self._face.shows, messages.channels_with_queue(session, team=team))
            for channel in (*queued, *standing):
                self._known(channel).look_again = True

    def to_look_at(self) -> set[str]:
        """The channels, or roles of channels, in which there may be something to send."""
        with self._context.database.read() as session:
            due = set(outbox.channels(session, team=self._context.team, face=self._face, at=self._context.clock()))
        return due | {channel for channel, known in self._channels.items() if known.look_again}

    def is_postponed(self) -> bool:
        """Is there anything that is to be sent later than now?"""
        with self._context.database.read() as session:
            return outbox.is_postponed(session, team=self._context.team, face=self._face, at=self._context.clock())

    def take(self, channel: str) -> Taken:
        """Take up what a channel has to be sent next: several failures at once, else one message. The attempt is
        recorded.
        """
        known, at = self._known(channel), self._context.clock()
        known.look_again = True
        with self._context.database.write() as session:
            rows = self._next(session, channel, known, at)
            together = [row for row in rows if row.kind == FAILURE] if rows and rows[0].kind == FAILURE else rows[:1]
            unsure = min((row.unsure_since for row in together if row.unsure_since is not None), default=None)
            return Taken(rows=[row for row in together if _begin(session, row, at)], unsure=unsure)

    def _next(self, session: Session, channel: str, known: _Channel, at: datetime) -> list[OutboxRow]:
        team = self._context.team
        rows = outbox.due(session, team=team, channel=channel, at=at, limit=_TOGETHER)
        room_for_doubts = messages.waiting(session, team=team, channel=channel, kind=SubjectKind.DELIVERY) < OPEN_DOUBTS
        if not rows and room_for_doubts:
            rows = cards.due_doubts(session, team=team, channel=channel, at=at)
        has_room = messages.waiting(session, team=team, channel=channel, kind=SubjectKind.REVIEW) < OPEN_CARDS
        if not rows and has_room:
            rows = cards.due(session, team=team, channel=channel, at=at)
        if rows:
            return rows
        known.look_again = False
        cards.drop(session, team=team, channel=channel)
        for kind, has_room_for in ((CARD, has_room), (DOUBT, room_for_doubts)):
            if not has_room_for:
                cards.hold(session, team=team, channel=channel, kind=kind)
        self._want_queue(session, channel, known, at)
        return outbox.due_queue(session, team=team, channel=channel, at=at)

    def _want_queue(self, session: Session, channel: str, known: _Channel, at: datetime) -> None:
        """Have the channel's queue drawn where what it shows is no longer so."""
        team, now = self._context.team, time.monotonic()
        rest = cards.unshown(session, team=team, channel=channel)
        subject = SubjectKind.CHANNEL.unnumbered
        stands = messages.of_subject(session, team=team, channel=channel, subject=subject) is not None
        if rest == known.queue or not (rest.number or stands):
            return
        known.look_again = True
        if now - known.queue_at >= _QUEUE_EVERY * self._pace:
            known.queue, known.queue_at = rest, now
            outbox.want_view(session, team=team, kind=QUEUE, subject=subject, channel=channel, at=at)

    def _known(self, channel: str) -> _Channel:
        return self._channels.setdefault(channel, _Channel())


def _begin(session: Session, row: OutboxRow, at: datetime) -> bool:
    """Note that an attempt begins; whether it is taken is not certain until Slack says so."""
    to, unsure = OutboxState.ATTEMPTING, row.unsure_since or at
    return outbox.move(session, row, frm=row.state, to=to, unsure_since=unsure)

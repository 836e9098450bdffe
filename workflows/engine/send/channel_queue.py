"""The order of messages in each channel: changes first, then notes, then waiting cards while there is room.

A channel shows a few cards that wait, the most urgent first; one more card, the queue, counts the rest.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.faces import Face
from store.schema import OutboxRow
from store.slack import cards, messages, outbox
from store.slack.cards import Unshown
from store.slack.outbox import ANNOUNCED, CARD, CAUSE, DOUBT, QUEUE, REPLIES, THREAD, TO_ORIGIN, VIEWS
from store.states import OutboxState
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.send.views import Intent

OPEN_CARDS = 10
"""Number of waiting reviews and announced cases with a card of their own in one channel; one card stands for the rest.
"""
OPEN_ANNOUNCED = 5
"""Number of announced cases with a card of their own in one channel, among these; they need nobody, unless one is to
be stopped. One card counts the rest.
"""
MORE_CORRECTIONS = 5
"""Number of corrections with a card beyond these: something wrong is live, so they do not wait for room."""
OPEN_DOUBTS = 3
"""Number of waiting doubts in one channel; the others follow when these are settled. Failures tell of all."""
_QUEUE_EVERY = 5
"""Least time between two drawings of a channel's queue, in messages; its number changes with every decision."""
_CAUSE_EVERY = 5
"""Least time between two drawings of the card of a cause, in messages; its number changes with every failure."""


@dataclass(frozen=True, kw_only=True)
class Taken:
    """The rows to send with one message."""

    rows: Sequence[OutboxRow]
    """All of one kind, and of one subject unless they are notes."""
    ts: str | None
    """The face's name for the message that shows their subject already; None where there is none."""
    thread: str | None
    """Name of the thread they are said in; None where there is none, or they stand in the channel."""
    unsure: datetime | None
    """Start of the first attempt to send whose outcome is not known."""

    @property
    def is_to_go(self) -> bool:
        """True if it is a note that stands and is to be taken away: it tells of what was removed."""
        return is_to_go(self.rows[0]) if self.rows else False

    @property
    def posted_in(self) -> str | None:
        """The channel in which a note that is taken away stands, or what shows a person something; else None."""
        return self.rows[0].posted_in if self.is_to_go or self.rows[0].kind in VIEWS else None

    @property
    def is_reply(self) -> bool:
        """True if they are said in a thread, or not at all where nothing stands that has one."""
        return self.rows[0].kind in REPLIES

    @property
    def attempts(self) -> int:
        """The number of attempts to send that were used up."""
        return self.rows[0].attempts

    @property
    def intents(self) -> Sequence[Intent]:
        """The rows, as a face is given them."""
        return [intent_of(row) for row in self.rows]


@dataclass(kw_only=True)
class _Channel:
    """The knowledge of this process about a channel. Times are the monotonic clock's."""

    look_again: bool = False
    """True if there may be something to send that is not due by itself: a card that gets room, or the queue."""
    queue: Unshown | None = None
    """Content of its queue's card."""
    queue_at: float = float("-inf")
    """Time of the last drawing of that card."""


class Channels:
    """The channels with something to send, and what."""

    def __init__(self, context: Context, *, face: Face, pace: float) -> None:
        """`face`: whose channels. `pace`: seconds between two messages to a channel."""
        self._context = context
        self._face = face
        self._pace = pace
        self._channels: dict[str, _Channel] = {}
        self._causes_at: dict[int, float] = {}
        """Cause -> time of the last drawing of its card, for those drawn a moment ago."""

    def prepare(self) -> None:
        """Make due again what an ended sender was sending. Call it before the first message."""
        with self._context.database.write() as session:
            team = self._context.team
            outbox.take_back(session, team=team, face=self._face)
            queued = outbox.channels_held(session, team=team, face=self._face)
            with_queue = filter(self._face.shows, messages.channels_with_queue(session, team=team))
            for channel in (*queued, *with_queue):
                self._known(channel).look_again = True

    def to_look_at(self) -> set[str]:
        """Return the channels, or roles of channels, that may have something to send."""
        with self._context.database.read() as session:
            team, at, but = self._context.team, self._context.clock(), self._drawn_just_now()
            due = set(outbox.channels(session, team=team, face=self._face, at=at, but=but))
        return due | {channel for channel, known in self._channels.items() if known.look_again}

    def is_at_rest(self) -> bool:
        """Tell whether there is nothing to send, now or later, and no channel to look at."""
        if any(known.look_again for known in self._channels.values()):
            return False
        with self._context.database.read() as session:
            return not outbox.is_any_to_send(session, team=self._context.team, face=self._face)

    def is_postponed(self) -> bool:
        """Tell whether anything is due later than now, or is drawn later since it was drawn a moment ago."""
        team, but = self._context.team, self._drawn_just_now()
        with self._context.database.read() as session:
            if outbox.is_postponed(session, team=team, face=self._face, at=self._context.clock()):
                return True
            return bool(but) and outbox.is_any_due(session, team=team, kind=CAUSE, among=but)

    def take(self, channel: str) -> Taken:
        """Take the next row of a channel. Record the attempt to send."""
        known, at = self._known(channel), self._context.clock()
        known.look_again = True
        with self._context.database.write() as session:
            rows = self._next(session, channel, known, at)
            unsure = rows[0].unsure_since if rows else None
            begun = [row for row in rows[:1] if _begin(session, row, at)]
            if begun and begun[0].kind == CAUSE:
                self._causes_at[begun[0].subject_id] = time.monotonic()
            if begun and begun[0].kind in TO_ORIGIN and not is_to_go(begun[0]):
                return Taken(rows=begun, ts=None, thread=begun[0].about.get(THREAD), unsure=unsure)
            stands = self._stands(session, channel, begun)
            kind = begun[0].kind if begun else ""
            if begun and is_to_go(begun[0]):
                return Taken(rows=begun, ts=begun[0].ts, thread=None, unsure=unsure)
            # News is a message of its own: nobody is told of one that is changed.
            return Taken(
                rows=begun,
                ts=stands if kind in VIEWS else None,
                thread=stands if kind in REPLIES else None,
                unsure=unsure,
            )

    def _stands(self, session: Session, channel: str, rows: Sequence[OutboxRow]) -> str | None:
        if not rows:
            return None
        known = messages.of_subject(session, team=self._context.team, channel=channel, subject=rows[0].subject)
        return known.ts if known is not None else None

    def _next(self, session: Session, channel: str, known: _Channel, at: datetime) -> list[OutboxRow]:
        team = self._context.team
        but = self._drawn_just_now()
        rows = outbox.due(session, team=team, channel=channel, at=at, limit=1, but=but, later=sorted(TO_ORIGIN))
        room_for_doubts = messages.waiting(session, team=team, channel=channel, kind=SubjectKind.DELIVERY) < OPEN_DOUBTS
        if not rows and room_for_doubts:
            rows = cards.due_doubts(session, team=team, channel=channel, at=at)
        announced = messages.waiting(session, team=team, channel=channel, kind=SubjectKind.ANNOUNCEMENT)
        shown = announced + messages.waiting(session, team=team, channel=channel, kind=SubjectKind.REVIEW)
        has_room = shown < OPEN_CARDS
        room_for_announced = has_room and announced < OPEN_ANNOUNCED
        if not rows and room_for_announced:
            # Within minutes it is too late to stop one.
            rows = cards.due_announced(session, team=team, channel=channel, at=at)
        if not rows and shown < OPEN_CARDS + MORE_CORRECTIONS:
            rows = cards.due(session, team=team, channel=channel, at=at, only_first=not has_room)
        if rows:
            return rows
        known.look_again = False
        cards.drop(session, team=team, channel=channel)
        rooms = ((CARD, has_room), (DOUBT, room_for_doubts), (ANNOUNCED, room_for_announced))
        for kind, has_room_for in rooms:
            if not has_room_for:
                cards.hold(session, team=team, channel=channel, kind=kind)
        self._want_queue(session, channel, known, at)
        queue = outbox.due_queue(session, team=team, channel=channel, at=at)
        # A flood of messages has as many outcomes: what waits for a decision is shown before them.
        return queue or outbox.due_to_origin(session, team=team, channel=channel, at=at)

    def _want_queue(self, session: Session, channel: str, known: _Channel, at: datetime) -> None:
        """Have the channel's queue drawn where its content has changed."""
        team, now = self._context.team, time.monotonic()
        rest = cards.unshown(session, team=team, channel=channel)
        subject = SubjectKind.CHANNEL.unnumbered
        stands = messages.of_subject(session, team=team, channel=channel, subject=subject) is not None
        if rest == known.queue or not (rest.number or rest.announced or stands):
            return
        known.look_again = True
        if now - known.queue_at >= _QUEUE_EVERY * self._pace:
            known.queue, known.queue_at = rest, now
            outbox.want_view(session, team=team, kind=QUEUE, subject=subject, channel=channel, at=at)

    def _drawn_just_now(self) -> list[int]:
        """Return the causes whose cards were drawn a moment ago. A flood of failures is some drawings of one card."""
        since = time.monotonic() - _CAUSE_EVERY * self._pace
        for cause in [cause for cause, drawn_at in list(self._causes_at.items()) if drawn_at <= since]:
            self._causes_at.pop(cause, None)
        return list(self._causes_at)

    def _known(self, channel: str) -> _Channel:
        return self._channels.setdefault(channel, _Channel())


def is_to_go(row: OutboxRow) -> bool:
    """Tell whether a row that is due is a note that stands, and is to be taken away."""
    return row.kind not in VIEWS and bool(row.ts)


def intent_of(row: OutboxRow) -> Intent:
    """Return a row as a face is given it."""
    return Intent(
        row=row.id,
        kind=row.kind,
        subject=row.subject,
        channel=row.channel,
        about=row.about,
        is_view=row.kind in VIEWS,
        stands=is_to_go(row),
        created_at=row.created_at,
    )


def _begin(session: Session, row: OutboxRow, at: datetime) -> bool:
    """Note the start of an attempt to send; until the face answers, its outcome is not known."""
    to, unsure = OutboxState.ATTEMPTING, row.unsure_since or at
    return outbox.move(session, row, frm=row.state, to=to, unsure_since=unsure)

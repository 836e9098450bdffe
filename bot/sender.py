"""Posts to channels, and nothing else does: takes up the outbox, draws the present state, sends it, notes the outcome.

An attempt is recorded before it is made, and made outside any transaction. One message a second goes to a channel; a
channel that has to wait holds up no other. The SDK retries nothing: where a connection drops, it would post twice.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from threading import Event

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from bot.drawing import NOWHERE, UNSENT, draw
from bot.refusals import TRANSPORT, Refusal, Then, refusal
from handlers.blocks.drawn import Drawn
from store import cards, messages, outbox
from store.cards import Unshown
from store.outbox import CARD, QUEUE
from store.schema import OutboxRow
from workflows.engine.context import Context
from workflows.engine.digests import LEADS
from workflows.engine.notices import FAILURE, FAILURES
from workflows.engine.reconciling import reconcile
from workflows.engine.states import OutboxState, ReviewState

log = structlog.get_logger()

ROLES = frozenset({FAILURES, LEADS})
"""Channels that the settings name."""
OPEN_CARDS = 10
"""Cards that wait for a person in one channel; the rest is one card."""
MAX_ATTEMPTS = 8
"""How often a message is tried before it is given up, visibly."""
PACE = 1.0
"""Seconds between two messages to a channel."""
_AT_ONCE = 4
"""Channels that are sent to at the same time."""
_TOGETHER = 200
"""Failures that go into one message where more than one is due."""
_IDLE = 0.2
"""Seconds between two looks at the outbox."""
_QUEUE_EVERY = 5
"""Messages' time between two drawings of a channel's queue, whose number changes with every decision."""
_HELD_UP = timedelta(minutes=1)
"""For how long a channel is left alone that refuses us."""
_LONGEST_WAIT = timedelta(minutes=5)
"""Between two attempts at the same message."""


@dataclass(kw_only=True)
class _Channel:
    """What this process knows of a channel. Times are the monotonic clock's."""

    look_again: bool = True
    """May there be something to send that is not due by itself: a card that gets room, or the queue?"""
    queue: Unshown | None = None
    """What its queue's card shows."""
    queue_at: float = float("-inf")
    """When that was last drawn."""


_patiently = Retrying(
    retry=retry_if_exception_type(DBAPIError),
    stop=stop_after_delay(30),
    wait=wait_exponential(0.1, max=5),
    reraise=True,
)


class Sender:
    """The outbox's way into Slack."""

    def __init__(self, context: Context, client: WebClient, *, roles: Mapping[str, str], pace: float) -> None:
        """`client`: one that retries nothing. `roles`: a role of channels -> its channel. `pace`: seconds."""
        self._context = context
        self._client = client
        self._roles = roles
        self._pace = pace
        self._channels: dict[str, _Channel] = {}
        self._free_at: dict[str, float] = {}
        """Channel -> when the next message may go there, by the monotonic clock."""
        self._refused_until = 0.0
        """While Slack refuses the token, by the monotonic clock."""

    def run(self, stop: Event, *, entitled: Callable[[], bool] = lambda: True) -> None:
        """Send what is due until told to stop, or no longer entitled; what is being sent is brought to its end."""
        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="sender") as pool:
            busy: dict[str, Future[None]] = {}
            is_prepared = False
            while not stop.is_set() and entitled():
                try:
                    ended = [channel for channel, future in busy.items() if future.done()]
                    for future in [busy.pop(channel) for channel in ended]:
                        future.result()
                    if not is_prepared and not busy:
                        self.prepare()
                        is_prepared = True
                    for channel in self._free(self._to_look_at()):
                        if self._real(channel) not in busy and is_prepared:
                            busy[self._real(channel)] = pool.submit(self._serve, channel)
                except Exception as error:  # the loop's edge: it goes on when the database is back
                    log.error("sender.failed", error=type(error).__name__, exc_info=error)
                    # What could not be noted is as if a sender had ended in the midst of it.
                    is_prepared = False
                stop.wait(min(_IDLE, self._pace))

    def drain(self, *, seconds: float) -> bool:
        """Send what is due and has room, for at most so many seconds; was it all?"""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            channels = self._to_look_at()
            for channel in self._free(channels):
                self._serve(channel)
            if not channels and not self._is_postponed():
                return True
            time.sleep(min(_IDLE, self._pace / 4))
        return False

    def prepare(self) -> None:
        """Before the first message: make due again what a sender that ended was sending, and all that is not as it
        should be. Only for the only sender.
        """
        reconcile(self._context)
        with self._context.database.write() as session:
            outbox.take_back(session, team=self._context.team)
            queued = outbox.channels_with(session, team=self._context.team, state=OutboxState.HELD)
            for channel in (*queued, *messages.channels_with_queue(session, team=self._context.team)):
                self._known(channel).look_again = True

    def _to_look_at(self) -> Sequence[str]:
        """The channels in which there may be something to send."""
        with self._context.database.read() as session:
            due = set(outbox.channels(session, team=self._context.team, at=self._context.clock()))
        due |= {channel for channel, known in self._channels.items() if known.look_again}
        return sorted(channel for channel in due if channel not in ROLES or channel in self._roles)

    def _free(self, channels: Sequence[str]) -> Sequence[str]:
        """Those that may be sent something now."""
        now = time.monotonic()
        if now < self._refused_until:
            return []
        return [channel for channel in channels if self._free_at.get(self._real(channel), 0.0) <= now]

    def _real(self, channel: str) -> str:
        """The channel itself, where a role is named."""
        return self._roles.get(channel, channel)

    def _is_postponed(self) -> bool:
        with self._context.database.read() as session:
            return outbox.is_postponed(session, team=self._context.team, at=self._context.clock())

    def _known(self, channel: str) -> _Channel:
        return self._channels.setdefault(channel, _Channel(look_again=False))

    def _serve(self, channel: str) -> None:
        """Send a channel one message, if there is one to send. Raise what the database raises."""
        known = self._known(channel)
        known.look_again = True
        rows = self._take(channel)
        if not rows:
            return
        try:
            picture = draw(self._context, rows)
            try:
                ts = self._send(rows[0], picture.drawn)
            finally:
                # From when Slack had it, however long that took.
                self._free_at[self._real(channel)] = time.monotonic() + self._pace
        except (SlackApiError, *TRANSPORT) as error:
            self._note_refused(rows, refusal(error))
        except Exception as error:  # the loop's edge: tried again, and in the end given up visibly
            log.error("message.not_sent", channel=channel, error=type(error).__name__, exc_info=error)
            self._note_refused(rows, Refusal(then=Then.LATER, code=type(error).__name__))
        else:
            # It stands there: only the note of it is made again where the database is away for a moment.
            _patiently(self._note_sent, rows, ts, waits=picture.waits)

    def _take(self, channel: str) -> list[OutboxRow]:
        """Take up what a channel has to be sent next: several failures at once, else one message."""
        team, at, open_state = self._context.team, self._context.clock(), ReviewState.OPEN
        with self._context.database.write() as session:
            rows = outbox.due(session, team=team, channel=channel, at=at, limit=_TOGETHER)
            has_room = messages.waiting(session, team=team, channel=channel) < OPEN_CARDS
            if not rows and has_room:
                rows = cards.due(session, team=team, channel=channel, open_state=open_state, at=at)
            if not rows:
                self._known(channel).look_again = False
                cards.drop(session, team=team, channel=channel, open_state=open_state)
                if not has_room:
                    cards.hold(session, team=team, channel=channel)
                self._want_queue(session, channel)
                rows = outbox.due_queue(session, team=team, channel=channel, at=at)
            together = [row for row in rows if row.kind == FAILURE] if rows and rows[0].kind == FAILURE else rows[:1]
            to = OutboxState.ATTEMPTING
            return [
                row for row in together if outbox.move(session, row, frm=row.state, to=to, attempts=row.attempts + 1)
            ]

    def _want_queue(self, session: Session, channel: str) -> None:
        """Have the channel's queue drawn where what it shows is no longer so."""
        known, team, now = self._known(channel), self._context.team, time.monotonic()
        rest = cards.unshown(session, team=team, channel=channel, open_state=ReviewState.OPEN)
        subject = f"{QUEUE}:{channel}"
        stands = messages.of_subject(session, team=team, channel=channel, subject=subject) is not None
        if rest == known.queue or not (rest.number or stands):
            return
        known.look_again = True
        if now - known.queue_at >= _QUEUE_EVERY * self._pace:
            known.queue, known.queue_at = rest, now
            at = self._context.clock()
            outbox.want_view(session, team=team, kind=QUEUE, subject=subject, channel=channel, at=at)

    def _send(self, row: OutboxRow, drawn: Drawn | None) -> str | None:
        """Have a message stand as drawn; returns Slack's name for it, or None where nothing is to stand there."""
        channel = self._real(row.channel)
        with self._context.database.read() as session:
            standing = messages.of_subject(session, team=row.team_id, channel=row.channel, subject=row.subject)
        if drawn is None:
            if standing is not None:
                self._client.chat_delete(channel=channel, ts=standing.ts)
            return None
        text, blocks = drawn.text, list(drawn.blocks)
        if standing is not None:
            self._client.chat_update(
                channel=channel, ts=standing.ts, text=text, blocks=blocks, attachments=[], parse="none"
            )
            return standing.ts
        posted = self._client.chat_postMessage(
            channel=channel, text=text, blocks=blocks, unfurl_links=False, unfurl_media=False, parse="none"
        )
        return str(posted["ts"])

    def _note_sent(self, rows: Sequence[OutboxRow], ts: str | None, *, waits: bool) -> None:
        first = rows[0]
        team, channel, subject = first.team_id, first.channel, first.subject
        with self._context.database.write() as session:
            for row in rows:
                outbox.move(session, row, frm=OutboxState.ATTEMPTING, to=OutboxState.SENT, error=None)
            if ts is None:
                messages.forget(session, team=team, channel=channel, subject=subject)
            elif first.kind in (CARD, QUEUE):
                version = first.wanted
                messages.drawn(
                    session, team=team, channel=channel, subject=subject, ts=ts, version=version, waits=waits
                )
        log.info("message.sent", kind=first.kind, subject=subject, channel=channel, rows=len(rows))

    def _note_refused(self, rows: Sequence[OutboxRow], refused: Refusal) -> None:
        """Note that Slack did not take a message, and when it is tried again."""
        if not rows:
            return
        first, at, now = rows[0], self._context.clock(), time.monotonic()
        log.warning("message.refused", subject=first.subject, channel=first.channel, code=refused.code)
        attempts, counted = first.attempts, True
        wait = min(timedelta(seconds=2**attempts), _LONGEST_WAIT)
        with self._context.database.write() as session:
            match refused.then:
                case Then.WAIT:
                    wait, counted = timedelta(seconds=refused.after or 1.0), False
                    self._free_at[self._real(first.channel)] = now + wait.total_seconds()
                case Then.NO_TOKEN:
                    wait, counted = timedelta(0), False
                    self._refused_until = now + _HELD_UP.total_seconds()
                case Then.NO_CHANNEL:
                    wait, counted = _HELD_UP, False
                    self._tell_nowhere(session, first)
                case Then.POST_ANEW:
                    wait = timedelta(0)
                    messages.forget(session, team=first.team_id, channel=first.channel, subject=first.subject)
                case Then.GIVE_UP:
                    attempts = MAX_ATTEMPTS
            for row in rows:
                frm, error = OutboxState.ATTEMPTING, refused.code
                if counted and attempts >= MAX_ATTEMPTS:
                    outbox.move(session, row, frm=frm, to=OutboxState.DEAD, error=error)
                    self._tell_unsent(session, row)
                else:
                    tried = row.attempts if counted else row.attempts - 1
                    due = {"attempts": tried, "not_before": at + wait, "error": error}
                    outbox.move(session, row, frm=frm, to=OutboxState.DUE, **due)
            if refused.then is Then.NO_CHANNEL:
                outbox.hold_up(session, team=first.team_id, channel=first.channel, until=at + wait)

    def _tell_nowhere(self, session: Session, row: OutboxRow) -> None:
        """Have it said, once a day, that a channel refuses us."""
        if row.channel != FAILURES:
            at = self._context.clock()
            subject = f"{NOWHERE}:{row.channel}:{at:%Y-%m-%d}"
            outbox.add_note_once(session, team=row.team_id, kind=NOWHERE, subject=subject, channel=FAILURES, at=at)

    def _tell_unsent(self, session: Session, row: OutboxRow) -> None:
        """Have it said that a message was given up."""
        if row.channel != FAILURES:
            at = self._context.clock()
            subject = f"{UNSENT}:{row.id}"
            outbox.add_note_once(session, team=row.team_id, kind=UNSENT, subject=subject, channel=FAILURES, at=at)

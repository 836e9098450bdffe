"""Posts to channels, and nothing else does: takes up the outbox, draws the present state, sends it, notes the outcome.

An attempt is recorded before it is made, and made outside any transaction. One message a second goes to a channel; a
channel that has to wait holds up no other. The SDK retries nothing: where a connection drops, it would post twice. How
a message comes to stand in its channel is in `bot/slack/message_sync.py`.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import structlog
from slack_sdk import WebClient
from sqlalchemy.orm import Session
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from bot.intents import NOWHERE, UNSENT
from bot.slack.api_errors import COUNTED, Refusal, Then
from bot.slack.channel_queue import Channels, Taken
from bot.slack.circuit_breaker import Breaker
from bot.slack.message_sync import LONGEST_PAUSE, POST, MessageSync, NotTaken, Stood
from bot.slack.renderer import draw
from store.db.database import Unavailable
from store.schema import OutboxRow
from store.slack import messages, outbox
from store.slack.faces import FAILURES, SLACK, Face
from store.slack.outbox import LONGEST_WAIT, VIEWS
from store.slack.rate_limits import EVERYWHERE, pause
from store.states import OutboxState
from store.subjects import SubjectKind
from workflows.engine.context import Context
from workflows.engine.review.reconciliation import reconcile

log = structlog.get_logger()

MAX_ATTEMPTS = 8
"""How often a message may be refused before it is given up, visibly. What says nothing about it is not counted."""
PACE = 1.0
"""Seconds between two messages to a channel."""
_AT_ONCE = 4
"""Channels that are sent to at the same time."""
_IDLE = 0.2
"""Seconds between two looks at the outbox."""
_HELD_UP = timedelta(seconds=30)
"""For how long a channel is left alone that refuses us."""


_patiently = Retrying(
    retry=retry_if_exception_type(Unavailable),
    stop=stop_after_delay(30),
    wait=wait_exponential(0.1, max=5),
    reraise=True,
)


class Sender:
    """The outbox's way into Slack."""

    def __init__(
        self, context: Context, client: WebClient, *, breaker: Breaker, roles: Mapping[str, str], pace: float
    ) -> None:
        """`client`: one that retries nothing. `roles`: a role of channels -> its channel. `pace`: seconds."""
        self._context = context
        self._breaker = breaker
        self._sync = MessageSync(context, client)
        self._roles = roles
        self._pace = pace
        self._channels = Channels(context, face=Face(name=SLACK, roles=tuple(roles)), pace=pace)
        self._free_at: dict[str, float] = {}
        """Channel -> when the next message may go there, by the monotonic clock."""
        self._unanswered: dict[int, int] = {}
        """Row -> how often it got no answer, while Slack answered others."""

    def posts(self) -> bool:
        """Does Slack take messages, as far as it was tried?"""
        return self._breaker.takes_messages

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
            if not channels and not self._channels.is_postponed():
                return True
            time.sleep(min(_IDLE, self._pace / 4))
        return False

    def prepare(self) -> None:
        """Before the first message: make due again what a sender that ended was sending, and all that is not as it
        should be. Only for the only sender.
        """
        reconcile(self._context)
        self._channels.prepare()

    def _to_look_at(self) -> Sequence[str]:
        """The channels in which there may be something to send."""
        return sorted(self._channels.to_look_at())

    def _free(self, channels: Sequence[str]) -> Sequence[str]:
        """Those that may be sent something now."""
        if self._breaker.is_open:
            return []
        now = time.monotonic()
        return [channel for channel in channels if self._free_at.get(self._real(channel), 0.0) <= now]

    def _real(self, channel: str) -> str:
        """The channel itself, where a role is named."""
        return self._roles.get(channel, channel)

    def _serve(self, channel: str) -> None:
        """Send a channel one message, if there is one to send. Raise what the database raises."""
        if self._breaker.is_open:
            # It opened while this channel waited for its turn.
            return
        taken = self._channels.take(channel)
        if not taken.rows:
            return
        try:
            picture = draw(self._context, taken.rows)
            try:
                stood = self._sync.bring(taken.rows, self._real(channel), picture.drawn, unsure=taken.unsure)
            finally:
                # From when Slack had it, however long that took.
                self._free_at[self._real(channel)] = time.monotonic() + self._pace
        except NotTaken as error:
            self._note_refused(taken, error)
        except Unavailable:
            raise
        except Exception as error:  # the loop's edge: tried again, and in the end given up visibly
            log.error("message.not_sent", channel=channel, error=type(error).__name__, exc_info=error)
            self._note_refused(taken, NotTaken(Refusal(then=Then.UNDRAWN, code=type(error).__name__), POST))
        else:
            self._breaker.note_taken(self._real(channel))
            for row in taken.rows:
                self._unanswered.pop(row.id, None)
            # It stands there: only the note of it is made again where the database is away for a moment.
            _patiently(self._note_sent, taken, stood, waits=picture.waits)

    def _note_sent(self, taken: Taken, stood: Stood, *, waits: bool) -> None:
        first = taken.rows[0]
        team, channel, subject = first.team_id, first.channel, first.subject
        with self._context.database.write() as session:
            for row in taken.rows:
                if row in stood.rows:
                    done = {"error": None, "unsure_since": None}
                    outbox.move(session, row, frm=OutboxState.ATTEMPTING, to=OutboxState.SENT, **done)
                else:
                    # It was not in the message that was found; it may be in another.
                    outbox.move(session, row, frm=OutboxState.ATTEMPTING, to=OutboxState.DUE)
            if stood.ts is None:
                messages.forget(session, team=team, channel=channel, subject=subject)
            elif first.kind in VIEWS:
                messages.drawn(
                    session,
                    team=team,
                    channel=channel,
                    subject=subject,
                    ts=stood.ts,
                    waits=waits,
                )
        log.info("message.sent", kind=first.kind, subject=str(subject), channel=channel, rows=len(stood.rows))

    def _note_refused(self, taken: Taken, error: NotTaken) -> None:
        """Note that Slack did not take a message, or did not say so, and when it is tried again."""
        rows, refused = taken.rows, error.refused
        first, at, real = rows[0], self._context.clock(), self._real(rows[0].channel)
        log.warning("message.refused", subject=str(first.subject), channel=first.channel, code=refused.code)
        wait = self._wait_after(taken, refused, real)
        with self._context.database.write() as session:
            match refused.then:
                case Then.WAIT:
                    where = EVERYWHERE if error.everywhere else real
                    until = at + min(timedelta(seconds=refused.after or 1.0), LONGEST_PAUSE)
                    pause(session, team=first.team_id, method=error.method, channel=where, until=until)
                case Then.NO_CHANNEL:
                    self._tell_nowhere(session, first)
                case Then.POST_ANEW:
                    messages.forget(session, team=first.team_id, channel=first.channel, subject=first.subject)
                case _:
                    pass
            for row in rows:
                # Whether this attempt was taken is certain; whether an earlier one was, may not be.
                unsure = row.unsure_since if refused.unsure else taken.unsure
                attempts = row.attempts + (refused.then in COUNTED)
                frm, said = (
                    OutboxState.ATTEMPTING,
                    {"error": refused.code, "unsure_since": unsure, "attempts": attempts},
                )
                if refused.then is Then.GIVE_UP or attempts >= MAX_ATTEMPTS:
                    outbox.move(session, row, frm=frm, to=OutboxState.DEAD, **said)
                    self._tell_unsent(session, row)
                else:
                    # Without a wait of its own it stays the first: the message that is the next trial.
                    later = at + wait if wait else row.not_before
                    outbox.move(session, row, frm=frm, to=OutboxState.DUE, not_before=later, **said)
            if refused.then is Then.NO_CHANNEL:
                outbox.hold_up(session, team=first.team_id, channel=first.channel, until=at + wait)

    def _wait_after(self, taken: Taken, refused: Refusal, channel: str) -> timedelta:
        """How long the rows of a message wait before it is tried again; what all wait for, the breaker knows."""
        match refused.then:
            case Then.WAIT:
                self._breaker.note_answered()
                return min(timedelta(seconds=refused.after or 1.0), LONGEST_WAIT)
            case Then.NO_TOKEN:
                self._breaker.note_refused_all(seconds=_HELD_UP.total_seconds())
                return timedelta(0)
            case Then.LATER:
                if self._breaker.note_unanswered(channel):
                    return timedelta(0)
                tries = self._unanswered.get(taken.rows[0].id, 0) + 1
                self._unanswered |= dict.fromkeys((row.id for row in taken.rows), tries)
                return timedelta(seconds=min(2.0 ** min(tries, 10), self._breaker.longest))
            case Then.NO_CHANNEL:
                self._breaker.note_refused(channel)
                return _HELD_UP
            case Then.POST_ANEW:
                self._breaker.note_answered()
                return timedelta(0)
            case Then.REFUSED | Then.GIVE_UP:
                self._breaker.note_refused(channel)
        return min(timedelta(seconds=2 ** (taken.rows[0].attempts + 1)), LONGEST_WAIT)

    def _tell_nowhere(self, session: Session, row: OutboxRow) -> None:
        """Have it said, once a day, that a channel refuses us."""
        if row.channel != FAILURES:
            at = self._context.clock()
            outbox.add_note_once(
                session,
                team=row.team_id,
                kind=NOWHERE,
                subject=SubjectKind.CHANNEL.unnumbered,
                channel=FAILURES,
                at=at,
                occasion=f"{at:%Y-%m-%d} {row.channel}",
                about={"channel": row.channel},
            )

    def _tell_unsent(self, session: Session, row: OutboxRow) -> None:
        """Have it said that a message was given up."""
        if row.channel != FAILURES:
            at = self._context.clock()
            subject = SubjectKind.OUTBOX.of(row.id)
            outbox.add_note_once(session, team=row.team_id, kind=UNSENT, subject=subject, channel=FAILURES, at=at)

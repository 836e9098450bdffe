"""The sender, which alone posts to channels: it takes intents, draws them, sends them, notes the outcome.

An attempt to send is recorded before it is made, and made outside any transaction. One message a second goes to a
channel; a channel that has to wait does not hold up the others. The SDK does not retry: where a connection drops, it
would post twice. `bot/slack/message_sync.py` makes the message in its channel.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from threading import Event

import structlog
from slack_sdk import WebClient
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from bot.slack.calls import POST, NotTaken
from bot.slack.circuit_breaker import Breaker
from bot.slack.message_sync import MessageSync
from bot.slack.renderer import NOTHING, draw
from bot.slack.uploads import Uploads
from store.db.changes import Changes
from store.db.database import Unavailable
from store.faces import FILES, SLACK, Face
from workflows.engine.case import notices
from workflows.engine.context import Context
from workflows.engine.review.waiting.reminders import MayDecide, nobody_may
from workflows.engine.send.channel_queue import Channels, Taken
from workflows.engine.send.outcomes import note_refused, note_sent
from workflows.engine.send.rate_limits import RateLimit
from workflows.engine.send.reconciliation import reconcile
from workflows.engine.send.refusals import Refusal, Then
from workflows.log_context import pool_of

log = structlog.get_logger()

PACE = 1.0
"""Seconds between two messages to a channel."""
_AT_ONCE = 4
"""Number of channels that are sent to at the same time."""
_IDLE = 0.2
"""Seconds between two questions whether anything was committed."""
_LOOK = 5.0
"""Seconds after which the outbox is looked at whatever was committed."""
_FILES = 20.0
"""Seconds between two looks for files that are to be taken back."""
_SETTLING = frozenset({"invalid_blocks", "invalid_blocks_format"})
"""Slack's codes for a picture that it has not looked through yet, a moment after it was uploaded."""
_HELD_UP = timedelta(seconds=30)
"""Time for which nothing is sent to a channel that refuses us."""


_patiently = Retrying(
    retry=retry_if_exception_type(Unavailable),
    stop=stop_after_delay(30),
    wait=wait_exponential(0.1, max=5),
    reraise=True,
)


class Sender:
    """The sender of the outbox's messages to Slack."""

    def __init__(
        self,
        context: Context,
        client: WebClient,
        *,
        bot: str,
        breaker: Breaker,
        roles: Mapping[str, str],
        pace: float,
        may: MayDecide = nobody_may,
        without_token: Callable[[], None] = lambda: None,
    ) -> None:
        """Use a client without retries.

        `bot`: our id among the bots of the workspace. `roles`: role -> channel. `pace`: seconds between two messages to
        a channel. `may`: whether somebody who is written to may still decide; left out, nobody is written to.
        `without_token`: called where Slack refuses all that the token is for.
        """
        self._without_token = without_token
        self._context = context
        self._breaker = breaker
        self._sync = MessageSync(context, client, bot=bot)
        self._uploads = Uploads(context, client)
        # A queue of files has a pace, a wait and a trial of its own, as a channel has, and is none.
        self._roles = {**roles, **{queue: queue for queue in FILES}}
        self._pace = pace
        self._may = may
        self._channels = Channels(context, face=Face(name=SLACK, roles=tuple(self._roles)), pace=pace)
        self._free_at: dict[str, float] = {}
        """Channel -> time at which the next message may be sent, by the monotonic clock."""
        self._unanswered: dict[int, int] = {}
        """Row -> number of attempts to send without an answer, while Slack answered others."""

    def posts(self) -> bool:
        """Tell whether Slack takes messages, as far as it was tried."""
        return self._breaker.takes_messages

    def run(self, stop: Event, *, entitled: Callable[[], bool] = lambda: True) -> None:
        """Send what is due until told to stop, or no longer entitled; messages under way are finished."""
        with pool_of(_AT_ONCE, name="sender") as pool, Changes(self._context.database) as made:
            busy: dict[str, Future[None]] = {}
            back: Future[None] | None = None
            is_prepared, is_quiet, looked_at = False, False, float("-inf")
            files_at = time.monotonic()
            while not stop.is_set():
                if time.monotonic() - files_at >= _FILES and (back is None or back.done()) and entitled():
                    files_at, back = time.monotonic(), pool.submit(self.take_back)
                # Where nothing was committed, what was not there a moment ago is not there now.
                changed = made.are_there()
                is_due = not is_quiet or time.monotonic() - looked_at >= _LOOK
                if not is_due and not (changed and self._is_anything_wanted()):
                    stop.wait(min(_IDLE, self._pace))
                    continue
                looked_at = time.monotonic()
                if not entitled():
                    return
                try:
                    ended = [channel for channel, future in busy.items() if future.done()]
                    for future in [busy.pop(channel) for channel in ended]:
                        future.result()
                    if not is_prepared and not busy:
                        self.prepare()
                        is_prepared = True
                    channels = self._to_look_at()
                    for channel in self._free(channels):
                        if self._real(channel) not in busy and is_prepared:
                            busy[self._real(channel)] = pool.submit(self._serve, channel)
                    # What is put off becomes due by the clock.
                    is_quiet = not channels and not busy and is_prepared and not self._channels.is_postponed()
                except Exception as error:  # the loop's edge: it goes on when the database is back
                    log.error("sender.failed", error=type(error).__name__, exc_info=error)
                    # An outcome that could not be noted is treated as if the sender had ended there.
                    is_prepared = is_quiet = False
                stop.wait(min(_IDLE, self._pace))

    def drain(self, *, seconds: float) -> bool:
        """Send what is due and has room, for at most so many seconds; return True if that was everything."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            channels = self._to_look_at()
            for channel in self._free(channels):
                self._serve(channel)
            if not channels and not self._channels.is_postponed():
                return True
            time.sleep(min(_IDLE, self._pace / 4))
        return False

    def take_back(self) -> None:
        """Delete the files at Slack whose time is over, as many as go at once."""
        try:
            self._uploads.take_back()
        except Exception as error:  # the loop's edge: the next look does it
            log.error("files.not_taken_back", error=type(error).__name__, exc_info=error)

    def prepare(self) -> None:
        """Make due again what an ended sender was sending, and everything that is out of date.

        Call it before the first message, and only as the only sender.
        """
        reconcile(self._context)
        self._channels.prepare()

    def _is_anything_wanted(self) -> bool:
        """Tell whether there is anything to send. True where the database does not say: the look that follows does."""
        try:
            return not self._channels.is_at_rest()
        except Unavailable:
            return True

    def _to_look_at(self) -> Sequence[str]:
        """Return the channels that may have something to send."""
        return sorted(self._channels.to_look_at())

    def _free(self, channels: Sequence[str]) -> Sequence[str]:
        """Return the channels that a message may be sent to now."""
        if self._breaker.is_open:
            return []
        now = time.monotonic()
        return [channel for channel in channels if self._free_at.get(self._real(channel), 0.0) <= now]

    def _real(self, channel: str) -> str:
        """Return the channel itself, where a role is named."""
        return self._roles.get(channel, channel)

    def _serve(self, channel: str) -> None:
        """Send a channel one message, if there is one. Raise the errors of the database."""
        if self._breaker.is_open:
            # The breaker opened while this channel waited in the pool.
            return
        taken = self._channels.take(channel)
        if not taken.intents:
            return
        if taken.rows[0].kind in notices.UPLOADS:
            self._upload(channel, taken)
            return
        try:
            is_homeless = taken.is_reply and taken.thread is None
            is_none = is_homeless or taken.is_to_go
            picture = NOTHING if is_none else draw(self._context, taken.intents, may=self._may)
            try:
                stood = self._sync.bring(taken, taken.posted_in or self._real(channel), picture.drawn)
            finally:
                # The pace counts from when Slack had the message, however long that took. What is not shown takes none.
                if picture.drawn is not None or taken.is_to_go:
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
            for intent in taken.intents:
                self._unanswered.pop(intent.row, None)
            # The message is posted: only its note is repeated where the database is away for a moment.
            _patiently(
                note_sent,
                self._context,
                taken,
                shown=stood.intents,
                ts=stood.ts,
                waits=picture.waits,
                posted_in=stood.channel,
                names=picture.names,
                has_pages=picture.has_pages,
            )

    def _upload(self, channel: str, taken: Taken) -> None:
        """Give Slack the files of an intent. Raise the errors of the database."""
        try:
            given = self._uploads.bring(taken.intents[0])
        except NotTaken as error:
            self._free_at[channel] = time.monotonic() + self._pace
            self._note_refused(taken, error)
        except Unavailable:
            raise
        except Exception as error:  # the loop's edge: tried again, and in the end given up visibly
            log.error("files.not_given", queue=channel, error=type(error).__name__, exc_info=error)
            self._note_refused(taken, NotTaken(Refusal(then=Then.UNDRAWN, code=type(error).__name__), POST))
        else:
            # Each file takes a call of its own of methods that Slack limits by the minute.
            self._free_at[channel] = time.monotonic() + self._pace * given
            if given:
                self._breaker.note_taken(channel)
            self._unanswered.pop(taken.intents[0].row, None)
            _patiently(note_sent, self._context, taken, shown=taken.intents, ts=None, waits=False)

    def _note_refused(self, taken: Taken, error: NotTaken) -> None:
        """Note that Slack did not take a message, or did not say so, and the time of the next attempt to send."""
        first, refused = taken.intents[0], error.refused
        if first.kind == notices.PAGES_NOTE and refused.code in _SETTLING:
            refused = replace(refused, then=Then.REFUSED)
        log.warning("message.refused", subject=str(first.subject), channel=first.channel, code=refused.code)
        real, limit = self._real(first.channel), None
        if refused.then is Then.WAIT:
            where = None if error.everywhere else real
            limit = RateLimit(method=error.method, channel=where, seconds=refused.after or 1.0)
        note_refused(self._context, taken, refused, wait=self._wait_after(taken, refused, real), limit=limit)

    def _wait_after(self, taken: Taken, refused: Refusal, channel: str) -> timedelta:
        """Return the wait of a message's rows before the next attempt to send; the breaker has that of all messages."""
        match refused.then:
            case Then.WAIT:
                self._breaker.note_answered()
                return timedelta(seconds=refused.after or 1.0)
            case Then.NO_TOKEN:
                self._breaker.note_refused_all(seconds=_HELD_UP.total_seconds())
                self._without_token()
                return timedelta(0)
            case Then.LATER:
                if self._breaker.note_unanswered(channel):
                    return timedelta(0)
                tries = self._unanswered.get(taken.intents[0].row, 0) + 1
                self._unanswered |= dict.fromkeys((intent.row for intent in taken.intents), tries)
                return timedelta(seconds=min(2.0 ** min(tries, 10), self._breaker.longest))
            case Then.NO_CHANNEL:
                self._breaker.note_refused(channel)
                return _HELD_UP
            case Then.POST_ANEW:
                self._breaker.note_answered()
                return timedelta(0)
            case Then.REFUSED | Then.GIVE_UP:
                self._breaker.note_refused(channel)
        return timedelta(seconds=2 ** (taken.attempts + 1))

"""The loop that sends spans: in one process at a time, beside all work, and never in its way.

A collector that takes nothing costs a warning and a row. What waits for it is in the audit and takes no memory; after a
day it is given up, which the log, `doctor` and the row say.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import takewhile
from queue import Empty, SimpleQueue
from threading import Event, Thread

import structlog
from sqlalchemy.exc import DBAPIError

from bot.app import App
from bot.otel.answers import Answer, Outcome, Sink
from bot.otel.target import Target, Unsendable, target_of
from store.db.database import Unavailable
from store.db.process_locks import SPANS, Taken, exclusive
from workflows.engine.context import Context
from workflows.engine.read.spans import exports as span_exports
from workflows.engine.read.spans.exports import Progress, Sendable, Stop
from workflows.engine.read.spans.views import SpanView
from workflows.log_context import logging_as_here

log = structlog.get_logger()

LOOK = 2.0
"""Seconds between two looks for runs that stopped."""
TAKE_OVER = 5.0
"""Seconds between two attempts to become the process that sends."""
MOST_SPANS = 512
"""Spans of one request."""
LONGEST_SEND = 60.0
"""Seconds after which a request is left to itself."""
BACKOFF, LONGEST_BACKOFF = 5.0, 300.0
"""Seconds before the next attempt at a collector that took nothing."""
_HANGING = "hanging"
"""Code of a request that neither ends nor fails."""
_STAY = 20.0
"""Seconds after which a waiting process shows that it still holds the lock."""
_LISTEN = 0.1
"""Seconds between two looks whether the process was told to stop, while something is sent."""


def sending_of(app: App) -> Callable[[Event], None] | None:
    """Return the loop that sends spans; None where none are wanted, or where they cannot be sent, which is logged."""
    try:
        target = target_of(app.settings)
        if target is None:
            return None
        sending = Sending(app.context, _connected(target), provider=app.models.vendor.declared.name, target=target)
    except Unsendable as error:
        log.error("spans.not_sendable", why=str(error), do=error.do)
        return None
    except Exception as error:  # noqa: BLE001  # no setting of the library's may keep cases from being worked on
        log.error("spans.not_sendable", why=type(error).__name__)
        return None
    return sending.run


def _connected(target: Target) -> Sink:
    # Loaded here: it comes with the extra "otel".
    from bot.otel.collector import Collector

    return Collector(target)


class Sending:
    """Sends the spans of runs that stopped."""

    def __init__(
        self,
        context: Context,
        sink: Sink,
        *,
        provider: str,
        target: Target,
        look: float = LOOK,
        backoff: float = BACKOFF,
        take_over: float = TAKE_OVER,
        longest: float = LONGEST_SEND,
    ) -> None:
        """Send nothing yet. `look`, `backoff`, `take_over`, `longest`: seconds, shorter in tests."""
        self._context, self._sink = context, sink
        self._provider, self._target = provider, target
        self._look, self._backoff, self._take_over = look, backoff, take_over
        self._longest = longest
        self._progress = Progress()
        self._failures = 0
        """Attempts in a row by which nothing was taken."""
        self._one_by_one = 0
        """Number of stops that are sent alone, since they were refused together."""
        self._hanging: Thread | None = None

    def run(self, stop: Event) -> None:
        """Send while this process is the one that sends. Another one takes over when it ends."""
        while not stop.is_set():
            try:
                with exclusive(self._context.database, name=self._context.lock(SPANS)) as is_held:
                    span_exports.begin(self._context)
                    self._progress = Progress()
                    log.info("spans.sending", to=self._target.shown, content=self._target.content)
                    wait = 0.0
                    while is_held() and not stop.wait(min(wait, _STAY)):
                        wait = wait - _STAY if wait > _STAY else self._paced_turn(stop)
            except Taken:
                stop.wait(self._take_over)
            except (DBAPIError, Unavailable) as error:
                log.warning("spans.without_database", error=type(error).__name__)
                stop.wait(self._take_over)
            except Exception as error:  # the loop's edge: cases are worked on whatever becomes of their spans
                log.error("spans.failed", error=type(error).__name__, exc_info=error)
                stop.wait(LONGEST_BACKOFF)

    def _paced_turn(self, stop: Event) -> float:
        """Take a turn; returns the seconds until the next one: at least as many as it took.

        To read a run costs about as much as to work on it, and the workers are in this process, too.
        """
        began = time.monotonic()
        wait = self.turn(stop)
        return max(wait, time.monotonic() - began)

    def turn(self, stop: Event) -> float:
        """Send what comes next; returns the seconds until the next turn."""
        limit = 1 if self._one_by_one else span_exports.AT_ONCE
        found = span_exports.next_stops(self._context, self._progress, limit=limit)
        old = list(takewhile(lambda one: span_exports.is_too_old(self._context, one), found))
        if old:
            span_exports.note_sent(self._context, old[-1], given_up=len(old))
            log.warning("spans.given_up", runs=len(old), why="too_old")
            return 0.0
        if not found:
            return self._look
        batch = self._batch(found)
        if not batch:
            span_exports.note_sent(self._context, found[0], given_up=1)
            return 0.0
        return self._settle(batch, self._send([span for each in batch for span in each.spans], stop))

    def _batch(self, found: Sequence[Stop]) -> list[Sendable]:
        """Return as many of these stops as one request may be about; none where the first one cannot be read."""
        batch: list[Sendable] = []
        provider, content = self._provider, self._target.content
        for one in found:
            try:
                batch.append(span_exports.sendable(self._context, one, provider=provider, content=content))
            except (DBAPIError, Unavailable):
                raise
            except Exception as error:  # one case must not keep the spans of all others
                log.error("spans.unreadable", case=one.case, run=one.run, error=type(error).__name__, exc_info=error)
                break
            if sum(len(each.spans) for each in batch) >= MOST_SPANS:
                break
        return batch

    def _settle(self, batch: Sequence[Sendable], answer: Answer | None) -> float:
        """Note what became of some stops; returns the seconds until the next turn. `answer`: None: it is not known."""
        if answer is None:
            return 0.0
        if answer.outcome == Outcome.FAILED:
            return self._put_off(answer)
        if answer.outcome == Outcome.REFUSED and len(batch) > 1:
            self._one_by_one = len(batch)
            return 0.0
        self._one_by_one = max(0, self._one_by_one - len(batch))
        last = batch[-1].stop
        if answer.outcome == Outcome.REFUSED:
            span_exports.note_sent(self._context, last, given_up=1)
            log.warning("spans.given_up", runs=1, run=last.run, why=answer.code)
            return 0.0
        if answer.rejected:
            # The collector took the rest, and does not say which ones it did not.
            span_exports.note_sent(self._context, last, given_up=1)
            log.warning("spans.given_up", runs=1, why="rejected", spans=answer.rejected)
            return 0.0
        is_taken = any(each.spans for each in batch)
        span_exports.note_sent(self._context, last, is_taken=is_taken)
        if self._failures and is_taken:
            log.info("spans.sent_again", failures=self._failures)
            self._failures = 0
        return 0.0

    def _put_off(self, answer: Answer) -> float:
        if not self._failures:
            log.warning("spans.not_taken", to=self._target.shown, error=answer.code)
        span_exports.note_failed(self._context, answer.code)
        self._failures += 1
        wait = min(LONGEST_BACKOFF, self._backoff * 2.0 ** min(self._failures - 1, 10))
        wait *= random.uniform(0.5, 1)  # noqa: S311  # so that not all come at once; no secret
        return max(wait, min(answer.after or 0.0, LONGEST_BACKOFF))

    def _send(self, spans: Sequence[SpanView], stop: Event) -> Answer | None:
        """Send spans in a thread of its own; None where the process is told to stop meanwhile."""
        if not spans:
            return Answer(outcome=Outcome.TAKEN)
        if self._hanging is not None and self._hanging.is_alive():
            return Answer(outcome=Outcome.FAILED, code=_HANGING)
        answers: SimpleQueue[Answer] = SimpleQueue()
        post = logging_as_here(partial(self._post, spans, answers))
        thread = Thread(target=post, name="spans", daemon=True)
        thread.start()
        until = time.monotonic() + self._longest
        while time.monotonic() < until:
            try:
                return answers.get(timeout=_LISTEN)
            except Empty:
                if stop.is_set():
                    # They are sent again at the next start, by the same ids.
                    self._sink.shut_down()
                    return None
        self._hanging = thread
        return Answer(outcome=Outcome.FAILED, code=_HANGING)

    def _post(self, spans: Sequence[SpanView], answers: "SimpleQueue[Answer]") -> None:
        rejected = 0
        try:
            for first in range(0, len(spans), MOST_SPANS):
                found = self._sink.send(spans[first : first + MOST_SPANS])
                rejected += found.rejected
                if found.outcome is not Outcome.TAKEN:
                    break
        except Exception as error:  # noqa: BLE001  # told by its code
            found = Answer(outcome=Outcome.FAILED, code=type(error).__name__)
        answers.put(replace(found, rejected=rejected))

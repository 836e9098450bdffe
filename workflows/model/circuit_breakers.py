"""Circuit breakers: a model that is down is not asked, so that cases reach people at once instead of after minutes.

Several unanswered questions in a row open the breaker; a spend limit or a refused key opens it at once. Questions
count, and not attempts: where many threads ask at once, a second of overload fails one attempt of each. After a while
one question is let through as a trial; until it is answered, the other questions go to another model or to people. Each
process has its own breakers; the outage that they report is a row that all processes share.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from threading import Lock

import pybreaker

from workflows.model.asking.request_attempts import Attempt
from workflows.model.outcomes import Breaker

FAILURES = 5
"""Unanswered questions in a row, each after several attempts, that open the breaker."""
OPEN_FOR = timedelta(seconds=30)
"""Time for which a model that does not answer is not asked, before the next trial."""
OPEN_LONG = timedelta(minutes=5)
"""The same time for a problem that somebody has to solve: a spend limit, a key."""


class CircuitOpen(Exception):
    """The breaker is open, and no request was sent. The message says why it opened."""


class Breakers:
    """One breaker for each model. Threads may share it."""

    def __init__(self, opened: Callable[[str, str], None], *, open_for: timedelta = OPEN_FOR) -> None:
        """Close all breakers. `opened`: called with a model and the reason when its breaker opens. `open_for`: like
        `OPEN_FOR`.
        """
        self._opened = opened
        self._open_for = open_for
        self._breakers: dict[str, _OfModel] = {}
        self._lock = Lock()

    def refuse(self, model: str) -> None:
        """Raise `CircuitOpen` where no request may be sent now."""
        breaker = self._of(model)
        if breaker.is_shut():
            raise CircuitOpen(breaker.reason)

    def through(self, model: str, make: Callable[[], Attempt]) -> Attempt:
        """Make an attempt at a request, and note its result for the breaker. Raise `CircuitOpen` where none may be
        made.

        A single failure that may pass does not count: the question is asked again, and `count` notes it if it ends
        that way. Only for a trial one failure is enough.
        """
        breaker = self._of(model)
        if breaker.is_closed:
            attempt = make()
            match attempt.verdict.follows.breaker:
                case Breaker.OPENS:
                    self._note(model, breaker, attempt)
                case Breaker.CLOSES:
                    breaker.works()
            return attempt
        made: list[Attempt] = []
        try:
            # As a context: otherwise the library would hold its lock during the whole call.
            with breaker.one_at_a_time(), breaker.library.calling():
                made.append(make())
                if made[0].verdict.follows.breaker in (Breaker.COUNTS, Breaker.OPENS):
                    raise _Down
        except pybreaker.CircuitBreakerError:
            raise CircuitOpen(breaker.reason) from None
        except _Down:
            self._note(model, breaker, made[0])
        return made[0]

    def count(self, model: str, failed: Attempt) -> None:
        """Note a question that all its attempts left unanswered."""
        breaker = self._of(model)
        if not breaker.is_closed:
            return
        try:
            with breaker.library.calling():
                raise _Down
        except pybreaker.CircuitBreakerError:
            return
        except _Down:
            self._note(model, breaker, failed)

    def _note(self, model: str, breaker: "_OfModel", failed: Attempt) -> None:
        with self._lock:
            if failed.verdict.follows.breaker is Breaker.OPENS:
                breaker.open(OPEN_LONG, failed.verdict.why)
            elif not breaker.has_opened(self._open_for, failed.verdict.why):
                return
        self._opened(model, failed.verdict.why)

    def _of(self, model: str) -> "_OfModel":
        with self._lock:
            if model not in self._breakers:
                self._breakers[model] = _OfModel(self._open_for)
            return self._breakers[model]


class _Down(Exception):
    """An error that the library counts as a failure."""


class _OfModel:
    """The library's breaker of one model, with the reason why it opened."""

    def __init__(self, open_for: timedelta) -> None:
        self.reason = "It does not answer."
        self._since = _Since()
        self._told = False
        self._trial = Lock()
        self.library = pybreaker.CircuitBreaker(
            fail_max=FAILURES,
            reset_timeout=open_for.total_seconds(),
            throw_new_error_on_trip=False,
            state_storage=self._since,
        )

    @property
    def is_closed(self) -> bool:
        """True if it lets all requests through."""
        return bool(self.library.current_state == pybreaker.STATE_CLOSED)

    def is_shut(self) -> bool:
        """Tell whether it is open and no trial is possible now: none is due, or one is under way."""
        if self.is_closed:
            return False
        return self._trial.locked() or self._since.seconds < self.library.reset_timeout

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """Let a single request through where it is not closed. The library would let all pass that come at that
        moment.
        """
        if self.is_closed:
            yield
            return
        if not self._trial.acquire(blocking=False):
            raise pybreaker.CircuitBreakerError
        try:
            yield
        finally:
            self._trial.release()

    def works(self) -> None:
        """Count failures from zero. An answer that comes late, when it is open already, changes nothing."""
        with suppress(pybreaker.CircuitBreakerError), self.library.calling():
            pass

    def open(self, open_for: timedelta, why: str) -> None:
        """Open it, whatever the count."""
        self.library.reset_timeout = open_for.total_seconds()
        self.reason, self._told = why, True
        self.library.open()

    def has_opened(self, open_for: timedelta, why: str) -> bool:
        """Tell whether the last failure opened it. A failure that comes when it is open already changes nothing."""
        if self.is_closed:
            self._told = False
            return False
        if self._told:
            return False
        self.library.reset_timeout = open_for.total_seconds()
        self.reason, self._told = why, True
        return True


class _Since(pybreaker.CircuitMemoryStorage):
    """A store that measures the open time by the monotonic clock; the library's own uses the time of day."""

    def __init__(self) -> None:
        super().__init__(pybreaker.STATE_CLOSED)
        self._opened = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds since it opened."""
        return time.monotonic() - self._opened

    @property
    def opened_at(self) -> datetime:
        """Time at which it opened, computed from the seconds since then."""
        return datetime.now(UTC) - timedelta(seconds=self.seconds)

    @opened_at.setter
    def opened_at(self, _: datetime) -> None:
        self._opened = time.monotonic()

"""Circuit breakers: a model that is down is left alone, so that cases reach people at once instead of after minutes.

Several questions in a row that came to nothing open the breaker, and a spend limit or a refused key opens it at once.
Questions count and not attempts: where many threads ask at once, a second of overload meets one attempt of each. After
a while one question is let through as a trial, and the others wait for what comes of it by going elsewhere. The breaker
is of this process; the outage that it makes is a row that all share.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from threading import Lock

import pybreaker

from workflows.model.outcomes import Breaker
from workflows.model.request_attempts import Attempt

FAILURES = 5
"""Questions in a row that came to nothing, each after attempts of its own, before the breaker opens."""
PAUSE = timedelta(seconds=30)
"""How long a model that does not answer is left alone before the next trial."""
LONG_PAUSE = timedelta(minutes=5)
"""The same for one that somebody has to mend: a spend limit, a key."""


class CircuitOpen(Exception):
    """The breaker is open, and nothing was sent. The message says why it opened."""


class Breakers:
    """One breaker for each model. May be shared between threads."""

    def __init__(self, opened: Callable[[str, str], None], *, pause: timedelta = PAUSE) -> None:
        """`opened`: told a model and the reason when its breaker opens. `pause`: how long it stays so by itself."""
        self._opened = opened
        self._pause = pause
        self._breakers: dict[str, _OfModel] = {}
        self._lock = Lock()

    def refuse(self, model: str) -> None:
        """Raise `CircuitOpen` where no attempt is to be made now."""
        breaker = self._of(model)
        if breaker.is_shut():
            raise CircuitOpen(breaker.reason)

    def through(self, model: str, make: Callable[[], Attempt]) -> Attempt:
        """Make an attempt, and note what it says of its model. Raise `CircuitOpen` where none is to be made.

        A failure that may pass says nothing yet: the question is asked again, and `count` is told where it ends so.
        Only of a trial it says enough.
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
            # As a context: the library would hold its lock for as long as a call takes.
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
        """Note a question that came to nothing, after all its attempts."""
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
                breaker.open(LONG_PAUSE, failed.verdict.why)
            elif not breaker.has_opened(self._pause, failed.verdict.why):
                return
        self._opened(model, failed.verdict.why)

    def _of(self, model: str) -> "_OfModel":
        with self._lock:
            if model not in self._breakers:
                self._breakers[model] = _OfModel(self._pause)
            return self._breakers[model]


class _Down(Exception):
    """What the library counts as a failure."""


class _OfModel:
    """The library's breaker, with why it opened."""

    def __init__(self, pause: timedelta) -> None:
        self.reason = "It does not answer."
        self._since = _Since()
        self._told = False
        self._trial = Lock()
        self.library = pybreaker.CircuitBreaker(
            fail_max=FAILURES,
            reset_timeout=pause.total_seconds(),
            throw_new_error_on_trip=False,
            state_storage=self._since,
        )

    @property
    def is_closed(self) -> bool:
        """Does it let all through?"""
        return bool(self.library.current_state == pybreaker.STATE_CLOSED)

    def is_shut(self) -> bool:
        """Is it open, and no trial due or one under way?"""
        if self.is_closed:
            return False
        return self._trial.locked() or self._since.seconds < self.library.reset_timeout

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """Let one through where it is not closed: the library would let all through that come at that moment."""
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
        """Count anew. An answer that comes late, when it is open already, changes nothing."""
        with suppress(pybreaker.CircuitBreakerError), self.library.calling():
            pass

    def open(self, pause: timedelta, why: str) -> None:
        """Open it, whatever was counted."""
        self.library.reset_timeout = pause.total_seconds()
        self.reason, self._told = why, True
        self.library.open()

    def has_opened(self, pause: timedelta, why: str) -> bool:
        """Has the last failure opened it? One that comes late, when it is open already, changes nothing."""
        if self.is_closed:
            self._told = False
            return False
        if self._told:
            return False
        self.library.reset_timeout = pause.total_seconds()
        self.reason, self._told = why, True
        return True


class _Since(pybreaker.CircuitMemoryStorage):
    """Counts the time that a breaker is open by a clock that nobody sets: the library asks for the time of day."""

    def __init__(self) -> None:
        super().__init__(pybreaker.STATE_CLOSED)
        self._opened = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since it opened."""
        return time.monotonic() - self._opened

    @property
    def opened_at(self) -> datetime:
        """When it opened, as far from now as it really is."""
        return datetime.now(UTC) - timedelta(seconds=self.seconds)

    @opened_at.setter
    def opened_at(self, _: datetime) -> None:
        self._opened = time.monotonic()

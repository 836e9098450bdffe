"""Circuit breakers: a model that is down is left alone, so that cases reach people at once instead of after minutes.

Several failures in a row open the breaker, and a spend limit or a refused key opens it at once. After a while the next
question is let through as a trial. The breaker is of this process; the outage that it makes is a row that all share.
"""

from collections.abc import Callable
from datetime import timedelta
from threading import Lock

import pybreaker

from workflows.model.attempts import Attempt
from workflows.model.outcomes import Breaker

FAILURES = 5
"""Attempts in a row that fail before the breaker opens."""
PAUSE = timedelta(seconds=30)
"""How long a model that does not answer is left alone before the next trial."""
LONG_PAUSE = timedelta(minutes=5)
"""The same for one that somebody has to mend: a spend limit, a key."""


class LeftAlone(Exception):
    """The breaker is open, and nothing was sent. The message says why it opened."""


class _Down(Exception):
    """What the library counts as a failure."""


class Breakers:
    """One breaker for each model. May be shared between threads."""

    def __init__(self, opened: Callable[[str, str], None], *, pause: timedelta = PAUSE) -> None:
        """`opened`: told a model and the reason when its breaker opens. `pause`: how long it stays so by itself."""
        self._opened = opened
        self._pause = pause
        self._breakers: dict[str, pybreaker.CircuitBreaker] = {}
        self._reasons: dict[str, str] = {}
        self._lock = Lock()

    def through(self, model: str, make: Callable[[], Attempt]) -> Attempt:
        """Make an attempt, and note what it says of its model. Raise `LeftAlone` where none is to be made."""
        breaker = self._of(model)
        made: list[Attempt] = []
        try:
            # As a context: the library would hold its lock for as long as a call takes.
            with breaker.calling():
                made.append(make())
                if made[0].verdict.follows.breaker in (Breaker.COUNTS, Breaker.OPENS):
                    raise _Down
        except pybreaker.CircuitBreakerError:
            raise LeftAlone(self._reasons.get(model, "It does not answer.")) from None
        except _Down:
            self._note(model, breaker, made[0])
        return made[0]

    def _note(self, model: str, breaker: pybreaker.CircuitBreaker, failed: Attempt) -> None:
        opens = failed.verdict.follows.breaker is Breaker.OPENS
        if opens:
            breaker.open()
        if breaker.current_state != pybreaker.STATE_OPEN:
            return
        breaker.reset_timeout = (LONG_PAUSE if opens else self._pause).total_seconds()
        with self._lock:
            self._reasons[model] = failed.verdict.why
        self._opened(model, failed.verdict.why)

    def _of(self, model: str) -> pybreaker.CircuitBreaker:
        with self._lock:
            if model not in self._breakers:
                self._breakers[model] = pybreaker.CircuitBreaker(
                    fail_max=FAILURES, reset_timeout=self._pause.total_seconds(), throw_new_error_on_trip=False
                )
            return self._breakers[model]

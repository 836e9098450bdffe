"""Backoff: how many seconds pass before a step is tried again."""

from collections.abc import Mapping
from dataclasses import dataclass

from tenacity import RetryCallState, wait_exponential_jitter

from workflows.errors import BadDeclaration, OutcomeUnknown, TryAgain
from workflows.retry_after import plausible

LONGEST_WAIT = 60.0
"""Most seconds that a step waits before its next attempt, whatever the other system asks."""


@dataclass(frozen=True, kw_only=True)
class Backoff:
    """A wait that doubles with each attempt, with a random part, so that many callers do not come back at once."""

    first: float = 0.5
    """Seconds of the first wait. The random part is at most as long."""
    longest: float = 20.0
    """Most seconds of a wait, without the random part and without the wait that the other system asks for."""

    def __post_init__(self) -> None:
        if not 0 < self.first <= self.longest <= LONGEST_WAIT:
            raise BadDeclaration(
                f"a backoff has 0 < first <= longest <= {LONGEST_WAIT:g} seconds, not {self.first:g} and "
                f"{self.longest:g}"
            )


DEFAULT = Backoff()


def seconds(state: RetryCallState, backoffs: Mapping[type[Exception], Backoff]) -> float:
    """Return the seconds to wait after a failed attempt: the backoff of its error's nearest type, or more if the error
    asks for it.
    """
    error = state.outcome.exception() if state.outcome else None
    found = (backoffs[kind] for kind in type(error).__mro__ if kind in backoffs)
    backoff = next(found, DEFAULT)
    wait = wait_exponential_jitter(multiplier=backoff.first, max=backoff.longest, jitter=backoff.first)
    asked = plausible(error.after) if isinstance(error, (TryAgain, OutcomeUnknown)) else None
    return min(max(asked or 0.0, wait(state)), LONGEST_WAIT)

"""Time, and the timestamps that name messages."""

from collections.abc import Callable

Clock = Callable[[], float]
"""Function that returns the seconds since 1970."""


class Stamps:
    """Timestamps in Slack's form, each larger than the one before, even while the clock stands still."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> str:
        self._last = max(self._last + 1, int(self._clock() * 1_000_000))
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"

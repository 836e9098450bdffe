"""Rates: how many requests a source may send in a minute, and how many may come without a key that is known.

The windows are counted in this process. With several behind one address, each allows as many.
"""

import time
from dataclasses import dataclass

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

_WINDOW = 60
"""Seconds of a window."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The window of one who asks, after a request."""

    allowed: bool
    most: int
    """Requests in a window."""
    left: int
    reset: int
    """Seconds until the next window, at least 1."""

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers that tell it, as the IETF's draft on rate limits has them."""
        told = {
            "RateLimit-Policy": f'"minute";q={self.most};w={_WINDOW}',
            "RateLimit": f'"minute";r={self.left};t={self.reset}',
        }
        return told if self.allowed else {**told, "Retry-After": str(self.reset)}


class Rates:
    """The windows of all who ask. Only the server's loop uses it."""

    def __init__(self) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())

    def hit(self, who: str, *, most: int) -> Standing:
        """Count a request. `most`: requests in a minute."""
        item = RateLimitItemPerMinute(most)
        allowed = self._limiter.hit(item, who)
        window = self._limiter.get_window_stats(item, who)
        reset = window.reset_time - time.time()
        if reset > 2 * _WINDOW:
            # The window began while the clock was ahead, and would last until that time.
            self._limiter = FixedWindowRateLimiter(MemoryStorage())
            return self.hit(who, most=most)
        return Standing(allowed=allowed, most=most, left=max(window.remaining, 0), reset=max(1, round(reset)))

"""The rate limits of methods."""

import math
from dataclasses import dataclass

from bot.sandbox.errors import RateLimited
from bot.sandbox.state.clock import Clock
from handlers.slack import limits

BURST = 5
"""Number of messages that a channel takes at once."""
HISTORIES_A_MINUTE = 50
"""Calls of conversations.history a minute, in a workspace; an app sold outside Slack's marketplace has only one."""


@dataclass(frozen=True, kw_only=True)
class _Rate:
    burst: int
    a_second: float


_POSTS = _Rate(burst=BURST, a_second=1 / limits.POST_SECONDS)
_UPDATES = _Rate(burst=limits.UPDATES_A_MINUTE, a_second=limits.UPDATES_A_MINUTE / 60)
_HISTORIES = _Rate(burst=HISTORIES_A_MINUTE, a_second=HISTORIES_A_MINUTE / 60)
_OTHERS = _Rate(burst=limits.CALLS_A_MINUTE, a_second=limits.CALLS_A_MINUTE / 60)


class RateLimits:
    """Token buckets, one for each method, for chat.postMessage one for each channel; they fill as time goes by."""

    def __init__(self, clock: Clock, *, on: bool) -> None:
        self._clock = clock
        self._on = on
        self._left: dict[tuple[str, str], tuple[float, float]] = {}

    def spend(self, method: str, channel: str) -> None:
        """Take one call from a bucket. Raise RateLimited, with the seconds to wait, if it is empty."""
        rate, place = _rate(method, channel)
        if rate is None or not self._on:
            return
        now = self._clock()
        left, at = self._left.get((method, place), (float(rate.burst), now))
        left = min(float(rate.burst), left + max(0.0, now - at) * rate.a_second)
        # A tiny difference is allowed: sums of seconds are not exact.
        if left < 1 - 1e-6:
            self._left[method, place] = (left, now)
            raise RateLimited(max(1, math.ceil((1 - left) / rate.a_second - 1e-6)))
        self._left[method, place] = (left - 1, now)


def _rate(method: str, channel: str) -> tuple[_Rate | None, str]:
    if method == "chat.postMessage":
        return _POSTS, channel
    if method == "chat.update":
        return _UPDATES, ""
    if method == "conversations.history":
        return _HISTORIES, ""
    return (_OTHERS if method.startswith("views.") or method == "chat.postEphemeral" else None), ""

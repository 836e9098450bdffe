"""Faults of Web API calls."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "rate_limited",
    "ok_false_ratelimited",
    "server_error",
    "refused",
    "dropped",
    "executed_then_error",
    "executed_then_dropped",
    "slow",
]
"""Kind of a fault.

Not executed: `rate_limited` (429 with Retry-After), `ok_false_ratelimited` (the same with status 200), `server_error`
(a page of HTML, as a proxy sends it), `refused` (200, with a chosen error), `dropped` (the connection ends without an
answer). Executed before the fault: `executed_then_error`, `executed_then_dropped`, `slow` (answered in the end, but
late)."""

EXECUTED = frozenset({"executed_then_error", "executed_then_dropped", "slow"})
SERVER_ERRORS = frozenset({500, 502, 503, 504})


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault. Raise ValueError for an impossible one."""

    kind: FaultKind
    method: str | None = None
    """Method, such as chat.postMessage, or response_url; None: any."""
    channel: str | None = None
    """Channel that the call has to name; None: any."""
    times: int | None = 1
    """Number of calls that it hits; None: all, until it is cleared."""
    seconds: float | None = None
    """Retry-After of the kinds that ask to wait, rounded up; for `slow`, the delay of the answer."""
    status: int = 500
    """HTTP status of a server error."""
    error: str | None = None
    """Slack's error code for the refusal."""

    def __post_init__(self) -> None:
        if self.times is not None and self.times < 1:
            raise ValueError("a fault hits one call at least")
        if self.seconds is not None and self.seconds < 0:
            raise ValueError("seconds are not negative")
        if self.seconds is None and self.kind in ("rate_limited", "slow"):
            raise ValueError(f"{self.kind} takes seconds")
        if (self.error is None) == (self.kind == "refused"):
            raise ValueError("refused takes an error, and nothing else does")
        if self.status not in SERVER_ERRORS:
            raise ValueError(f"{self.status} is no error of a server")

    @property
    def executes(self) -> bool:
        """True if the call is executed all the same."""
        return self.kind in EXECUTED

    def hits(self, method: str, channel: str) -> bool:
        return self.method in (None, method) and self.channel in (None, channel)


@dataclass(kw_only=True)
class _Set:
    fault: Fault
    left: int | None


class CallFaults:
    """The faults that were set. A call is hit by the first that fits it, and by that one alone."""

    def __init__(self) -> None:
        self._set: list[_Set] = []
        self._cleared = asyncio.Event()

    def add(self, fault: Fault) -> None:
        self._set.append(_Set(fault=fault, left=fault.times))

    def take(self, method: str, channel: str) -> Fault | None:
        """Return the fault that hits a call, and count it; None for a call without a fault."""
        for one in self._set:
            if one.fault.hits(method, channel):
                if one.left is not None:
                    one.left -= 1
                    if one.left == 0:
                        self._set.remove(one)
                return one.fault
        return None

    async def hold(self, seconds: float) -> None:
        """Wait for some real seconds, or until the faults are cleared."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._cleared.wait(), seconds)

    def clear(self) -> None:
        """End all faults; delayed answers come now."""
        self._set.clear()
        self._cleared.set()
        self._cleared = asyncio.Event()

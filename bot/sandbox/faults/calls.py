"""What goes wrong with calls of the Web API."""

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
"""What happens to a call.

Not executed: `rate_limited` (429 with Retry-After), `ok_false_ratelimited` (the same said with 200), `server_error`
(a page of HTML, as a proxy sends it), `refused` (200, with an error of one's choice), `dropped` (the connection ends
without an answer). Executed first, and only then:
`executed_then_error`, `executed_then_dropped`, `slow` (answered in the end, but late).
"""

EXECUTED = frozenset({"executed_then_error", "executed_then_dropped", "slow"})
SERVER_ERRORS = frozenset({500, 502, 503, 504})


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One thing that goes wrong. Raises ValueError if it is none that can."""

    kind: FaultKind
    method: str | None = None
    """Such as chat.postMessage, or response_url; None: any."""
    channel: str | None = None
    """Only calls that name this channel; None: any."""
    times: int | None = 1
    """How many calls it hits; None: all, until it is cleared."""
    seconds: float | None = None
    """For the kinds that say to wait, their Retry-After, rounded up; for `slow`, how late the answer is."""
    status: int = 500
    """The HTTP status of an error of the server."""
    error: str | None = None
    """Slack's word for why it is refused."""

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
        """Whether the call is executed all the same."""
        return self.kind in EXECUTED

    def hits(self, method: str, channel: str) -> bool:
        return self.method in (None, method) and self.channel in (None, channel)


@dataclass(kw_only=True)
class _Set:
    fault: Fault
    left: int | None


class CallFaults:
    """The faults that were set. A call is hit by the first that is meant for it, and by that one alone."""

    def __init__(self) -> None:
        self._set: list[_Set] = []
        self._cleared = asyncio.Event()

    def add(self, fault: Fault) -> None:
        self._set.append(_Set(fault=fault, left=fault.times))

    def take(self, method: str, channel: str) -> Fault | None:
        """The fault that hits a call, which counts; None if nothing goes wrong with it."""
        for one in self._set:
            if one.fault.hits(method, channel):
                if one.left is not None:
                    one.left -= 1
                    if one.left == 0:
                        self._set.remove(one)
                return one.fault
        return None

    async def hold(self, seconds: float) -> None:
        """Wait for so many real seconds, or until the faults are cleared."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._cleared.wait(), seconds)

    def clear(self) -> None:
        """Nothing goes wrong any more; answers that are late come now."""
        self._set.clear()
        self._cleared.set()
        self._cleared = asyncio.Event()

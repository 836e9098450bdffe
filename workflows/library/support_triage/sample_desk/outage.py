"""An outage on demand, to show what the callers of a system of record do while it is away."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.types import ASGIApp, Receive, Scope, Send

from . import answers

Clock = Callable[[], datetime]


class Outage:
    """Kept in memory only: a restart ends it, as one expects of a restart."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until = clock()

    def last(self, seconds: int) -> None:
        """Be out for so many seconds from now; 0 ends it."""
        self._until = self._clock() + timedelta(seconds=seconds)

    def seconds_left(self) -> int:
        """Rounded up; 0 if there is no outage."""
        return max(0, math.ceil((self._until - self._clock()).total_seconds()))


class OutOnDemand:
    """Answers 503 for tickets and customers while the outage lasts, whatever the request is."""

    def __init__(self, app: ASGIApp, *, outage: Outage) -> None:
        self._app = app
        self._outage = outage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        left = self._outage.seconds_left()
        if left and scope["type"] == "http" and scope["path"].split("/")[1:2] in (["tickets"], ["customers"]):
            await answers.error(
                503, "outage", f"The help desk is out for another {left} s.", {"Retry-After": str(left)}
            )(scope, receive, send)
            return
        await self._app(scope, receive, send)

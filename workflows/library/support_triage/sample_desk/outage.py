"""An outage on demand, to show what the callers of a system of record do while it is away."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.types import ASGIApp, Receive, Scope, Send

from . import answers
from .gate import READING

Clock = Callable[[], datetime]


class Outage:
    """Kept in memory only: a restart ends it, as one expects of a restart."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until = clock()
        self.only_changes = False
        """Does it still answer questions?"""

    def last(self, seconds: int, *, only_changes: bool) -> None:
        """Be out for so many seconds from now; 0 ends it. `only_changes`: questions are answered all the same."""
        self._until = self._clock() + timedelta(seconds=seconds)
        self.only_changes = only_changes

    def seconds_left(self) -> int:
        """Rounded up; 0 if there is no outage."""
        return max(0, math.ceil((self._until - self._clock()).total_seconds()))


class OutOnDemand:
    """Answers 503 for tickets and customers while the outage lasts: to every request, or to every change.

    A desk that takes no changes does not know for how long, and does not say.
    """

    def __init__(self, app: ASGIApp, *, outage: Outage) -> None:
        self._app = app
        self._outage = outage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        left = self._outage.seconds_left()
        if not left or scope["type"] != "http" or scope["path"].split("/")[1:2] not in (["tickets"], ["customers"]):
            await self._app(scope, receive, send)
        elif not self._outage.only_changes:
            said = f"The help desk is out for another {left} s."
            await answers.error(503, "outage", said, {"Retry-After": str(left)})(scope, receive, send)
        elif scope["method"] in READING:
            await self._app(scope, receive, send)
        else:
            await answers.error(503, "read_only", "The help desk takes no changes now.")(scope, receive, send)

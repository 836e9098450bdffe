"""An outage on demand, to show what the callers of a system of record do while it is away."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.types import ASGIApp, Receive, Scope, Send

from workflows.library.sample_server import answers
from workflows.library.sample_server.gate import READING

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
    """Answers 503 while the outage lasts: to every request, or to every change. Its own page and health stay.

    A server that takes no changes does not know for how long, and does not say.
    """

    def __init__(self, app: ASGIApp, *, outage: Outage, name: str, paths: frozenset[str]) -> None:
        """`paths`: the first parts of the paths that are out."""
        self._app = app
        self._outage = outage
        self._name = name
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        left = self._outage.seconds_left()
        if not left or scope["type"] != "http" or not self._paths & set(scope["path"].split("/")[1:2]):
            await self._app(scope, receive, send)
        elif not self._outage.only_changes:
            said = f"The {self._name} is out for another {left} s."
            await answers.error(503, "outage", said, {"Retry-After": str(left)})(scope, receive, send)
        elif scope["method"] in READING:
            await self._app(scope, receive, send)
        else:
            await answers.error(503, "read_only", f"The {self._name} takes no changes now.")(scope, receive, send)

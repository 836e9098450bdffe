"""An outage on demand, to show how the callers of a system of record behave while it is away."""

import math
from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.types import ASGIApp, Receive, Scope, Send

from workflows.library.sample_server import answers
from workflows.library.sample_server.gate import READING

Clock = Callable[[], datetime]


class Outage:
    """An outage, kept in memory only, so that a restart ends it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until = clock()
        self.only_changes = False
        """True if questions are answered during the outage."""

    def last(self, seconds: int, *, only_changes: bool) -> None:
        """Begin an outage of so many seconds; 0 ends it. `only_changes`: questions are still answered."""
        self._until = self._clock() + timedelta(seconds=seconds)
        self.only_changes = only_changes

    def seconds_left(self) -> int:
        """Return the seconds left, rounded up; 0 if there is no outage."""
        return max(0, math.ceil((self._until - self._clock()).total_seconds()))


class OutOnDemand:
    """A middleware that answers 503 during the outage, to every request or to every change; not for its page and its
    health.

    A server that takes no changes does not know how long that lasts, so it sends no Retry-After.
    """

    def __init__(self, app: ASGIApp, *, outage: Outage, name: str, paths: frozenset[str]) -> None:
        """Wrap an application. `paths`: the first parts of the paths that are out."""
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

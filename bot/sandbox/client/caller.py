"""Calls to the control API, and waiting for a condition."""

import time
from collections.abc import Callable
from typing import TypeVar

import httpx2
from pydantic import JsonValue, TypeAdapter

from bot.sandbox.client.shown import Outcome

Answer = TypeVar("Answer")

LONGEST_WAIT = 1.0
"""Seconds between two looks: the condition may depend on more than the sandbox."""


class Refused(Exception):
    """The sandbox refuses an act that no person could do."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status}: {reason}")
        self.status = status
        self.reason = reason


class Caller:
    """A connection to the control API."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http

    def _get(self, path: str, **query: str | float) -> dict[str, JsonValue]:
        return self._read(self._http.get(f"/control/{path}", params=query))

    def _act(self, path: str, **order: JsonValue) -> Outcome:
        return Outcome.model_validate(self._read(self._http.post(f"/control/{path}", json=order)))

    def _read(self, response: httpx2.Response) -> dict[str, JsonValue]:
        body: dict[str, JsonValue] = TypeAdapter(dict[str, JsonValue]).validate_json(response.content)
        if response.status_code != 200:
            raise Refused(response.status_code, str(body.get("error")))
        return body

    def wait_until(self, look: Callable[[], Answer | None], seconds: float = 120.0) -> Answer:
        """Return what `look` finds, as soon as it finds something. Raise TimeoutError."""
        over = time.monotonic() + seconds
        change = 0
        while True:
            # The number is read before the look, so that a change in between leads to another look at once.
            change = int(str(self._get("wait", since=change, seconds=0)["change"]))
            found = look()
            if found:
                return found
            left = over - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"the condition did not hold within {seconds:g} seconds")
            self._get("wait", since=change, seconds=min(left, LONGEST_WAIT))

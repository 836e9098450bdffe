"""Calls a system of record over HTTP, and says of each failure whether what was asked for may have happened."""

import atexit
import os
from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import TypeVar

import httpx2
from pydantic import BaseModel, JsonValue, ValidationError

from workflows import NotDone, OutcomeUnknown, TryAgain

TIMEOUT = 10.0
"""Seconds."""

FormT = TypeVar("FormT", bound=BaseModel)


class System:
    """A system of record that speaks HTTP and JSON."""

    def __init__(self, name: str, *, url: str, otherwise: str) -> None:
        """`name`: what it is called in a sentence. `url`: the variable with its address; unset, it is `otherwise`."""
        self._name = name
        self._variable = url
        self._default = otherwise

    def ask(self, form: type[FormT], path: str, query: Mapping[str, str] | None = None) -> FormT:
        """Ask it something. Raise `TryAgain` or `NotDone`."""
        try:
            return self._read(form, self._send("GET", path, query=query))
        except OutcomeUnknown as error:
            raise TryAgain(str(error)) from error  # a question has no outcome that could be in doubt

    def put(self, form: type[FormT], path: str, body: Mapping[str, JsonValue], *, key: str) -> FormT:
        """Have it do something, under an idempotency key. Raise `TryAgain`, `NotDone` or `OutcomeUnknown`."""
        return self._read(form, self._send("PUT", path, body=body, key=key))

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, JsonValue] | None = None,
        key: str | None = None,
    ) -> httpx2.Response:
        url = os.environ.get(self._variable, self._default)
        headers = {"Idempotency-Key": key} if key else None
        try:
            answer = _client().request(method, url + path, params=query, json=body, headers=headers)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
            raise TryAgain(f"the {self._name} is not to be reached at {url}: {error}") from error
        except httpx2.HTTPError as error:
            raise OutcomeUnknown(f"the {self._name} at {url} did not answer: {type(error).__name__}") from error
        if answer.status_code in (429, 503):
            wait = answer.headers.get("Retry-After", "")
            after = float(wait) if wait.isascii() and wait.isdigit() else None
            raise TryAgain(f"the {self._name} is out of service ({answer.status_code})", after=after)
        if answer.status_code >= 500:
            raise OutcomeUnknown(f"the {self._name} failed ({answer.status_code})")
        if answer.status_code >= 400:
            raise NotDone(f"the {self._name} refused it ({answer.status_code}): {answer.text[:300]}")
        return answer

    def _read(self, form: type[FormT], answer: httpx2.Response) -> FormT:
        try:
            return form.model_validate_json(answer.content)
        except ValidationError as error:
            raise OutcomeUnknown(f"the {self._name} answers in another form than agreed: {error}") from error


def _client() -> httpx2.Client:
    # One for all threads; two that were the first at once would leave the connections of one open.
    with _connecting:
        return _shared()


@cache
def _shared() -> httpx2.Client:
    client = httpx2.Client(timeout=TIMEOUT)
    atexit.register(client.close)
    return client


_connecting = Lock()

"""The help desk, as far as this automation uses it. What it answers is checked: a changed answer fails visibly."""

import atexit
import os
from functools import cache
from threading import Lock
from typing import TypeVar

import httpx2
from pydantic import BaseModel, ValidationError

from workflows import NotDone, OutcomeUnknown, TryAgain, step

URL = "COUNTERSIGN_HELPDESK_URL"
DEFAULT_URL = "http://127.0.0.1:8471"
TIMEOUT = 10.0
"""Seconds."""


class Order(BaseModel):
    """An order, as the help desk tells of it."""

    number: str
    item: str
    placed_on: str
    status: str
    total: str


FormT = TypeVar("FormT", bound=BaseModel)


class _Orders(BaseModel):
    orders: list[Order]


class _Receipt(BaseModel):
    receipt: str


@step(tries=3)
def last_orders(customer: str) -> list[Order]:
    """The customer's orders, newest first. Raise `TryAgain` or `NotDone`."""
    try:
        answer = _send("GET", f"/customers/{customer}/orders")
    except OutcomeUnknown as error:
        raise TryAgain(str(error)) from error  # a question has no outcome that could be in doubt
    return _read(_Orders, answer).orders


@step(tries=3)
def update(ticket: int, *, queue: str, priority: str, reply: str, idempotency_key: str) -> str:
    """Put a ticket into a queue; returns the receipt. Raise `TryAgain`, `NotDone` or `OutcomeUnknown`."""
    body = {"queue": queue, "priority": priority, "reply": reply}
    return _read(_Receipt, _send("PUT", f"/tickets/{ticket}/triage", body, idempotency_key)).receipt


@step(tries=3)
def leave_to_people(ticket: int, *, reason: str, idempotency_key: str) -> str:
    """Mark a ticket as one for people; returns the receipt. Raise `TryAgain`, `NotDone` or `OutcomeUnknown`."""
    answer = _send("PUT", f"/tickets/{ticket}/rejection", {"reason": reason}, idempotency_key)
    return _read(_Receipt, answer).receipt


def _send(method: str, path: str, body: dict[str, str] | None = None, key: str | None = None) -> httpx2.Response:
    url = os.environ.get(URL, DEFAULT_URL)
    try:
        answer = _client().request(method, url + path, json=body, headers={"Idempotency-Key": key} if key else None)
    except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol, httpx2.InvalidURL) as error:
        raise TryAgain(f"the help desk is not to be reached at {url}: {error}") from error
    except httpx2.HTTPError as error:
        raise OutcomeUnknown(f"the help desk at {url} did not answer: {type(error).__name__}") from error
    if answer.status_code in (429, 503):
        wait = answer.headers.get("Retry-After", "")
        after = float(wait) if wait.isascii() and wait.isdigit() else None
        raise TryAgain(f"the help desk is out of service ({answer.status_code})", after=after)
    if answer.status_code >= 500:
        raise OutcomeUnknown(f"the help desk failed ({answer.status_code})")
    if answer.status_code >= 400:
        raise NotDone(f"the help desk refused it ({answer.status_code}): {answer.text[:300]}")
    return answer


def _read(form: type[FormT], answer: httpx2.Response) -> FormT:
    try:
        return form.model_validate_json(answer.content)
    except ValidationError as error:
        raise OutcomeUnknown(f"the help desk answers in another form than agreed: {error}") from error


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

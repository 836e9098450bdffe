"""The part of the help desk that this automation uses. Its answers are checked: a changed answer fails visibly."""

import os
from urllib.parse import quote

from countersign import step
from countersign.tools.http import client
from pydantic import BaseModel, Field

URL = "COUNTERSIGN_HELPDESK_URL"
DEFAULT_URL = "http://127.0.0.1:8471"
TIMEOUT = 20.0
"""Seconds for one attempt at a step."""

# The sample desk runs on this machine. One on a private network has to be named here.
_desk = client(lambda: os.environ.get(URL, DEFAULT_URL), name="the help desk", allow_private=("127.0.0.0/8", "::1"))


class Order(BaseModel):
    """An order, as the help desk states it."""

    number: str
    item: str
    placed_on: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    status: str
    total: str = Field(pattern=r"^\d+\.\d{2}$")
    """An amount with a decimal point: `39.000` would be thirty-nine, or thirty-nine thousand."""


class _Orders(BaseModel):
    orders: list[Order]


class _Receipt(BaseModel):
    receipt: str


@step(tries=3, timeout=TIMEOUT, does="retrieve")
def last_orders(customer: str) -> list[Order]:
    """The customer's orders, newest first. Raise what `countersign.tools.http` tells of."""
    return _desk.get(f"/customers/{quote(customer, safe='')}/orders").read(_Orders).orders


@step(tries=3, timeout=TIMEOUT, does=("route", "draft"))
def update(ticket: int, *, queue: str, priority: str, reply: str, idempotency_key: str) -> str:
    """Put a ticket into a queue; returns the receipt. Raise what `countersign.tools.http` tells of."""
    body = {"queue": queue, "priority": priority, "reply": reply}
    return _desk.put(f"/tickets/{ticket}/triage", body, idempotency_key=idempotency_key).read(_Receipt).receipt


@step(tries=3, timeout=TIMEOUT, does="execute")
def ask_customer(ticket: int, *, question: str, idempotency_key: str) -> str:
    """Send the customer a question about their ticket; returns the receipt. Raise what `countersign.tools.http` tells
    of.
    """
    body = {"question": question}
    return _desk.put(f"/tickets/{ticket}/question", body, idempotency_key=idempotency_key).read(_Receipt).receipt


@step(tries=3, timeout=TIMEOUT, does="route")
def leave_to_people(ticket: int, *, reason: str, idempotency_key: str) -> str:
    """Mark a ticket as one for people; returns the receipt. Raise what `countersign.tools.http` tells of."""
    body = {"reason": reason}
    return _desk.put(f"/tickets/{ticket}/rejection", body, idempotency_key=idempotency_key).read(_Receipt).receipt

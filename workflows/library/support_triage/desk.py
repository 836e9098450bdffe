"""The help desk, as far as this automation uses it. What it answers is checked: a changed answer fails visibly."""

import os
from urllib.parse import quote

from pydantic import BaseModel

from workflows import step
from workflows.tools import http

URL = "COUNTERSIGN_HELPDESK_URL"
DESK = http.client(
    lambda: os.environ.get(URL, "http://127.0.0.1:8471"),
    name="the help desk",
    allow_private=("127.0.0.0/8", "::1"),  # the sample one listens nowhere else
)


class Order(BaseModel):
    """An order, as the help desk tells of it."""

    number: str
    item: str
    placed_on: str
    status: str
    total: str


class _Orders(BaseModel):
    orders: list[Order]


class _Receipt(BaseModel):
    receipt: str


@step(tries=3)
def last_orders(customer: str) -> list[Order]:
    """The customer's orders, newest first. Raise the errors of `workflows.tools.http`."""
    return DESK.get(f"/customers/{quote(customer, safe='')}/orders").read(_Orders).orders


@step(tries=3)
def update(ticket: int, *, queue: str, priority: str, reply: str, idempotency_key: str) -> str:
    """Put a ticket into a queue; returns the receipt. Raise the errors of `workflows.tools.http`."""
    body = {"queue": queue, "priority": priority, "reply": reply}
    return DESK.put(f"/tickets/{ticket}/triage", body, idempotency_key=idempotency_key).read(_Receipt).receipt


@step(tries=3)
def leave_to_people(ticket: int, *, reason: str, idempotency_key: str) -> str:
    """Mark a ticket as one for people; returns the receipt. Raise the errors of `workflows.tools.http`."""
    answer = DESK.put(f"/tickets/{ticket}/rejection", {"reason": reason}, idempotency_key=idempotency_key)
    return answer.read(_Receipt).receipt

"""The help desk, as far as this automation uses it. What it answers is checked: a changed answer fails visibly."""

from pydantic import BaseModel

from workflows import step
from workflows.library.calling import System

URL = "COUNTERSIGN_HELPDESK_URL"
HELP_DESK = System("help desk", url=URL, otherwise="http://127.0.0.1:8471")


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
    """The customer's orders, newest first. Raise `TryAgain` or `NotDone`."""
    return HELP_DESK.ask(_Orders, f"/customers/{customer}/orders").orders


@step(tries=3)
def update(ticket: int, *, queue: str, priority: str, reply: str, idempotency_key: str) -> str:
    """Put a ticket into a queue; returns the receipt. Raise `TryAgain`, `NotDone` or `OutcomeUnknown`."""
    body = {"queue": queue, "priority": priority, "reply": reply}
    return HELP_DESK.put(_Receipt, f"/tickets/{ticket}/triage", body, key=idempotency_key).receipt


@step(tries=3)
def leave_to_people(ticket: int, *, reason: str, idempotency_key: str) -> str:
    """Mark a ticket as one for people; returns the receipt. Raise `TryAgain`, `NotDone` or `OutcomeUnknown`."""
    return HELP_DESK.put(_Receipt, f"/tickets/{ticket}/rejection", {"reason": reason}, key=idempotency_key).receipt

"""The ledger, as far as this automation uses it. What it answers is checked: a changed answer fails visibly."""

from collections.abc import Mapping

from pydantic import BaseModel, JsonValue

from workflows import step
from workflows.library.calling import System

URL = "COUNTERSIGN_LEDGER_URL"
LEDGER = System("ledger", url=URL, otherwise="http://127.0.0.1:8472")


class Supplier(BaseModel):
    """A supplier, as the ledger knows it."""

    name: str
    accounts: list[str]
    """Where it is paid."""


class Known(BaseModel):
    """What the ledger knows of an invoice before it is booked."""

    supplier: Supplier | None
    """None: it knows no such supplier."""
    booked: str | None
    """The receipt of a booking with the same supplier and number; None where there is none."""


class _Receipt(BaseModel):
    receipt: str


@step(tries=3)
def look_up(document: str, *, supplier: str, number: str) -> Known:
    """What the ledger knows of a supplier and of its invoice; `document` itself does not count as booked.

    Raise `TryAgain` or `NotDone`.
    """
    return LEDGER.ask(Known, "/suppliers", {"name": supplier, "number": number, "but": document})


@step(tries=3)
def book(document: str, *, booking: Mapping[str, JsonValue], idempotency_key: str) -> str:
    """Book an invoice; returns the receipt. Raise `TryAgain`, `NotDone` or `OutcomeUnknown`."""
    return LEDGER.put(_Receipt, f"/invoices/{document}/booking", booking, key=idempotency_key).receipt


@step(tries=3)
def leave_to_people(document: str, *, reason: str, idempotency_key: str) -> str:
    """Note that an invoice is left to people; returns the receipt. Raise `TryAgain`, `NotDone` or `OutcomeUnknown`."""
    return LEDGER.put(_Receipt, f"/invoices/{document}/rejection", {"reason": reason}, key=idempotency_key).receipt

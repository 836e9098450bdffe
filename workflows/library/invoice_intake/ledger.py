"""The part of the ledger that this automation uses. Its answers are checked: a changed answer fails visibly."""

import os
from collections.abc import Mapping

from countersign import step
from countersign.tools.http import client
from pydantic import BaseModel, JsonValue

URL = "COUNTERSIGN_LEDGER_URL"
DEFAULT_URL = "http://127.0.0.1:8472"
TIMEOUT = 20.0
"""Seconds for one attempt at a step."""

# The sample ledger runs on this machine. One on a private network has to be named here.
_ledger = client(lambda: os.environ.get(URL, DEFAULT_URL), name="the ledger", allow_private=("127.0.0.0/8", "::1"))


class Supplier(BaseModel):
    """A supplier, as the ledger knows it."""

    name: str
    accounts: list[str]
    """The accounts to which it is paid."""


class Known(BaseModel):
    """The ledger's facts about an invoice before it is booked."""

    supplier: Supplier | None
    """The supplier; None: the ledger has no such supplier."""
    booked: str | None
    """The receipt of a booking with the same supplier and number; None where there is none."""
    alike: str | None = None
    """The receipt of another booking of the same supplier, total and date; None where there is none."""


class _Receipt(BaseModel):
    receipt: str


@step(tries=3, timeout=TIMEOUT, does="retrieve")
def look_up(document: str, *, supplier: str, number: str, date: str, total: str) -> Known:
    """Return what the ledger knows of a supplier and of its invoice; `document` itself does not count as booked.

    `date`: YYYY-MM-DD. `total`: in plain notation.

    Raise what `countersign.tools.http` tells of.
    """
    asked = {"name": supplier, "number": number, "but": document, "date": date, "total": total}
    return _ledger.get("/suppliers", params=asked).read(Known)


@step(tries=3, timeout=TIMEOUT, does="execute")
def book(document: str, *, booking: Mapping[str, JsonValue], idempotency_key: str) -> str:
    """Book an invoice; returns the receipt. Raise what `countersign.tools.http` tells of."""
    return _ledger.put(f"/invoices/{document}/booking", booking, idempotency_key=idempotency_key).read(_Receipt).receipt


@step(tries=3, timeout=TIMEOUT, does="route")
def leave_to_people(document: str, *, reason: str, idempotency_key: str) -> str:
    """Note that an invoice is left to people; returns the receipt. Raise what `countersign.tools.http` tells of."""
    answer = _ledger.put(f"/invoices/{document}/rejection", {"reason": reason}, idempotency_key=idempotency_key)
    return answer.read(_Receipt).receipt

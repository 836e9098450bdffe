"""The changes of an invoice in the ledger, and the states that follow from them.

They are plain values, separate from the file that keeps them and from the server that receives them.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """The result of an invoice's last change."""

    BOOKED = "booked"
    LEFT_TO_PEOPLE = "left to people"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of an invoice, with the amounts as they were sent."""

    description: str
    quantity: str
    unit_price: str
    amount: str


@dataclass(frozen=True, kw_only=True)
class Tax:
    """One tax rate, in percent, with the amounts as they were sent."""

    rate: str
    net: str
    tax: str


@dataclass(frozen=True, kw_only=True)
class Booking:
    """An invoice as it was booked, with the amounts as they were sent."""

    supplier: str
    number: str
    date: str
    """YYYY-MM-DD."""
    currency: str
    """ISO 4217."""
    net: str
    tax: str
    total: str
    due: str
    """The amount to pay now."""
    lines: tuple[Line, ...]
    kind: str = "invoice"
    """An invoice, a credit note or a correction."""
    allowances: str = "0"
    charges: str = "0"
    taxes: tuple[Tax, ...] = ()
    prepaid: str = "0"
    rounding: str = "0"


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """A rejection of the proposal, which leaves the invoice to people."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """One applied change of one invoice. It is never altered and never taken away."""

    receipt: str
    key: str
    """The caller's Idempotency-Key."""
    at: datetime
    content: Booking | Rejection


@dataclass(frozen=True, kw_only=True)
class Invoice:
    """The history of an invoice, from which its state follows."""

    invoice: str
    history: tuple[Change, ...]
    """Newest first, never empty."""

    @property
    def status(self) -> Status:
        """The status after the newest change."""
        return Status.BOOKED if isinstance(self.history[0].content, Booking) else Status.LEFT_TO_PEOPLE


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The ledger's confirmation that a change was applied, once."""

    receipt: str
    invoice: str
    replayed: bool
    """True if this key had been applied before, so that nothing was applied now."""


def body_of(content: Booking | Rejection) -> str:
    """Return a change as JSON, the same for the same content."""
    # What is as if it had been left out is left out, so that a key from before these fields finds its booking.
    usual = {one.name: one.default for one in fields(content)}
    said = {name: value for name, value in asdict(content).items() if value != usual[name]}
    return json.dumps(said, sort_keys=True, ensure_ascii=False)


def body_hash(content: Booking | Rejection) -> str:
    """Return the SHA-256, in hex, of a request's content."""
    # The fields' names tell a booking from a rejection.
    return hashlib.sha256(body_of(content).encode()).hexdigest()


def content_of(body: str) -> Booking | Rejection:
    """Return the change that `body_of` wrote."""
    read = json.loads(body)
    if "reason" in read:
        return Rejection(**read)
    lines = tuple(Line(**line) for line in read["lines"])
    taxes = tuple(Tax(**tax) for tax in read.get("taxes", ()))
    return Booking(**{"due": read["total"], **read, "lines": lines, "taxes": taxes})

"""What can happen to an invoice in the ledger, and what it is after that.

Plain values, apart from the file that keeps them and from the server that hears them.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """What became of an invoice last."""

    BOOKED = "booked"
    LEFT_TO_PEOPLE = "left to people"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of an invoice; amounts as they were sent."""

    description: str
    quantity: str
    unit_price: str
    amount: str


@dataclass(frozen=True, kw_only=True)
class Booking:
    """An invoice as it was booked; amounts as they were sent."""

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
    """What is to be paid now."""
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """Nobody's proposal is taken: the invoice is left to people."""

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
    """How an invoice came to stand as it does."""

    invoice: str
    history: tuple[Change, ...]
    """Newest first, never empty."""

    @property
    def status(self) -> Status:
        """By the newest change."""
        return Status.BOOKED if isinstance(self.history[0].content, Booking) else Status.LEFT_TO_PEOPLE


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The ledger's word that a change was applied, once."""

    receipt: str
    invoice: str
    replayed: bool
    """Whether this key had been applied before, so that nothing was applied now."""


def body_of(content: Booking | Rejection) -> str:
    """A change as JSON, the same for the same content."""
    return json.dumps(asdict(content), sort_keys=True, ensure_ascii=False)


def body_hash(content: Booking | Rejection) -> str:
    """The SHA-256, in hex, of what a request says."""
    # The fields' names tell a booking from a rejection.
    return hashlib.sha256(body_of(content).encode()).hexdigest()


def content_of(body: str) -> Booking | Rejection:
    """What `body_of` wrote."""
    read = json.loads(body)
    if "reason" in read:
        return Rejection(**read)
    return Booking(**{"due": read["total"], **read, "lines": tuple(Line(**line) for line in read["lines"])})

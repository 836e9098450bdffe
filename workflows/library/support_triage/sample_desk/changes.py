"""The changes of a ticket, and the states that follow from them.

They are plain values, separate from the file that keeps them and from the server that receives them.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum


class Queue(StrEnum):
    """The people to whom a ticket goes."""

    DELIVERY = "delivery"
    RETURNS = "returns"
    BILLING = "billing"
    PRODUCT_HELP = "product-help"
    ACCOUNT = "account"
    SAFETY = "safety"


class Priority(StrEnum):
    """The urgency of a ticket."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Status(StrEnum):
    """The result of a ticket's last change."""

    TRIAGED = "triaged"
    LEFT_TO_PEOPLE = "left to people"


@dataclass(frozen=True, kw_only=True)
class Triage:
    """A triage, which puts the ticket into a queue, with a reply to the customer."""

    queue: Queue
    priority: Priority
    reply: str


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """A rejection of the proposal, which leaves the ticket to people."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """One applied change of one ticket. It is never altered and never taken away."""

    receipt: str
    key: str
    """The caller's Idempotency-Key."""
    at: datetime
    content: Triage | Rejection


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """The present state of a ticket, with its history."""

    ticket: int
    status: Status
    queue: Queue | None
    """The queue of the last triage; None if the ticket was only ever left to people. The same holds for priority and
    reply.
    """
    priority: Priority | None
    reply: str | None
    reason: str | None
    """The reason why it was left to people; None after a later triage."""
    history: tuple[Change, ...]
    """Newest first, never empty."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question to the customer of a ticket. It changes nothing of the ticket."""

    receipt: str
    key: str
    """The caller's Idempotency-Key."""
    at: datetime
    ticket: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The desk's confirmation that a change was applied, once."""

    receipt: str
    ticket: int
    replayed: bool
    """True if this key had been applied before, so that nothing was applied now."""


def body_hash(content: Triage | Rejection) -> str:
    """Return the SHA-256, in hex, of a request's content: spacing and the order of its fields make no difference."""
    # The fields' names tell a triage from a rejection.
    return hashlib.sha256(json.dumps(asdict(content), sort_keys=True).encode()).hexdigest()

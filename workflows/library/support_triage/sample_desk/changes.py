"""What can happen to a ticket, and what a ticket is after it.

Plain values, apart from the file that keeps them and from the server that hears them.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum


class Queue(StrEnum):
    """Which people a ticket goes to."""

    DELIVERY = "delivery"
    RETURNS = "returns"
    BILLING = "billing"
    PRODUCT_HELP = "product-help"
    ACCOUNT = "account"
    SAFETY = "safety"


class Priority(StrEnum):
    """How soon they should look."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class Status(StrEnum):
    """What became of a ticket last."""

    TRIAGED = "triaged"
    LEFT_TO_PEOPLE = "left to people"


@dataclass(frozen=True, kw_only=True)
class Triage:
    """The ticket goes to a queue, with a reply to the customer."""

    queue: Queue
    priority: Priority
    reply: str


@dataclass(frozen=True, kw_only=True)
class Rejection:
    """Nobody's proposal is taken: the ticket is left to people."""

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
    """The present state of a ticket and how it came about."""

    ticket: int
    status: Status
    queue: Queue | None
    """The last triage's queue; none if the ticket was only ever left to people. So with priority and reply."""
    priority: Priority | None
    reply: str | None
    reason: str | None
    """Why it was left to people; none once a triage follows."""
    history: tuple[Change, ...]
    """Newest first, never empty."""


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """The desk's word that a change was applied, once."""

    receipt: str
    ticket: int
    replayed: bool
    """Whether this key had been applied before, so that nothing was applied now."""


def body_hash(content: Triage | Rejection) -> str:
    """The SHA-256, in hex, of what a request says: spacing and the order of its fields make no difference."""
    # The fields' names tell a triage from a rejection.
    return hashlib.sha256(json.dumps(asdict(content), sort_keys=True).encode()).hexdigest()

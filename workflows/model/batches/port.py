"""The port of a vendor that answers questions in batches: what is sent, and what comes back."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from workflows.model.asking.requests import Reply, Request
from workflows.model.outcomes import Verdict

MOST_QUESTIONS = 2_000
"""Most questions of one batch. A vendor takes 100,000; smaller ones come back sooner, and are kept in one short
transaction.
"""
MOST_BYTES = 32 * 1024 * 1024
"""Most bytes of the questions of one batch. A vendor takes 256 MB; the SDK holds a batch in memory several times."""


class Ended(StrEnum):
    """The ways in which a question of a batch ends."""

    ANSWERED = "answered"
    """The model was asked. Its reply may still be no answer."""
    ERRORED = "errored"
    CANCELED = "canceled"
    EXPIRED = "expired"
    """The batch ended before the model was asked."""
    MISSING = "missing"
    """The batch ended, and nothing is said of the question."""


@dataclass(frozen=True, kw_only=True)
class BatchItem:
    """A question in a batch."""

    name: str
    """Its name in the batch. The result comes back under it."""
    request: Request


@dataclass(frozen=True, kw_only=True)
class Sent:
    """The result of sending a batch."""

    verdict: Verdict
    """`answered` where it was taken. It may cost where nobody knows whether it was."""
    batch: str | None = None
    """The vendor's name for it; None where it was not taken, or nobody knows."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A look at a batch."""

    verdict: Verdict
    """`answered` where the vendor told of it."""
    is_ended: bool = False
    is_gone: bool = False
    """True if the vendor no longer knows the batch, or no longer keeps its results."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """The outcome of one question of a batch."""

    name: str
    """Its name in the batch, as the vendor says it."""
    ended: Ended
    reply: Reply


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A batch that the vendor has."""

    batch: str
    questions: int
    is_ended: bool


class BatchesFailed(Exception):
    """The vendor did not tell what was asked of it. What it told before counts."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(verdict.why)


class BatchVendor(Protocol):
    """A provider that answers questions in batches."""

    def send(self, items: Sequence[BatchItem]) -> Sent:
        """Send a batch, once."""
        ...

    def look(self, batch: str) -> Progress:
        """Look how far a batch is."""
        ...

    def results(self, batch: str) -> Generator[Result]:
        """Yield the results of a batch that ended, in any order. Raise `BatchesFailed`, also in the middle."""
        ...

    def since(self, at: datetime) -> Sequence[Listed]:
        """Return the batches that were made since a time, newest first. Raise `BatchesFailed`."""
        ...

    def size_of(self, request: Request) -> int:
        """Return the bytes that a request takes in a batch."""
        ...

    def masked(self, text: str) -> str:
        """Return a text without the secrets that the vendor was given."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...

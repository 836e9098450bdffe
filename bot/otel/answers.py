"""Answers of a collector to spans. Nothing of OpenTelemetry's library is loaded for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from workflows.engine.read.spans.views import SpanView


class Outcome(StrEnum):
    """The outcome of sending."""

    TAKEN = "taken"
    REFUSED = "refused"
    """These spans are not taken, now or later."""
    FAILED = "failed"
    """They may be taken later."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Outcomes of sending spans."""

    outcome: Outcome
    code: str = ""
    """A code of ours for what went wrong; nothing that a collector said."""
    rejected: int = 0
    """Number of spans that were not taken, although the others were."""
    after: float | None = None
    """Seconds that the collector asks to wait; None where it asks for nothing."""


class Sink(Protocol):
    """Something that takes spans."""

    def send(self, spans: Sequence[SpanView]) -> Answer:
        """Send spans, and return what became of them."""
        ...

    def shut_down(self) -> None:
        """Give up what is being sent, as far as that is possible. Any thread may ask for it."""
        ...

"""Spans of a run, as OpenTelemetry means them. Pure, and without its library."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

Value = str | int | float | bool | Sequence[str]
"""A value of an attribute."""


class SpanKind(StrEnum):
    """The side of a call on which a span stands."""

    INTERNAL = "internal"
    CLIENT = "client"
    """It asks another system."""


@dataclass(frozen=True, kw_only=True)
class SpanEvent:
    """A moment within a span."""

    name: str
    at: datetime
    attributes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SpanLink:
    """A span of another trace that a span follows from."""

    trace: str
    span: str
    attributes: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SpanView:
    """A piece of a run's way that has ended."""

    trace: str
    """32 hexadecimal digits: the run."""
    id: str
    """16 hexadecimal digits."""
    parent: str | None
    """Id of the span that it is a part of; None for the run itself."""
    name: str
    kind: SpanKind
    began_at: datetime
    ended_at: datetime
    attributes: Mapping[str, Value]
    events: Sequence[SpanEvent] = ()
    links: Sequence[SpanLink] = ()
    error: str | None = None
    """Type of the error in which it ended; None where it did not end in one."""
    known_at: int
    """Row of the audit with which it had ended."""

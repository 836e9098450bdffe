"""Read models of a model's outages, overruns and requests. Pure: only what a reader sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pydantic import JsonValue


@dataclass(frozen=True, kw_only=True)
class OutageView:
    """A time during which a model is not asked."""

    model: str
    reason: str
    began_at: datetime
    ended_at: datetime | None
    """End of the outage; None while it lasts."""
    waiting: Mapping[str, int]
    """Workflow -> the number of cases that came meanwhile and wait for people without a proposal."""


@dataclass(frozen=True, kw_only=True)
class OpenOutage:
    """A model that is not asked now."""

    model: str
    reason: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class OverrunView:
    """A question that cost more than was reserved for it: the one with the highest factor of its model."""

    model: str
    factor: float
    """Factor by which estimates are multiplied for reservations since then."""
    cost: Decimal
    """US dollars spent."""
    reserved: Decimal
    workflow: str
    case: int | None
    """The case; None for a question of an eval."""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RequestView:
    """One request to a model, with its outcome."""

    model: str
    answered_by: str | None
    prompt_version: str
    outcome: str
    why: str
    """The outcome in words, where there is no answer."""
    input_tokens: int
    """Number of tokens, including those read from a cache and written to it."""
    cache_read_tokens: int
    cache_write_tokens: int
    output_tokens: int
    thinking_tokens: int
    cost: Decimal | None
    """US dollars; None: not known, and `reserved` counts."""
    reserved: Decimal
    request_id: str | None
    began_at: datetime
    milliseconds: float | None
    told: JsonValue
    """The data of the case that the model was given."""
    said: JsonValue
    """The model's answer."""

"""What is told of a model that is left alone, or took more than was reckoned. Pure: only what a reader sees."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pydantic import JsonValue


@dataclass(frozen=True, kw_only=True)
class OutageView:
    """A time in which a model is left alone."""

    model: str
    reason: str
    began_at: datetime
    ended_at: datetime | None
    """None: it lasts."""
    waiting: Mapping[str, int]
    """Workflow -> the cases that came meanwhile and wait for people without a proposal."""


@dataclass(frozen=True, kw_only=True)
class LeftAlone:
    """A model that is not asked now."""

    model: str
    reason: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class OverrunView:
    """A question that took more than was reserved for it; of all to a model the one that did most."""

    model: str
    factor: float
    """How often what is reckoned is reserved since then."""
    cost: Decimal
    """US dollars."""
    reserved: Decimal
    workflow: str
    case: int | None
    """None: of an eval."""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AttemptView:
    """One request to a model, and what came of it."""

    model: str
    answered_by: str | None
    prompt_version: str
    outcome: str
    why: str
    """In words, where it is no answer."""
    input_tokens: int
    """Those read from a cache and written to it included."""
    output_tokens: int
    thinking_tokens: int
    cost: Decimal | None
    """US dollars; None: not known, and `reserved` counts."""
    reserved: Decimal
    request_id: str | None
    began_at: datetime
    milliseconds: float | None
    told: JsonValue
    """What the model was told of the case."""
    said: JsonValue
    """What it said."""

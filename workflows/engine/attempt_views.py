"""What is told of the requests to a model. Pure: only what a reader sees."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pydantic import JsonValue


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

"""Arrivals of the made-up past, with the made-up model's answers and people's decisions. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import JsonValue

from bot.demo.places import Place

SURE = 0.9
"""A confidence at which a case goes alone, in each of the workflows."""


@dataclass(frozen=True, kw_only=True)
class Said:
    """The answer of the made-up model."""

    values: Mapping[str, JsonValue]
    confidence: float
    """Of each field, 0 to 1."""
    evidence: Mapping[str, str]
    """Output field -> words of the case."""
    reason: str
    thought: int = 0
    """Tokens of thinking before the answer."""

    @property
    def text(self) -> str:
        """The reply, in the form that is asked for."""
        return json.dumps(
            {
                "evidence": dict(self.evidence),
                "reasons": [self.reason],
                "answer": dict(self.values),
                "confidence": dict.fromkeys(self.values, round(self.confidence, 2)),
            },
            ensure_ascii=False,
        )


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A case of the past."""

    at: datetime
    place: Place
    key: str
    values: Mapping[str, JsonValue]
    """Input of the case."""
    said: Said
    right: Mapping[str, JsonValue] | None
    """Right values by output field; None: to be rejected."""
    refusal: str = ""
    """The reason of the rejection."""
    by: str
    """The person who decides, where one has to."""
    after: timedelta
    """Time from the arrival to the decision."""
    read_for: timedelta | None
    """Time for which that person has its form open; None: they press a button of the card."""
    is_wrong: bool = False
    """True if the model is sure of a wrong answer, which somebody finds on the next day."""
    is_cut_off: bool = False
    """True if the connection drops while it is delivered."""
    is_unread: bool = False
    """True if the ledger tells of its supplier in another form."""

    @property
    def is_said_right(self) -> bool:
        """True if the model's answer is right."""
        return self.right is not None and all(self.said.values[name] == self.right[name] for name in self.said.values)

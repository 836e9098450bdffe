"""Numbers with which what is known of a proposal is weighed, so that its confidence can be trusted. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic import JsonValue


class Feature(StrEnum):
    """Facts about a proposal that are weighed."""

    STATED = "stated"
    """Log-odds of the lowest confidence of its fields."""
    MARGIN = "margin"
    """The smallest distance of a field's confidence from that of its best other value, -1 to 1."""
    SECOND = "second"
    """Log-odds of the lowest probability that the local model gives a proposed value; 0 where it gives none."""
    AGREES = "agrees"
    """1 where the local model gives each proposed value more than one half, -1 where it does not, 0 without it."""
    DOUBTS = "doubts"
    """Number of doubts, at most 3."""
    EVIDENCE = "evidence"
    """Share of the fields with a quote from the case, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Weighing:
    """The numbers with which the facts about a proposal are weighed. It belongs to one version."""

    bias: float
    weights: Mapping[Feature, float]

    def kept(self) -> dict[str, JsonValue]:
        """Return it as JSON."""
        return {"bias": self.bias, "weights": {name.value: number for name, number in sorted(self.weights.items())}}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Weighing":
        """Return it from JSON. Raise `KeyError`, `TypeError` or `ValueError` for what is none."""
        weights = {Feature(name): float(number) for name, number in kept["weights"].items()}
        return cls(bias=float(kept["bias"]), weights=weights)

"""The model's typed output, with all that a reviewer needs to judge it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import BaseModel

from workflows.model.port import Alternative

OutputT = TypeVar("OutputT", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Proposal(Generic[OutputT]):
    """What is proposed for a case. A proposal says how sure it is; it never says what follows from that."""

    output: OutputT
    confidence: Mapping[str, float | None]
    """Output field -> 0 to 1; None where it is not known. A field that is not named counts as not known."""
    alternatives: Mapping[str, tuple[Alternative, ...]] = field(default_factory=dict)
    """Output field -> the next best values, best first."""
    evidence: Mapping[str, str] = field(default_factory=dict)
    """Output field -> a quote from the input that speaks for the value."""
    reasons: tuple[str, ...] = ()
    unfamiliar: str | None = None
    """Why the case is unlike all that the model learned from; None where it is not."""
    doubts: tuple[str, ...] = ()
    """What speaks against trusting it as far as it says: failed checks, quotes that do not stand in the case."""
    second: Mapping[str, float] = field(default_factory=dict)
    """Output field -> the probability of its value in the eyes of the local model, where that learned from examples."""
    fallback: str | None = None
    """Why another model than the prompt's own was asked; None where it was not."""
    sample: bool = False
    """Written by hand for a demonstration: no figure counts it."""
    model: str = "the workflow's own code"
    prompt_version: str | None = None

    def field_confidence(self) -> dict[str, float | None]:
        """The confidence of every field that would be delivered; None where it is missing or no number from 0 to 1."""
        return {name: _probability(self.confidence.get(name)) for name in type(self.output).model_fields}

    @property
    def lowest(self) -> float | None:
        """The proposal's own confidence: the lowest of its fields'. None where one of them is not known."""
        known = self.field_confidence().values()
        numbers = [number for number in known if number is not None]
        return min(numbers) if numbers and len(numbers) == len(known) else None


def _probability(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value <= 1 else None

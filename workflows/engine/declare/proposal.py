"""The proposal: the model's typed output, with all that a reviewer needs to judge it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import BaseModel

from workflows.model.port import Alternative, RecalledMark

InputT = TypeVar("InputT", bound=BaseModel)
OutputT = TypeVar("OutputT", bound=BaseModel)


@dataclass(frozen=True, kw_only=True)
class Proposal(Generic[OutputT]):
    """A proposed answer to a case. It says how sure it is; the policy decides what follows from that."""

    output: OutputT
    confidence: Mapping[str, float | None]
    """Output field -> 0 to 1; None where it is not known. A field that is missing here counts as not known."""
    alternatives: Mapping[str, tuple[Alternative, ...]] = field(default_factory=dict)
    """Output field -> the next best values, best first."""
    evidence: Mapping[str, str] = field(default_factory=dict)
    """Output field -> a quote from the input that supports the value."""
    reasons: tuple[str, ...] = ()
    unfamiliar: str | None = None
    """Reason why the case is unlike the examples that the model learned from; None where it is like them."""
    doubts: tuple[str, ...] = ()
    """Reasons not to trust the stated confidence: failed checks, quotes that are not in the case."""
    second: Mapping[str, float] = field(default_factory=dict)
    """Output field -> the probability that the local model gives its value, where the local model has learned from
    examples.
    """
    fallback: str | None = None
    """Reason why another model than the prompt's own was asked; None where it was not."""
    sample: bool = False
    """True if it was written by hand for a demonstration. No figure counts it."""
    last: bool = False
    """True if the model has no other proposal than this one and the refused ones."""
    recalled: tuple[RecalledMark, ...] = ()
    """The past cases that the model was told of, nearest first."""
    source: str | None = None
    """Name of the source of the case, where that one proposed it; None where the workflow did."""
    model: str = "the workflow's own code"
    prompt_version: str | None = None

    def field_confidence(self) -> dict[str, float | None]:
        """Return the confidence of every field that would be delivered; None where it is missing or no number from 0 to
        1.
        """
        return {name: _probability(self.confidence.get(name)) for name in type(self.output).model_fields}

    @property
    def lowest(self) -> float | None:
        """The confidence of the whole proposal: the lowest of its fields'. None where the confidence of a field is not
        known.
        """
        known = self.field_confidence().values()
        numbers = [number for number in known if number is not None]
        return min(numbers) if numbers and len(numbers) == len(known) else None


def _probability(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value <= 1 else None

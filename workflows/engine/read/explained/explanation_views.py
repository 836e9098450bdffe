"""Read model of a case's whole way, to be told in a few sentences and in detail. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from workflows.engine.read.views import CaseView, ProposalView, ReviewView


@dataclass(frozen=True, kw_only=True)
class ValueLine:
    """A value that was proposed, and what became of it. Both as people write them."""

    label: str
    proposed: str
    confidence: float | None
    """Confidence from 0 to 1; None where the model stated none."""
    decided: str | None
    """The value that a person decided in its place; None where they kept it, or nobody decided."""


@dataclass(frozen=True, kw_only=True)
class ExplanationView:
    """A case with what its way rests on."""

    case: CaseView
    decision: str
    """The question that its workflow decides."""
    about: str
    """The first line of its text."""
    input: Mapping[str, str]
    """Label of a field of the input -> its value, as people write it."""
    proposal: ProposalView | None
    """The proposal that counts: that of the newest run, or the one that it took over."""
    review: ReviewView | None
    """The review that counts, likewise."""
    values: Sequence[ValueLine]
    """Values of that proposal, in the order of the form."""
    cost: Decimal
    """US dollars of all runs."""
    milliseconds: float
    """Time of all steps together."""

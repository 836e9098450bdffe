"""Read model of a case's whole way, to be told in a few sentences and in detail. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from store.states import FollowUpState, Resolution, RunState
from workflows.documents.document import FileKind, LeftOut, ReadBy
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
class DocumentLine:
    """A document of the input, and what was read of it. Its text is none of it."""

    place: int
    """Place among the documents of the case, from 1: those that a mail brings come after it."""
    name: str
    """Untrusted."""
    kind: FileKind
    size: int
    """Bytes."""
    pages: int
    read: Mapping[ReadBy, int]
    """Way of reading -> its pages that were read so; ways without a page are left out."""
    has_e_invoice: bool
    """True if it carries the data of an invoice."""
    left_out: Sequence[LeftOut]
    """Files in it that were not read."""
    attached_to: int | None
    """Place of the mail that brought it; None where no mail did."""


@dataclass(frozen=True, kw_only=True)
class ChainLine:
    """Another case of a chain. Nothing of its content is in it: its own readers may read that."""

    case: int
    key: str
    """As a channel may be shown it."""
    workflow: str
    level: int
    """Follow-ups between it and the case that is explained; below 0 for what that one was made from."""
    state: RunState
    resolution: Resolution | None
    by: str | None
    """The person who decided it; None where nobody did."""
    at: datetime
    """Time of its newest state."""
    is_corrected: bool
    """True if its newest run corrects what was delivered."""


@dataclass(frozen=True, kw_only=True)
class OpenFollowUp:
    """A follow-up of the case that is not made."""

    workflow: str
    state: FollowUpState
    why: str | None
    """Reason why it failed; None where it did not."""


@dataclass(frozen=True, kw_only=True)
class ChainView:
    """The chain of cases that a case belongs to, each made from the outcome of the one before."""

    above: Sequence[ChainLine]
    """The cases that it was made from, the first of the chain first."""
    below: Sequence[ChainLine]
    """The cases that were made from it, the nearest first."""
    left_out: int
    """Number of further cases below it."""
    is_cut: bool
    """True if there are more cases than are looked at, so that the numbers are the least that there are."""
    cost: Decimal
    """US dollars of all its cases."""
    waiting: Sequence[OpenFollowUp]


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
    chain: ChainView | None = None
    """None where it was made from no other case, and nothing follows it."""
    documents: Sequence[DocumentLine] = ()
    """The documents of the newest input; none where it no longer fits the workflow."""

"""Read models of a receipt, frozen, the same for every face. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from store.states import DeliveryState, Resolution, RunState
from workflows.engine.reasons import Reason
from workflows.engine.text.salted_hash import Of


class Standing(StrEnum):
    """The relation of a hash to the content that it was made from."""

    FITS = "fits"
    DIFFERS = "differs"
    """The content that is there has another hash: one of the two was changed."""
    REMOVED = "removed"
    """The content, or the salt, is no longer there; the hash stays."""
    NO_HASH = "no_hash"
    """There is content, and no hash was kept: it is from before hashes were."""


class Outcome(StrEnum):
    """The finding of a comparison of what was proposed, approved and delivered, by their hashes."""

    AS_PROPOSED = "as_proposed"
    """A person approved what was proposed, and that was delivered."""
    EDITED = "edited"
    """A person decided for other values than were proposed, and theirs were delivered."""
    ANSWERED = "answered"
    """There was no proposal; a person's own values were delivered."""
    ALONE = "alone"
    """Nobody decided; what was proposed was delivered."""
    LAPSED = "lapsed"
    """Nobody answered in time; what was proposed was delivered, as the workflow says."""
    TOLD = "told"
    """It was rejected, and the system of record was told the very reason."""
    CLOSED = "closed"
    """It was rejected, or found right, and nothing was delivered."""
    FOUND = "found"
    """A person found that the delivery happened, and it was to deliver what was decided. The target gave no receipt."""
    PENDING = "pending"
    """It is decided, and not delivered."""
    UNKNOWN = "unknown"
    """A hash that is needed was not kept."""
    NOT_APPROVED = "not_approved"
    """Delivered values are not those that were decided: an alarm."""


@dataclass(frozen=True, kw_only=True)
class Hashed:
    """A hash with the content that it was made from."""

    of: Of
    hash: str | None
    """64 hex digits; None where none was kept."""
    row: int | None
    """Number of the audit row that holds it."""
    text: str | None
    """The content as it is kept; None where it was removed."""
    standing: Standing


@dataclass(frozen=True, kw_only=True)
class DocumentReceipt:
    """A document of an input. Its name is content, and stands in the input."""

    kind: str
    """Type by its content, such as application/pdf."""
    pages: int
    file: Hashed
    """The file; its text is the file's SHA-256."""


@dataclass(frozen=True, kw_only=True)
class InputReceipt:
    """Subject of a decision."""

    content: Hashed
    handed_in_by: str
    at: datetime
    put_right: bool
    """True if a person put right what its source sent."""
    documents: Sequence[DocumentReceipt] = ()


@dataclass(frozen=True, kw_only=True)
class ProposalReceipt:
    """Proposal, and the facts that the policy went by."""

    output: Hashed | None
    """None where there was no proposal."""
    shown: Hashed
    """The proposal with its evidence, confidences and reasons, and why a person was asked."""
    at: datetime
    row: int
    model: str | None
    prompt_version: str | None
    deployed: str | None
    """Number and name of the deployed version that proposed; None where files did, or a person, or it was not kept."""
    sample: bool
    """True if it was written by hand for a demonstration."""
    code_version: str | None
    """Version of the workflow's code."""
    terms: str | None
    """Version of the workflow's terms; None where it was not kept."""
    floor: float | None
    """Lowest confidence at which the workflow goes alone; None: never, or not kept."""
    level: str | None
    """Level of earned autonomy then; None where it is not earned, or was not kept."""
    lowest: float | None
    """Lowest confidence that was stated; None where none was."""
    weighed: float | None
    """Confidence as it was weighed from all that is known, 0 to 1; None where only the stated one counted."""
    why: Sequence[str]
    """Codes of the reasons why a person was asked."""
    reasons: Sequence[Reason]
    """The same with their values; without words, or empty, where those were removed."""
    values: Mapping[str, str]
    """Label of a field -> what was proposed, as people write it; empty where it was removed."""
    confidence: Mapping[str, float | None]
    """Label of a field -> how sure the model was."""
    evidence: Mapping[str, str]
    """Label of a field -> the words that it rests on."""
    said: Sequence[str]
    """Reasons and doubts that the proposal gave."""


@dataclass(frozen=True, kw_only=True)
class DecisionReceipt:
    """A person's decision, or a lapse, which is nobody's."""

    kind: str
    by: str
    at: datetime
    version: int
    row: int | None
    """Number of the audit row; None where there is none."""
    seconds: float | None
    """Seconds with the form open; None where that is not known."""
    follows: str | None
    passed_over: Sequence[str]
    """Sentences of the nevers that the person was warned of and confirmed."""
    confirms: bool
    """True if it confirms the values of the decision before it, as a second person does."""
    unopened: bool
    """True if it was approved together with others, and never opened."""
    revoked_at: datetime | None
    revoked_by: str | None
    approved: Hashed | None
    """The values that were decided; None where it was not for values."""
    reason: Hashed | None
    """The reason that was given; None where none was."""
    values: Mapping[str, str]
    """Label of a field -> what was decided; empty where it was removed, or is as proposed."""


@dataclass(frozen=True, kw_only=True)
class DeliveryReceipt:
    """The effect in the system of record, or the news of a rejection."""

    id: int
    key: str
    rejection: bool
    state: DeliveryState
    attempts: int
    at: datetime
    """Time of its last change."""
    delivered: Hashed
    """Value that the target was given. Where a person found that it happened: the value that it was to be given."""
    receipt: Hashed | None
    said: str | None
    """The target's receipt in its words; None where there is none, or it was removed."""
    code_version: str | None
    """Version of the code that delivered it."""
    settled_by: str | None
    """The person who found out whether it happened; None where nobody had to."""
    settled_at: datetime | None
    waited_since: datetime | None
    """Time when it first had to wait for its target; None where it did not."""


@dataclass(frozen=True, kw_only=True)
class RunReceipt:
    """The receipt of one decided run."""

    run: int
    revision: int
    correction: int
    """Number of this correction of a delivered case; 0 for none."""
    state: RunState
    resolution: Resolution
    outcome: Outcome
    proposed: str | None
    """Hash; None where there is none."""
    approved: str | None
    delivered: str | None
    input: InputReceipt | None
    """None where the audit does not say how it came in."""
    proposal: ProposalReceipt | None
    """None where the audit does not say what was proposed."""
    decisions: Sequence[DecisionReceipt]
    """Oldest first; empty where the workflow went alone."""
    delivery: DeliveryReceipt | None
    rows: Sequence[int]
    """Numbers of the audit rows that it rests on."""

    @property
    def standing(self) -> DecisionReceipt | None:
        """The decision that counts: the last that was not taken back, and confirms no other."""
        stand = [one for one in self.decisions if one.revoked_at is None and not one.confirms]
        return stand[-1] if stand else None

    @property
    def hashes(self) -> Mapping[str, Hashed]:
        """All hashes, by the names that they have in the receipt as JSON."""
        made, found = self.standing, dict[str, Hashed | None]()
        found["input"] = self.input.content if self.input is not None else None
        documents = self.input.documents if self.input is not None else ()
        found |= {f"document_{number}": one.file for number, one in enumerate(documents, 1)}
        found["proposed"] = self.proposal.output if self.proposal is not None else None
        found["shown"] = self.proposal.shown if self.proposal is not None else None
        found["approved"] = made.approved if made is not None else None
        found["reason"] = made.reason if made is not None else None
        found["delivered"] = self.delivery.delivered if self.delivery is not None else None
        found["receipt"] = self.delivery.receipt if self.delivery is not None else None
        return {name: one for name, one in found.items() if one is not None}


@dataclass(frozen=True, kw_only=True)
class ReceiptView:
    """The receipt of a case: of its newest decision, and of each that was delivered or closed before."""

    case: int
    key: str
    workflow: str
    owner: str | None
    """None where the workflow is not known here."""
    decision: str
    """The question that the workflow decides; empty where it is not known here."""
    source: str
    received_at: datetime
    salt: str | None
    erased_at: datetime | None
    """Time when all content was removed; None while there is some."""
    made_at: datetime
    runs: Sequence[RunReceipt]
    """The newest first."""

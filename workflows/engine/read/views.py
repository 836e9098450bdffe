"""Read models of a case, frozen, the same for every face."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import JsonValue

from store.states import Level, Resolution, ReviewState, RunState, StepState
from workflows.engine.deliver.views import DeliveryView
from workflows.engine.propose.views import RequestView
from workflows.engine.reasons import Reason
from workflows.engine.review.corrected.views import AT_REST, CorrectedInput
from workflows.engine.review.views import DecisionView, QuestionView


class Part(StrEnum):
    """The parts of a run whose content may be removed, as people call them."""

    INPUT = "the input"
    STEPS = "what its steps were given and returned"
    MODEL = "what the model was told and said"
    PROPOSAL = "the proposal"
    ERROR = "the error"
    OUTPUT = "what was delivered"
    DECISION = "what was decided"


@dataclass(frozen=True, kw_only=True)
class StepView:
    """One attempt at a step."""

    name: str
    nth: int
    attempt: int
    state: StepState
    recalled: bool
    started_at: datetime
    milliseconds: float
    cost: Decimal
    """US dollars spent."""
    input: JsonValue
    output: JsonValue
    error: str | None
    error_type: str | None
    """Type of the error alone."""


@dataclass(frozen=True, kw_only=True)
class ProposalView:
    """A proposal as people see it."""

    output: Mapping[str, JsonValue]
    confidence: Mapping[str, float | None]
    lowest: float | None
    alternatives: Mapping[str, JsonValue]
    evidence: Mapping[str, str]
    reasons: Sequence[str]
    unfamiliar: str | None
    doubts: Sequence[str]
    """Reasons not to trust the stated confidence."""
    second: Mapping[str, float]
    """Output field -> the probability that the local model gives its value."""
    model: str
    source: str | None
    """Name of the source of the case, where that one proposed it; None where the workflow did, or a person."""
    sample: bool
    """True if it was written by hand for a demonstration."""
    prompt_version: str | None
    past: Mapping[str, float] = field(default_factory=dict)
    """Key of a past case that the model was told of, and whose content is still kept -> its likeness, from 0 to 1."""
    weighed: float | None = None
    """Confidence as it is weighed from all that is known, 0 to 1; None where only the stated one counts."""
    version: int | None = None
    """The number of the deployment with which its run began; None where files were used, or none was live."""


@dataclass(frozen=True, kw_only=True)
class ReviewView:
    """A review, with its decisions."""

    id: int
    state: ReviewState
    version: int
    has_proposal: bool
    blind: bool
    """True if people decide it without seeing the proposal of its run."""
    why: Sequence[Reason]
    """Reasons for which a person is asked."""
    model_said: str | None
    """Text that the model gave in place of an answer."""
    claimed_by: str | None
    opened_at: datetime
    answer_by: datetime | None
    decisions: Sequence[DecisionView]


@dataclass(frozen=True, kw_only=True)
class RunView:
    """One execution of the case."""

    id: int
    parent: int | None
    from_step: str | None
    revision: int
    correction: int
    code_version: str | None
    """The version of its workflow's code with which it began."""
    state: RunState
    resolution: Resolution | None
    problem: Mapping[str, JsonValue] | None
    input: Mapping[str, JsonValue]
    output: JsonValue
    created_at: datetime
    changed_at: datetime
    steps: Sequence[StepView]
    asked: Sequence[RequestView]
    """The requests to a model, in order."""
    proposal: ProposalView | None
    review: ReviewView | None
    delivery: DeliveryView | None
    held: str | None
    """Reason why its delivery is held: announced, grace, paused, behind or down; None where it is not."""
    corrected: CorrectedInput | None = None
    """The input that a person put right before it; None where it began otherwise."""
    removed: Sequence[Part] = ()
    """Parts of it whose content was removed; where they had a value, there is none now."""
    is_hidden: bool = False
    """True if what it proposed is hidden, since people decide without seeing it: there is no proposal here then."""

    @property
    def has_content(self) -> bool:
        """True if nothing of it was removed but the data of steps and models, which nobody needs to act on it."""
        return not set(self.removed) - {Part.STEPS, Part.MODEL, Part.ERROR}

    @property
    def to_approve(self) -> Mapping[str, JsonValue] | None:
        """Values that an approval is about: those that wait for a second person, else the proposal.

        None for an empty form.
        """
        if self.review is not None and self.review.state == ReviewState.AWAITING_SECOND:
            stands = [one for one in self.review.decisions if one.revoked_at is None and not one.confirms]
            return stands[-1].output
        has_proposal = self.review is not None and self.review.has_proposal
        return self.proposal.output if has_proposal and self.proposal is not None else None


def removed_parts(case: "CaseView") -> list[Part]:
    """Return the parts of a case's runs whose content was removed."""
    gone = {part for run in case.runs for part in run.removed}
    return [part for part in Part if part in gone]


@dataclass(frozen=True, kw_only=True)
class AuditView:
    """An entry of the audit: an act, its actor and its time."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, JsonValue]
    """Ids, versions and codes."""


@dataclass(frozen=True, kw_only=True)
class EarnedView:
    """The standing of a version with earned autonomy when its case went alone, or a person was asked."""

    level: Level
    floor: float | None
    """Confidence from which cases went without a person's decision, 0 to 1; None: none did."""
    epoch: int
    """Number of the epoch within its workflow."""


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """A case with all its runs, oldest first."""

    generation: int
    """Number of restores from a backup so far. After a restore, numbers are given out again."""
    id: int
    key: str
    workflow: str
    revision: int
    source: str
    received_at: datetime
    runs: Sequence[RunView]
    audit: Sequence[AuditView]
    questions: Sequence[QuestionView]
    """Questions to its source, oldest first."""
    moves: int = 0
    """Number of moves of its runs so far: it is the same as long as nothing became of the case."""
    readers: int = 0
    """Number of people who were shown what is in it, beyond what its card shows everybody in its channel."""
    erased_at: datetime | None = None
    """Time when all of its content was removed; None where there is content."""

    @property
    def newest(self) -> RunView:
        """The newest run, which is the one that counts."""
        return self.runs[-1]

    @property
    def corrected(self) -> CorrectedInput | None:
        """The input that it has now, put right by a person; None where that is as its source has it."""
        made = next((run.corrected for run in reversed(self.runs) if run.corrected is not None), None)
        return made if made is not None and made.revision == self.revision else None

    def earned(self, run: RunView) -> EarnedView | None:
        """Return how far earned autonomy went for a run; None where it is not earned, or the run never came so far."""
        for row in self.audit:
            level, floor, epoch = (row.details.get(name) for name in ("level", "floor", "epoch"))
            is_its = row.subject == f"run:{run.id}" or row.details.get("run") == run.id
            if is_its and isinstance(epoch, int) and level in set(Level):
                return EarnedView(
                    level=Level(level), floor=float(floor) if isinstance(floor, str) else None, epoch=epoch
                )
        return None

    @property
    def has_input_to_correct(self) -> bool:
        """True if a person may put its input right and run it again. Whoever does is asked once more."""
        delivered = any(run.state == RunState.DELIVERED for run in self.runs)
        return self.newest.state in AT_REST and not delivered and Part.INPUT not in self.newest.removed


@dataclass(frozen=True, kw_only=True)
class OpenReview:
    """A review in the list of those that wait for people."""

    id: int
    case: int
    key: str
    workflow: str
    version: int
    has_proposal: bool
    blind: bool
    """True if the workflow proposed, and nobody sees that before it is decided."""
    why: Sequence[Reason]
    model_said: str | None
    """Text that the model gave in place of an answer."""
    claimed_by: str | None
    answer_by: datetime | None

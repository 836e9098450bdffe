"""What is shown of a case: frozen read models, the same for every surface."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pydantic import JsonValue

from store.states import Resolution, ReviewState, RunState, StepState
from workflows.engine.deliver.views import DeliveryView
from workflows.engine.propose.views import AttemptView
from workflows.engine.reasons import Reason
from workflows.engine.review.views import DecisionView


@dataclass(frozen=True, kw_only=True)
class StepView:
    """One attempt at a step."""

    name: str
    nth: int
    attempt: int
    state: StepState
    recalled: bool
    milliseconds: float
    cost: Decimal
    """US dollars."""
    input: JsonValue
    output: JsonValue
    error: str | None


@dataclass(frozen=True, kw_only=True)
class ProposalView:
    """What was proposed."""

    output: Mapping[str, JsonValue]
    confidence: Mapping[str, float | None]
    lowest: float | None
    alternatives: Mapping[str, JsonValue]
    evidence: Mapping[str, str]
    reasons: Sequence[str]
    unfamiliar: str | None
    doubts: Sequence[str]
    """What speaks against trusting it as far as it says."""
    second: Mapping[str, float]
    """Output field -> the probability of its value in the eyes of the local model."""
    model: str
    sample: bool
    """Written by hand for a demonstration."""
    prompt_version: str | None


@dataclass(frozen=True, kw_only=True)
class ReviewView:
    """A person's turn."""

    id: int
    state: ReviewState
    version: int
    has_proposal: bool
    why: Sequence[Reason]
    """Why a person is asked."""
    model_said: str | None
    """What the model said in place of an answer."""
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
    """Which version of its workflow's code it began with."""
    state: RunState
    resolution: Resolution | None
    problem: Mapping[str, JsonValue] | None
    input: Mapping[str, JsonValue]
    output: JsonValue
    created_at: datetime
    changed_at: datetime
    steps: Sequence[StepView]
    asked: Sequence[AttemptView]
    """The requests to a model, in order."""
    proposal: ProposalView | None
    review: ReviewView | None
    delivery: DeliveryView | None
    held: str | None
    """Why the delivery is kept for later: paused, behind or down; None where it is not."""


@dataclass(frozen=True, kw_only=True)
class AuditView:
    """Who did what and when."""

    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, JsonValue]
    """Ids, versions and words for programs."""


@dataclass(frozen=True, kw_only=True)
class CaseView:
    """A case with all its runs, oldest first."""

    generation: int
    """How often the database had been a backup: numbers are given out again after that."""
    id: int
    key: str
    workflow: str
    revision: int
    source: str
    received_at: datetime
    runs: Sequence[RunView]
    audit: Sequence[AuditView]

    @property
    def newest(self) -> RunView:
        """The run that counts."""
        return self.runs[-1]


@dataclass(frozen=True, kw_only=True)
class OpenReview:
    """A review in the list of what waits for people."""

    id: int
    case: int
    key: str
    workflow: str
    version: int
    has_proposal: bool
    why: Sequence[Reason]
    model_said: str | None
    """What the model said in place of an answer."""
    claimed_by: str | None
    answer_by: datetime | None

"""What is shown of a case: frozen read models, the same for every surface."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from pydantic import JsonValue

from workflows.engine.attempt_views import AttemptView


@dataclass(frozen=True, kw_only=True)
class StepView:
    """One attempt at a step."""

    name: str
    nth: int
    attempt: int
    state: str
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
class DecisionView:
    """What a person decided."""

    kind: str
    by: str
    at: datetime
    version: int
    heard_as: str | None
    """What tells the press that made it from every other."""
    follows: str | None
    reason: str | None
    output: Mapping[str, JsonValue] | None
    confirmed: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class ReviewView:
    """A person's turn."""

    id: int
    state: str
    version: int
    has_proposal: bool
    why: Sequence[str]
    """Why a person is asked."""
    model_said: str | None
    """What the model said in place of an answer."""
    claimed_by: str | None
    opened_at: datetime
    answer_by: datetime | None
    decisions: Sequence[DecisionView]


@dataclass(frozen=True, kw_only=True)
class DeliveryView:
    """The effect in the system of record."""

    id: int
    key: str
    kind: str
    state: str
    attempts: int
    receipt: str | None
    maybe_applied: bool
    """An attempt got no receipt, and may have been applied all the same."""
    keyed: bool
    """The target knows the key: made again under it, it is applied only once."""
    target: str | None
    """The system that it waits for, or last waited for, as people call it; None where it never did."""
    waiting_since: datetime | None
    """Since when it waits; None while it does not."""
    next_at: datetime | None
    """When it is made again, or its target is tried with another one; None while it does not wait."""
    down_since: datetime | None
    """Since when its target is down; None where it is not, or it does not wait."""

    @property
    def not_confirmed(self) -> bool:
        """Was it attempted without a receipt, and may it be applied all the same, with nobody asked about it?"""
        return self.maybe_applied and self.state in ("waiting", "failed")


@dataclass(frozen=True, kw_only=True)
class RunView:
    """One execution of the case."""

    id: int
    parent: int | None
    from_step: str | None
    revision: int
    correction: int
    plan: str | None
    """Which version of its workflow's code it began with."""
    state: str
    resolution: str | None
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
    why: Sequence[str]
    model_said: str | None
    """What the model said in place of an answer."""
    claimed_by: str | None
    answer_by: datetime | None


@dataclass(frozen=True, kw_only=True)
class ValueView:
    """One field of what is proposed and decided, as it stands in the form."""

    name: str
    label: str
    proposed: str | None
    """None where nothing is proposed."""
    decided: str | None
    """None where nothing is decided."""
    delivered: str | None
    """What a correction would replace; None where it is no correction."""
    confidence: float | None
    alternatives: Mapping[str, float]
    """What the model thought of and did not choose -> its probability, best first."""
    evidence: str | None


@dataclass(frozen=True, kw_only=True)
class CardView:
    """A review with all that a person needs to decide it, or to see what became of it."""

    generation: int
    """How often the database had been a backup: numbers are given out again after that."""
    review: int
    version: int
    state: str
    case: int
    key: str
    workflow: str
    question: str
    """The decision that the workflow is about."""
    may: str
    """What the workflow may do, in its author's words; empty where it declares nothing."""
    subject: str
    """The case in one line."""
    text: str
    """The case as plain text."""
    values: Sequence[ValueView]
    has_proposal: bool
    left_over: Mapping[str, str]
    """What is proposed for fields that the form no longer has: name -> text."""
    model: str | None
    sample: bool
    """Is what is proposed a sample answer, written by hand for a demonstration?"""
    model_says: Sequence[str]
    """Why the model proposes it."""
    why: Sequence[str]
    """Why a person is asked."""
    model_said: str | None
    """What the model said in place of an answer."""
    nevers: Sequence[str]
    """The rules that it runs into, as the card shows them."""
    claimed_by: str | None
    opened_at: datetime
    answer_by: datetime | None
    decision: DecisionView | None
    """The last one."""
    run: int
    """The run that carries out the decision."""
    run_state: str
    problem: str | None
    delivery: DeliveryView | None
    """What brings the decision to its system of record; None where nothing is brought yet."""
    held: str | None
    """Why the delivery is kept for later: paused, behind or down; None where it is not."""
    correction: bool
    revised: bool
    """Did a newer revision of the case take its place?"""
    corrected: bool
    """Was something else delivered since, by a correction?"""


@dataclass(frozen=True, kw_only=True)
class FailureView:
    """A run that stopped, as it is told once."""

    run: int
    case: int
    key: str
    workflow: str
    state: str
    """failed, parked or doubtful."""
    step: str | None
    error: str
    """The error's type."""
    message: str
    not_confirmed: bool
    """Its delivery may have been made all the same."""
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PlaceView:
    """What a review belongs to: all that a right to it depends on."""

    case: int
    workflow: str


@dataclass(frozen=True, kw_only=True)
class DoubtView:
    """A delivery that was in doubt, and what became of it."""

    generation: int
    """How often the database had been a backup: numbers are given out again after that."""
    delivery: int
    attempt: int
    """Which attempt it is about; grows when it is made again."""
    key: str
    """Its idempotency key."""
    state: str
    case: int
    case_key: str
    workflow: str
    subject: str
    """The case in one line."""
    text: str
    """The case as plain text."""
    values: Mapping[str, str]
    """Label -> what was to be delivered; for the news of a rejection, its reason."""
    rejection: bool
    why: str | None
    """What went wrong."""
    since: datetime
    settled_by: str | None
    """Who looked and said whether it happened; None while nobody did."""
    settled_at: datetime | None
    run_state: str
    can_be_delivered: bool
    """Can it be made again, now that somebody said that it did not happen?"""
    receipt: str | None


@dataclass(frozen=True, kw_only=True)
class DeliveredView:
    """What was delivered last for a case, to be corrected."""

    generation: int
    """How often the database had been a backup: numbers are given out again after that."""
    case: int
    key: str
    run: int
    workflow: str
    subject: str
    """The case in one line."""
    text: str
    """The case as plain text."""
    values: Mapping[str, str]
    """Field -> what was delivered, as it stands in the form."""


@dataclass(frozen=True, kw_only=True)
class WaitingReview:
    """A review in the list of a channel."""

    generation: int
    """How often the database had been a backup: numbers are given out again after that."""
    review: int
    version: int
    workflow: str
    key: str
    subject: str
    why: str
    answer_by: datetime | None


@dataclass(frozen=True, kw_only=True)
class WaitingView:
    """A page of what waits."""

    reviews: Sequence[WaitingReview]
    first: int
    """The place of the first one, from 0."""
    total: int

"""Read models of reviews: cards, doubts, failures, and lists of what waits. Pure: frozen, the same for every face."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from store.states import DeliveryState, ReviewState, RunState
from workflows.engine.deliver.views import DeliveryView
from workflows.engine.reasons import Reason
from workflows.engine.text.form_fields import Field


@dataclass(frozen=True, kw_only=True)
class DecisionView:
    """What a person decided."""

    kind: str
    by: str
    at: datetime
    version: int
    interaction_id: str | None
    """What tells the press that made it from every other."""
    follows: str | None
    reason: str | None
    output: Mapping[str, JsonValue] | None
    confirmed: Sequence[str]


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
    doubtful: bool = False
    """True for a field that its reader should look at first."""
    columns: Sequence[Field] = ()
    """Columns of a list of records, which stands in the form as rows of text; empty for anything else."""


@dataclass(frozen=True, kw_only=True)
class CardView:
    """A review with all that a person needs to decide it, or to see what became of it."""

    generation: int
    """How often the database had been a backup: numbers are given out again after that."""
    review: int
    version: int
    state: ReviewState
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
    why: Sequence[Reason]
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
    run_state: RunState
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
    state: RunState
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
    state: DeliveryState
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
    run_state: RunState
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
    why: Reason | None
    """The first reason why a person is asked."""
    answer_by: datetime | None


@dataclass(frozen=True, kw_only=True)
class WaitingView:
    """A page of what waits."""

    reviews: Sequence[WaitingReview]
    first: int
    """The place of the first one, from 0."""
    total: int

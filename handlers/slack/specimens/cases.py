"""A case as specimens are drawn from: its input was put right, and what was proposed, too."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from handlers.slack.specimens.operations import CORRECTED
from handlers.slack.specimens.reviews import AT, DECISION, DELIVERY, WHO
from store.states import (
    Resolution,
    ReviewState,
    RunState,
    StepState,
)
from workflows.engine.read.views import CaseView, Part, ProposalView, ReviewView, RunView, StepView
from workflows.engine.reasons import Code, Reason

_STEP = StepView(
    name="look_up",
    nth=1,
    attempt=2,
    state=StepState.FINISHED,
    recalled=False,
    started_at=AT,
    milliseconds=1_400,
    cost=Decimal("0.0012"),
    input={},
    output="3 orders",
    error=None,
    error_type=None,
)


_PROPOSAL = ProposalView(
    output={"queue": "billing"},
    confidence={"queue": 0.61},
    lowest=0.61,
    alternatives={},
    evidence={},
    reasons=["It names an invoice."],
    unfamiliar=None,
    doubts=[],
    second={},
    model="claude",
    source=None,
    sample=False,
    prompt_version="4f2a91",
)


_REVIEW = ReviewView(
    id=9,
    state=ReviewState.DECIDED,
    version=1,
    has_proposal=True,
    blind=False,
    why=[Reason(code=Code.DRAFT)],
    model_said=None,
    claimed_by=WHO,
    opened_at=AT,
    answer_by=AT + timedelta(hours=2),
    decisions=[replace(DECISION, at=AT + timedelta(minutes=12), seconds=20.0)],
)


_RUN = RunView(
    id=23,
    parent=None,
    from_step=None,
    revision=1,
    correction=0,
    code_version="1f2e3d",
    state=RunState.DELIVERED,
    resolution=Resolution.BY_PERSON,
    problem=None,
    input={"text": "I was charged twice"},
    output={"queue": "shipping"},
    created_at=AT,
    changed_at=AT,
    steps=[_STEP],
    asked=[],
    proposal=_PROPOSAL,
    review=_REVIEW,
    delivery=DELIVERY,
    held=None,
    corrected=CORRECTED,
)


CASE = CaseView(
    generation=0,
    id=17,
    key="T-17",
    workflow="triage",
    revision=2,
    source="csv",
    received_at=AT,
    runs=[_RUN],
    audit=[],
    questions=[],
)
ERASED = replace(
    CASE, erased_at=AT, runs=[replace(_RUN, input={}, output=None, proposal=None, corrected=None, removed=tuple(Part))]
)
"""The same case, once its content was removed."""

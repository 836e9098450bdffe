"""A specimen of each kind of message and view that Countersign draws, in each of its states.

`countersign doctor --blocks` asks Slack about them, and a test asks others. What is drawn comes from plain read models
here: a new state of a card is one more line in `_CARDS`, a new message or modal one more line in its list.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from handlers.slack.blocks import answers, grid, home, modals, session
from handlers.slack.blocks.assignments import assign_form, away_form
from handlers.slack.blocks.card import card
from handlers.slack.blocks.cause import cause, ignore_form
from handlers.slack.blocks.digest import digest
from handlers.slack.blocks.doubt import doubt
from handlers.slack.blocks.drawing import Drawn
from handlers.slack.blocks.modals import WHY
from handlers.slack.blocks.pages import View
from handlers.slack.blocks.paragraphs import fitted, told
from handlers.slack.blocks.questions import answer_form, question_form
from handlers.slack.blocks.queue import queue
from handlers.slack.blocks.reminder import reminder
from handlers.slack.blocks.report import report_form
from handlers.slack.ids import Alike, Listed, OpenRow, Row, Shown
from handlers.slack.progress import Progress
from handlers.texts import (
    absences,
    assignments,
    bulk_reruns,
    causes,
    commands,
    decided,
    deliveries,
    escalations,
    failures,
    findings,
    groups,
    outage,
    overrun,
    pauses,
    reminders,
    reports,
    reruns,
    workflows,
)
from handlers.texts.charter import charter
from handlers.texts.explained import EXPLAINED, explained
from handlers.texts.forms import Note
from handlers.texts.home import CHARTER, UNSURE, no_right
from handlers.texts.pieces import Told
from store.states import (
    BulkState,
    CauseState,
    DeliveryState,
    QuestionState,
    Resolution,
    ReviewState,
    RunState,
    StepState,
)
from workflows.engine.deliver.views import DeliveryView, LateView, TargetView
from workflows.engine.errors import CorrectionWaits, NeverBroken
from workflows.engine.pauses import HandNote, Pause, Paused, PauseStatus, Resumed
from workflows.engine.propose.views import OpenOutage, OutageView, OverrunView
from workflows.engine.read.cause_views import AllAgain, BulkView, CauseLineView, CauseView, Example
from workflows.engine.read.charter_views import CharterView, SecondPerson
from workflows.engine.read.digest_views import Cause, DigestView, PausedSince, StoppedCase, WorkflowFigures
from workflows.engine.read.explanation_views import ExplanationView, ValueLine
from workflows.engine.read.home_views import PAGE, Decided, HomeView, InHand, Place, Queue
from workflows.engine.read.status_views import StatusView, WorkflowStatus
from workflows.engine.read.views import CaseView, ProposalView, ReviewView, RunView, StepView
from workflows.engine.reasons import Code, Reason
from workflows.engine.review.alike.views import Bar, GridView, GroupView, PressView, RowResult, RowView, Went
from workflows.engine.review.assignment.views import AbsenceView, AssignmentView, WhyAssigned
from workflows.engine.review.bulk_rules import WhyStopped
from workflows.engine.review.decisions import DecisionKind
from workflows.engine.review.views import (
    CardView,
    DecisionView,
    DeliveredView,
    DoubtView,
    EscalationView,
    FailureView,
    Hidden,
    QuestionView,
    ReminderView,
    ReportNote,
    ReportView,
    Rerun,
    SecondView,
    ValueView,
    WaitingReview,
    WaitingView,
)
from workflows.engine.text.form_fields import Field, Kind
from workflows.engine.text.form_records import rows_text


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """One message or view, as it is sent."""

    name: str
    message: Drawn | None = None
    view: View | None = None
    """The view; None for a message."""

    @property
    def plain(self) -> "Specimen | None":
        """The same message without newer blocks, where it has a plain form."""
        drawn = self.message
        if drawn is None or drawn.plain is None:
            return None
        return Specimen(name=f"{self.name}, plain", message=drawn.plain())


_AT = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)
_WHO, _OTHER = "U0123456789", "U9876543210"
PEOPLE, CHANNEL = (_WHO, _OTHER), "C0123456789"
"""Ids of nobody and of no channel, which stand in the specimens."""
_COLUMNS = tuple(
    Field(name=name, label=name.capitalize(), kind=kind, required=True)
    for name, kind in (("article", Kind.TEXT), ("number", Kind.WHOLE), ("amount", Kind.AMOUNT))
)
_VALUE = ValueView(
    name="queue",
    label="Queue",
    proposed="billing",
    decided=None,
    delivered=None,
    confidence=0.71,
    alternatives={"delivery": 0.22, "other": 0.07},
    evidence="I was charged twice",
    doubtful=True,
)
_ROWS = replace(
    _VALUE,
    name="lines",
    label="Lines",
    proposed="Paper | 2 | 9.80\nInk | 1 | 24.00",
    alternatives={},
    evidence=None,
    doubtful=False,
    columns=_COLUMNS,
)
_DELIVERY = DeliveryView(
    id=31,
    key="triage/T-17",
    kind="answer",
    state=DeliveryState.APPLIED,
    attempts=1,
    receipt="HD-1",
    maybe_applied=False,
    keyed=True,
    target=None,
    waiting_since=None,
    next_at=None,
    down_since=None,
)
_DECISION = DecisionView(
    kind=DecisionKind.APPROVED,
    by=_WHO,
    at=_AT,
    version=1,
    interaction_id=None,
    follows=None,
    reason=None,
    output=None,
    confirmed=[],
)
_CARD = CardView(
    generation=0,
    review=7,
    version=1,
    state=ReviewState.OPEN,
    case=17,
    key="T-17",
    workflow="triage",
    question="Which queue does this ticket go to?",
    may="choose a queue",
    subject="I was charged twice",
    text="I was charged twice\nPlease give me my money back.",
    values=[_VALUE, _ROWS],
    has_proposal=True,
    left_over={},
    model="claude",
    sample=False,
    model_says=["The customer names two charges."],
    why=[Reason(code=Code.DRAFT)],
    model_said=None,
    nevers=[],
    claimed_by=None,
    claimed_at=None,
    opened_at=_AT,
    answer_by=_AT + timedelta(hours=2),
    decision=None,
    run=23,
    run_state=RunState.WAITING,
    problem=None,
    delivery=None,
    held=None,
    correction=False,
    revised=False,
    corrected=False,
    hidden=Hidden(),
    same_again=False,
    has_another=True,
    can_ask=False,
    questions=(),
)
_REPORT = ReportView(by=_WHO, at=_AT, said="It went to the wrong queue.")
_QUESTION = QuestionView(
    number=1,
    review=7,
    revision=1,
    text="Which order is it about?",
    asked_by=_WHO,
    asked_at=_AT,
    answer_by=_AT + timedelta(days=2),
    state=QuestionState.ANSWERED,
    attempts=1,
    receipt="mail 1",
    problem=None,
    answer="HK-22598",
    answered_by=_WHO,
    answered_at=_AT,
)
_NOTE = ReportNote(report=_REPORT, case=17, key="T-17", workflow="triage", owner=_WHO, state=RunState.CLOSED)
_EDITED: Mapping[str, Any] = {
    "decision": replace(_DECISION, kind=DecisionKind.EDITED),
    "values": [replace(_VALUE, decided="delivery")],
}
_REFUSED: Mapping[str, Any] = {
    "decision": replace(_DECISION, kind=DecisionKind.REJECTED, reason="wrong person", follows="close")
}
_DECIDED: Mapping[str, Any] = {"state": ReviewState.DECIDED, "decision": _DECISION}
_WAITS = replace(_DELIVERY, state=DeliveryState.WAITING, target="Help desk", waiting_since=_AT, next_at=_AT)
_REMINDER = ReminderView(number=7, first=_AT + timedelta(minutes=20), at=_AT, reviews=[_CARD.review])
_ESCALATION = EscalationView(to=PEOPLE[:2], by=_WHO, at=_AT)
_ASSIGNMENT = AssignmentView(to=_OTHER, by=_WHO, why=WhyAssigned.BY_HAND, until=None)
_ABSENCE = AbsenceView(person=_WHO, since=_AT, until=_AT + timedelta(days=14), delegate=_OTHER, has_begun=True)
_CARDS: Mapping[str, Mapping[str, Any]] = {
    "open": {},
    "open, claimed": {"claimed_by": _WHO, "claimed_at": _AT},
    "open, overdue": {"overdue": True},
    "open, assigned": {"assignee": _WHO, "claimed_by": _OTHER, "claimed_at": _AT},
    "open, assigned to somebody who is away": {"assignee": _WHO, "assignee_away_until": _AT},
    "open, with all that its menu holds": {"can_escalate": True, "can_ask": True, "alike": 12},
    "open, to be escalated": {"can_escalate": True},
    "open, escalated": {"escalation": _ESCALATION},
    "open, escalated at its deadline": {"escalation": replace(_ESCALATION, by=None), "overdue": True},
    "awaiting a second person, overdue": {
        "state": ReviewState.AWAITING_SECOND,
        "decision": _DECISION,
        "overdue": True,
    },
    "approved by a lapse": {
        "state": ReviewState.DECIDED,
        "decision": replace(_DECISION, kind=DecisionKind.LAPSED, by="countersign"),
        "run_state": RunState.DELIVERED,
        "delivery": _DELIVERY,
    },
    "closed by a lapse": {
        "state": ReviewState.DECIDED,
        "decision": replace(_DECISION, kind=DecisionKind.EXPIRED, by="countersign", follows="close"),
        "run_state": RunState.CLOSED,
    },
    "open, a long case": {"text": "I was charged twice\n" + "Please give me my money back. " * 30},
    "open, a sample": {"sample": True},
    "open, with rules that ask": {"nevers": ["answer a safety report alone"]},
    "open, without a proposal": {"has_proposal": False, "model": None, "model_said": "I cannot tell."},
    "open, a correction": {"correction": True, "values": [replace(_VALUE, delivered="delivery")]},
    "open, with a field that is gone": {"left_over": {"priority": "high"}},
    "open, reported as wrong": {"correction": True, "reported": True, "reports": [_REPORT]},
    "open, the same again": {"same_again": True, "has_another": False},
    "open, with an answer from its source": {"questions": [_QUESTION], "can_ask": True},
    "awaiting a second person": {
        "state": ReviewState.AWAITING_SECOND,
        "decision": _DECISION,
        "second": SecondView(sentence="more than 5,000 euros", error=None),
    },
    "asked": {
        "state": ReviewState.ASKED,
        "decision": replace(_DECISION, kind=DecisionKind.ASKED),
        "questions": [replace(_QUESTION, state=QuestionState.SENT, answer=None, answered_by=None, answered_at=None)],
    },
    "superseded": {"state": ReviewState.SUPERSEDED, "run_state": RunState.SUPERSEDED},
    "expired": {"state": ReviewState.EXPIRED},
    "approved": {**_DECIDED, "run_state": RunState.READY},
    "edited": {"state": ReviewState.DECIDED, **_EDITED, "run_state": RunState.DELIVERING},
    "rejected": {"state": ReviewState.DECIDED, **_REFUSED, "run_state": RunState.CLOSED},
    "delivered": {**_DECIDED, "run_state": RunState.DELIVERED, "delivery": _DELIVERY},
    "delivered, corrected": {**_DECIDED, "run_state": RunState.DELIVERED, "delivery": _DELIVERY, "corrected": True},
    "held, the target is down": {**_DECIDED, "run_state": RunState.HOLDING, "delivery": _WAITS, "held": "down"},
    "undoable": {**_DECIDED, "run_state": RunState.HOLDING, "held": "grace", "held_until": _AT + timedelta(minutes=1)},
    "held, paused": {**_DECIDED, "run_state": RunState.HOLDING, "held": "paused"},
    "failed": {
        **_DECIDED,
        "run_state": RunState.FAILED,
        "problem": "the help desk says no",
        "delivery": replace(_DELIVERY, state=DeliveryState.FAILED, receipt=None),
    },
    "in doubt": {
        **_DECIDED,
        "run_state": RunState.DOUBTFUL,
        "delivery": replace(_DELIVERY, state=DeliveryState.DOUBTFUL, receipt=None, maybe_applied=True),
    },
    "parked": {**_DECIDED, "run_state": RunState.PARKED},
}
"""State of a card -> what differs from a plain open one."""
_DOUBT = DoubtView(
    generation=0,
    delivery=31,
    attempt=1,
    key="triage/T-17",
    state=DeliveryState.DOUBTFUL,
    case=17,
    case_key="T-17",
    workflow="triage",
    subject="I was charged twice",
    text="I was charged twice",
    values={"Queue": "billing"},
    rejection=False,
    why="ConnectionError: the connection broke",
    since=_AT,
    settled_by=None,
    settled_at=None,
    run_state=RunState.DOUBTFUL,
    can_be_delivered=False,
    receipt=None,
    hidden=Hidden(),
)
_DOUBTS: Mapping[str, Mapping[str, Any]] = {
    "open": {},
    "of a rejection": {"rejection": True, "values": {"Reason": "wrong person"}},
    "it happened": {
        "state": DeliveryState.APPLIED,
        "settled_by": _WHO,
        "settled_at": _AT,
        "run_state": RunState.DELIVERED,
    },
    "it did not happen": {
        "state": DeliveryState.FAILED,
        "settled_by": _WHO,
        "settled_at": _AT,
        "run_state": RunState.FAILED,
        "can_be_delivered": True,
    },
}
_FIGURES = WorkflowFigures(
    workflow="triage",
    taken_in=40,
    alone=30,
    by_people=8,
    waiting=2,
    stopped=1,
    still_stopped=1,
    still_stopped_cases=[StoppedCase(case=17, in_doubt=False)],
    older=0,
    older_cases=[],
    causes=[Cause(step="look_up", error="TimeoutError", cases=1)],
    more_causes=0,
    cost=Decimal("1.23"),
    paused=PausedSince(at=_AT, by_itself=False, held=3),
    by_hand=timedelta(minutes=6),
)
_PAUSE = Pause(workflow="triage", at=_AT, by=_WHO, by_itself=False, reason="wrong prices", holds_deliveries=True)
_HOW_TRIAGE_IS = WorkflowStatus(
    workflow="triage",
    owner=_WHO,
    decision="Which queue does this ticket go to?",
    pause=_PAUSE,
    waiting=12,
    oldest=_AT,
    answer_by=_AT + timedelta(hours=2),
    in_work=3,
    failed=2,
    doubtful=1,
    held=4,
    tried_again=1,
    spent=Decimal("3.1"),
    per_day=Decimal("20"),
)
_HOW_ALL_IS = StatusView(
    at=_AT,
    workflows=[_HOW_TRIAGE_IS, replace(_HOW_TRIAGE_IS, workflow="invoices", pause=None, waiting=0, failed=0)],
    models=[OpenOutage(model="claude", reason="529 overloaded", since=_AT)],
    targets=[TargetView(target="Help desk", reason="503", began_at=_AT, ended_at=None, waiting=3, next_at=_AT)],
)
_RERUN = Rerun(run=24, from_step="look_up", recalled=2, delivers_only=False, withdraws=True)
_FINDINGS = [
    findings.Finding(level="ok", what="database countersign.sqlite, schema 0020"),
    findings.Finding(level="note", what="2 cases are failed", do="countersign cases --state failed"),
    findings.Finding(level="bad", what="COUNTERSIGN_MODEL is anthropic, but there is no key", do="set its key"),
]
_STATUS = PauseStatus(workflow="triage", pause=_PAUSE, waiting=3, empty=1, held=2)
_FAILURE = FailureView(
    run=23,
    case=17,
    key="T-17",
    workflow="triage",
    state=RunState.FAILED,
    step="look_up",
    error="TimeoutError",
    message="it took too long",
    not_confirmed=False,
    at=_AT,
)
_BULK = BulkView(
    bulk=3,
    state=BulkState.WAVES,
    why_stopped=None,
    total=5_000,
    begun=700,
    left_out=2,
    under_way=50,
    through=640,
    again=1,
    otherwise=7,
    began_by=_WHO,
    began_at=_AT,
    changed_by=_WHO,
    changed_at=_AT,
    is_paused=False,
)
_TRIED: dict[str, Any] = {"begun": 5, "left_out": 0, "under_way": 3, "through": 2, "again": 0, "otherwise": 0}
_CAUSE = CauseView(
    generation=0,
    cause=5,
    version=1,
    line=CauseLineView(
        name="3f9a2c1b",
        fingerprint="3f9a2c1b" * 4,
        workflow="triage",
        step="look_up",
        error="TimeoutError",
        dependency="help desk",
        message="the help desk did not answer in … s",
        state=CauseState.OPEN,
        changed_by="countersign",
        changed_at=_AT,
        count=5_000,
        first_at=_AT,
        last_at=_AT,
        cost=Decimal("1.23"),
        failed_in="0123456789ab",
        resolved_in=None,
    ),
    owner=_WHO,
    opened_at=_AT,
    resolved_at=None,
    resolved_by=None,
    is_by_itself=False,
    ignored_until=None,
    ignored_count=None,
    ignored_rate=None,
    hours=[0] * 21 + [12, 4_700, 288],
    last_hour=_AT,
    examples=[
        Example(run=23, case=17, key="T-17", state=RunState.FAILED),
        Example(run=24, case=18, key="T-18", state=RunState.PARKED),
        Example(run=25, case=19, key="T-19", state=RunState.DOUBTFUL),
    ],
    next_run=23,
    failed=4_999,
    in_doubt=1,
    under_way=0,
    through=0,
    down_since=None,
    all_again=AllAgain(total=4_999, delivers_only=4_000, proposes=999, cost=Decimal("99.90")),
)
_RESOLVED: dict[str, Any] = {"state": CauseState.RESOLVED, "changed_by": _WHO, "resolved_in": "0123456789ab"}
_NOBODY: dict[str, Any] = {"failed": 0, "in_doubt": 0, "examples": [], "next_run": None}
_CAUSES: Mapping[str, Mapping[str, Any]] = {
    "new": {"count": 1, "failed": 1, "in_doubt": 0, "hours": [0] * 23 + [1], "examples": _CAUSE.examples[:1]},
    "open": {},
    "its system is down": {"down_since": _AT},
    "being mended": {"state": CauseState.MENDING, "changed_by": _WHO, "through": 3, "under_way": 1, "failed": 1},
    "rerun, a trial": {"bulk": replace(_BULK, state=BulkState.TRIAL, **_TRIED), "under_way": 3, "through": 2},
    "rerun, waves": {"bulk": _BULK, "under_way": 50, "through": 640},
    "rerun, paused": {"bulk": replace(_BULK, is_paused=True)},
    "rerun, stopped": {"bulk": replace(_BULK, state=BulkState.STOPPED, why_stopped=WhyStopped.PERSON)},
    "rerun, stopped by itself": {
        "bulk": replace(_BULK, state=BulkState.STOPPED, why_stopped=WhyStopped.BACK_IN_TRIAL, **_TRIED)
    },
    "rerun, done": {"bulk": replace(_BULK, state=BulkState.DONE, under_way=0)},
    "ignored until a time": {"state": CauseState.IGNORED, "changed_by": _WHO, "ignored_until": _AT},
    "ignored until a count": {"state": CauseState.IGNORED, "changed_by": _WHO, "ignored_count": 10},
    "ignored until a rate": {"state": CauseState.IGNORED, "changed_by": _WHO, "ignored_rate": 100},
    "resolved": {**_RESOLVED, **_NOBODY, "resolved_by": _WHO, "resolved_at": _AT},
    "resolved, cases left": {**_RESOLVED, "resolved_by": _WHO, "resolved_at": _AT},
    "closed by itself": {**_RESOLVED, **_NOBODY, "is_by_itself": True, "resolved_at": _AT, "through": 5},
    "back": {"state": CauseState.REGRESSED, "resolved_in": "ba9876543210", "resolved_by": _WHO, "resolved_at": _AT},
    "back in the same version": {"state": CauseState.REGRESSED, "resolved_in": "0123456789ab", "resolved_at": _AT},
    "of a workflow that is not known here": {"owner": None, "next_run": None},
}
_FORM = (
    Field(name="queue", label="Queue", kind=Kind.CHOICE, required=True, choices=("billing", "delivery", "other")),
    Field(name="many", label="Country", kind=Kind.CHOICE, required=True, choices=tuple(f"C{n}" for n in range(150))),
    Field(name="tags", label="Tags", kind=Kind.CHOICES, required=False, choices=("new", "urgent")),
    Field(name="reply", label="Reply", kind=Kind.TEXT, required=True),
    Field(name="refund", label="Refund", kind=Kind.YES_NO, required=True),
    Field(name="number", label="Number", kind=Kind.WHOLE, required=False, nullable=True),
    Field(name="amount", label="Amount", kind=Kind.AMOUNT, required=True),
    Field(name="day", label="Day", kind=Kind.DATE, required=True),
    Field(name="hour", label="Hour", kind=Kind.TIME, required=True),
    Field(name="since", label="Since", kind=Kind.MOMENT, required=True, zone=UTC),
    Field(name="lasts", label="Lasts", kind=Kind.DURATION, required=False),
    Field(name="lines", label="Lines", kind=Kind.ROWS, required=True, columns=_COLUMNS),
    Field(name="more", label="More", kind=Kind.JSON, required=False, nullable=True),
)
_TYPED = {
    "queue": "billing",
    "many": "C7",
    "tags": "new",
    "reply": "We look into it.",
    "refund": "yes",
    "number": "3",
    "amount": "4760.00",
    "day": "2026-11-19",
    "hour": "09:30",
    "since": "2026-11-19 09:30",
    "lasts": "2 h",
    "lines": _ROWS.proposed or "",
    "more": '{"a": 1}',
}
_LINES = next(field for field in _FORM if field.name == "lines")
_LINE = {"article": "Paper", "number": "2", "amount": "9.80"}
_OPEN = OpenRow(row=Row(field="lines", place=0), mark="0" * 12, generation=0, is_alone=False)
_BROKEN = NeverBroken(["answer a safety report alone"], barred=False)

_CHARTER = CharterView(
    workflow="triage",
    decision="Which queue does this ticket go to?",
    owner=_WHO,
    may=["choose a queue", "draft a reply"],
    does=[],
    nevers=["answer a safety report alone"],
    at_least=0.85,
    second_opinion=0.15,
    is_scoped=True,
    pause=_PAUSE,
    per_case=Decimal("0.015"),
    per_day=Decimal(20),
    zone="Europe/Berlin",
    reviewers=["S0123456789", _WHO],
    answer_within=timedelta(hours=2),
    seconds=[SecondPerson(sentence="more than 5,000 euros", always=False, by=[_WHO])],
    grace=timedelta(minutes=10),
    self_approval=False,
    can_ask=True,
)


def _cause(**changes: Any) -> CauseView:
    """Return a cause that stands otherwise."""
    of_line = {name: value for name, value in changes.items() if name in _LINE_OF_CAUSE}
    rest = {name: value for name, value in changes.items() if name not in _LINE_OF_CAUSE}
    return replace(_CAUSE, line=replace(_CAUSE.line, **of_line), **rest)


_LINE_OF_CAUSE = frozenset(field.name for field in fields(CauseLineView))


def _ended(state: BulkState, why: WhyStopped | None) -> Told:
    ended = bulk_reruns.ended(_cause(bulk=replace(_BULK, state=state, why_stopped=why)))
    assert ended is not None
    return ended


def _called(view: CauseView, *, is_back: bool) -> Told:
    called = causes.called(view, is_back=is_back)
    assert called is not None
    return called


def specimens() -> Sequence[Specimen]:
    """Return all of them, each with its plain form where it has one."""
    made = [*_messages(), *_views()]
    return [one for specimen in made for one in (specimen, specimen.plain) if one is not None]


def _messages() -> Iterator[Specimen]:
    for name, changes in _CARDS.items():
        yield Specimen(name=f"card, {name}", message=card(replace(_CARD, **changes)))
    for name, changes in _DOUBTS.items():
        yield Specimen(name=f"doubt, {name}", message=doubt(replace(_DOUBT, **changes)))
    for name, changes in _CAUSES.items():
        yield Specimen(name=f"cause, {name}", message=cause(_cause(**changes)))
    for name, drawn in _others().items():
        yield Specimen(name=name, message=drawn)


def _explanation() -> View:
    """A case that a person put right, explained."""
    step = StepView(
        name="look_up",
        nth=1,
        attempt=2,
        state=StepState.FINISHED,
        recalled=False,
        milliseconds=1_400,
        cost=Decimal("0.0012"),
        input={},
        output="3 orders",
        error=None,
    )
    proposal = ProposalView(
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
        sample=False,
        prompt_version="4f2a91",
    )
    review = ReviewView(
        id=9,
        state=ReviewState.DECIDED,
        version=1,
        has_proposal=True,
        why=[Reason(code=Code.DRAFT)],
        model_said=None,
        claimed_by=_WHO,
        opened_at=_AT,
        answer_by=_AT + timedelta(hours=2),
        decisions=[replace(_DECISION, at=_AT + timedelta(minutes=12), seconds=20.0)],
    )
    run = RunView(
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
        created_at=_AT,
        changed_at=_AT,
        steps=[step],
        asked=[],
        proposal=proposal,
        review=review,
        delivery=_DELIVERY,
        held=None,
    )
    case = CaseView(
        generation=0,
        id=17,
        key="T-17",
        workflow="triage",
        revision=1,
        source="csv",
        received_at=_AT,
        runs=[run],
        audit=[],
        questions=[],
    )
    view = ExplanationView(
        case=case,
        decision="Which queue does this ticket go to?",
        about="I was charged twice",
        input={"Text": "I was charged twice"},
        proposal=proposal,
        review=review,
        values=[ValueLine(label="Queue", proposed="billing", confidence=0.61, decided="shipping")],
        cost=Decimal("0.0012"),
        milliseconds=1_400,
    )
    return modals.told(fitted(partial(explained, view)), about=EXPLAINED)


def _others() -> Mapping[str, Drawn]:
    """Return the messages without buttons of their own, and the answers to what people do."""
    delivered, note = Shown(id=17, version=23, generation=0), HandNote(workflow="triage", by=_WHO, at=_AT, pause=_PAUSE)
    late = LateView(
        case=17,
        key="T-17",
        workflow="triage",
        target="Help desk",
        attempts=3,
        reason="503",
        not_confirmed=True,
        waiting_since=_AT,
        next_at=_AT,
    )
    down = TargetView(target="Help desk", reason="503", began_at=_AT, ended_at=None, waiting=3, next_at=_AT)
    away = OutageView(model="claude", reason="529", began_at=_AT, ended_at=None, waiting={"triage": 3})
    dearer = OverrunView(
        model="claude",
        factor=1.5,
        cost=Decimal("0.03"),
        reserved=Decimal("0.02"),
        workflow="triage",
        case=17,
        at=_AT,
    )
    day = date(2026, 11, 18)
    return {
        "queue": queue(CHANNEL, 37, _AT),
        "digest": digest(DigestView(id=1, first=day, last=day, missed=0, workflows=[_FIGURES])),
        "in the thread, a change": fitted(lambda room: decided.decided(replace(_CARD, **_EDITED), room)),
        "in the thread, a rejection": fitted(lambda room: decided.decided(replace(_CARD, **_REFUSED), room)),
        "in the thread, taken back": told(decided.TAKEN_BACK),
        "in the thread, a reminder": told(reminders.in_thread(_CARD)),
        "in the thread, a reminder of what is overdue": told(reminders.in_thread(replace(_CARD, overdue=True))),
        "in the thread, an assignment": told(assignments.in_thread(_CARD, _ASSIGNMENT)),
        "in the thread, somebody took it": told(assignments.in_thread(_CARD, replace(_ASSIGNMENT, to=_WHO))),
        "in the thread, assigned to nobody": told(assignments.in_thread(_CARD, replace(_ASSIGNMENT, to=None))),
        "in the thread, its assignee is away": told(
            assignments.in_thread(_CARD, replace(_ASSIGNMENT, why=WhyAssigned.AWAY, until=_AT))
        ),
        "in the thread, its assignee is gone": told(
            assignments.in_thread(_CARD, replace(_ASSIGNMENT, why=WhyAssigned.GONE, to=None))
        ),
        "answer, assigned meanwhile": told(assignments.reassigned(replace(_CARD, assignee=_OTHER))),
        "answer, assigned to nobody": told(assignments.to_nobody(_CARD)),
        "answer, not away": told(absences.NOT_AWAY),
        "in the thread, an escalation": told(escalations.in_thread(_CARD, _ESCALATION)),
        "reminder, one review": reminder(replace(_REMINDER, number=1), [_CARD]),
        "reminder, several": reminder(_REMINDER, [_CARD, replace(_CARD, review=12, overdue=True)]),
        "reported as wrong": fitted(lambda room: reports.note(_NOTE, room)),
        "failure": fitted(lambda room: failures.failure(_FAILURE, room)),
        "in the thread, a rerun that is done": told(_ended(BulkState.DONE, None)),
        "in the thread, a rerun that stopped": told(_ended(BulkState.STOPPED, WhyStopped.BACK)),
        "in the thread, a new cause": told(_called(_CAUSE, is_back=False)),
        "in the thread, a cause that is back": told(_called(replace(_CAUSE, resolved_by=_OTHER), is_back=True)),
        "model down": fitted(lambda room: outage.outage(away, room)),
        "model back": fitted(lambda room: outage.outage(replace(away, ended_at=_AT), room)),
        "delivery late": fitted(lambda room: deliveries.late(late, room)),
        "target down": fitted(lambda room: deliveries.target(down, room)),
        "target back": fitted(lambda room: deliveries.target(replace(down, ended_at=_AT), room)),
        "overrun": told(overrun.overrun(dearer)),
        "paused by Countersign": told(pauses.stopped("triage", replace(_PAUSE, by_itself=True))),
        "paused by a person": told(pauses.by_hand(note)),
        "resumed by a person": told(pauses.lifted(note)),
        "group unreadable": told(groups.unreadable("S0123456789", "missing_scope", workflows=["triage"])),
        "no such channel": told(failures.nowhere("C0", "channel_not_found", 3, face="Slack", owners=[_WHO])),
        "message given up": told(failures.unsent(CHANNEL, "the card of case 17", "invalid_blocks")),
        "wrong clock": told(failures.wrong_clock(day, _AT)),
        "answer, claimed": answers.claimed(replace(_CARD, claimed_by=_WHO, claimed_at=_AT)),
        "answer, noted": told(reports.NOTED),
        "answer, refused": answers.refused("You may not decide this.", owner=_WHO),
        "answer, too late": answers.too_late(replace(_CARD, **_DECIDED), _OTHER),
        "answer, a correction waits": answers.correction_waits(17),
        "answer, a second correction": answers.second_correction(
            CorrectionWaits(review=7, version=1, channel=CHANNEL), generation=0
        ),
        "answer, delivered already": answers.delivered_already(delivered),
        "answer, begun again": told(reruns.begun_again(17, _RERUN)),
        "answer, a rerun foreseen": told(reruns.foreseen(17, _RERUN)),
        "answer, a delivery foreseen": told(reruns.foreseen(17, replace(_RERUN, delivers_only=True, recalled=1))),
        "answer, status": told(workflows.status(_HOW_ALL_IS)),
        "answer, status, all well": told(workflows.status(replace(_HOW_ALL_IS, workflows=[], models=[], targets=[]))),
        "answer, causes": told(causes.listed([_CAUSE.line, replace(_CAUSE.line, state=CauseState.MENDING)])),
        "answer, no causes": told(causes.listed([])),
        "answer, workflows": told(workflows.listed(_HOW_ALL_IS)),
        "answer, the set-up": told(findings.found(_FINDINGS)),
        "answer, the set-up is being checked": told(findings.CHECKING),
        "answer, no such command": told(commands.unknown("reveiw")),
        "answer, usage": told(commands.usage([_PAUSE])),
        "answer, nothing waits": answers.NOTHING_WAITS,
        "answer, paused": told(pauses.paused(Paused(pause=_PAUSE, changed=True), _STATUS)),
        "answer, resumed": told(pauses.resumed(Resumed(status=_STATUS, changed=True), askable=2)),
        "answer, asked again": told(pauses.proposing("triage", 3, 1)),
        "answer, all pauses": told(pauses.pause_statuses([_STATUS], usage="pause")),
    }


def _views() -> Iterator[Specimen]:
    never = replace(_CARD, nevers=["answer a safety report alone"])
    delivered = DeliveredView(
        generation=0,
        case=17,
        key="T-17",
        run=23,
        workflow="triage",
        subject="I was charged twice",
        text="I was charged twice",
        values=_TYPED,
    )
    waits = WaitingReview(
        generation=0,
        review=7,
        version=1,
        workflow="triage",
        key="T-17",
        subject="I was charged twice",
        why=Reason(code=Code.DRAFT),
        answer_by=_AT,
    )
    in_hand = InHand(
        review=7,
        version=1,
        workflow="triage",
        subject="I was charged twice",
        state=ReviewState.OPEN,
        correction=True,
        answer_by=_AT,
    )
    decided = Decided(
        review=7,
        version=1,
        workflow="triage",
        subject="I was charged twice",
        kind=DecisionKind.APPROVED,
        follows=None,
        at=_AT,
        run_state=RunState.HOLDING,
        awaits_second=False,
        undoable=True,
        until=_AT + timedelta(minutes=10),
    )
    at_home = HomeView(
        generation=0,
        in_hand=[in_hand] * PAGE,
        all_in_hand=40,
        queues=[Queue(workflow="triage", number=7, corrections=1, oldest=_AT, answer_by=_AT)] * PAGE,
        all_queues=40,
        waiting=280,
        corrections=40,
        decided=[decided] * PAGE,
        all_decided=40,
        workflows=[f"triage-{number}" for number in range(PAGE)],
        all_workflows=40,
        place=Place(in_hand=PAGE, queues=PAGE, decided=PAGE, charters=PAGE),
        is_new=True,
    )
    at_rest = replace(at_home, in_hand=[], all_in_hand=0, queues=[], all_queues=0, waiting=0, decided=[], all_decided=0)
    alone = replace(_CHARTER, at_least=None, pause=None, nevers=[], may=[], does=["execute"], reviewers=[])
    page = WaitingView(reviews=[waits], first=10, total=37)
    nothing = WaitingView(reviews=[], first=0, total=0)
    empty = replace(_CARD, has_proposal=False, values=[])
    reviewing = Listed(progress=Progress().with_decision(DecisionKind.APPROVED, 6).with_skipped(5))
    last = session.Last(
        kind=DecisionKind.APPROVED,
        shown=Shown(id=6, version=1, generation=0),
        key="T-16",
        awaits_second=False,
        can_be_undone=True,
    )
    above = session.news([answers.refused("It is too late.")], last)
    step = session.step(_CARD, reviewing, user=_WHO, place="7 of 40", above=above)
    form = modals.edit_form(empty, _FORM, {}, listed=reviewing)
    assert form is not None  # so small a form fits
    like = GroupView(generation=0, workflow="triage", review=7, version=1, number=12, name="ACME GmbH, booking 4400")
    row = RowView(
        review=7,
        version=1,
        key="T-17",
        subject="Charged twice " * 20,
        values={"Queue": "billing", "Reply": "We look into it. " * 20},
        why=Reason(code=Code.OUT_OF_SCOPE),
        bar=None,
        rules=[],
        claimed_by=None,
        assignee=_OTHER,
        answer_by=_AT,
    )
    kept = (None, *Bar) * 10
    bars = [
        replace(row, review=number, bar=bar, rules=["answer a safety report alone"] * 9, claimed_by=_WHO)
        for number, bar in enumerate(kept)
    ]
    full = GridView(group=like, total=500, first=50, same={"Queue": "billing"}, rows=bars, has_more=True)
    some = Alike(shown=Shown(id=7, version=1, generation=3), rows=[Shown(id=10**11, version=9, generation=3)] * 50)
    went = [
        RowResult(
            review=7, version=1, key="T-17", subject="Charged twice", went=one, by=by, kind="edited", said="No. " * 99
        )
        for one in Went
        for by in (None, _WHO)
    ]
    begun = PressView(group=like, number=50, results=went * 5)
    views: Mapping[str, View | None] = {
        "alike, a full page": grid.grid(full, session=reviewing),
        "alike, nothing left": grid.grid(replace(full, rows=[], same={}, first=0, has_more=False)),
        "alike, being approved": grid.pressed(begun, some, others=0, session=reviewing),
        "alike, approved": grid.pressed(replace(begun, is_over=True), some, others=5),
        "alike, all approved": grid.pressed(replace(begun, is_over=True), some, others=0, session=reviewing),
        "waiting, with cases that are alike": modals.waiting_list(page, listed=Listed(), groups=[like] * 5),
        "home, with cases that are alike": home.home(
            replace(at_home, groups=[like] * 5), may_decide=["triage"], is_tour_read=False
        ),
        "session, a step with its like": session.step(
            replace(_CARD, alike=12), reviewing, user=_WHO, place="7 of 40", above=above
        ),
        "review, opened from its like": modals.review(replace(_CARD, alike=12), listed=Listed(alike=7, first=50)),
        "session, a step": step,
        "session, a rule to confirm": session.step(
            never, reviewing, user=_WHO, place="7 of 40", above=[], rules=_BROKEN
        ),
        "session, an empty form": session.placed(form, "7 of 40", above),
        "session, edit": modals.edit_form(_CARD, _FORM, _TYPED, listed=reviewing),
        "session, reject": modals.rejection_form(_CARD, listed=reviewing),
        "session, at its end": session.ended(reviewing, above, [(DecisionKind.APPROVED, "T-16")]),
        "session, not recorded": session.going_on(modals.told(answers.refused("You may not.")), reviewing),
        "edit": modals.edit_form(_CARD, _FORM, _TYPED),
        "edit, an empty form": modals.edit_form(empty, _FORM, {}),
        "edit, a rule to confirm": modals.edit_form(never, _FORM, _TYPED, broken=_BROKEN, notice="Recorded."),
        "edit, the form changed": modals.edit_form(
            _CARD, _FORM, _TYPED, changed="The form changed.", dropped={"priority": "high"}, redrawn=["Reply"]
        ),
        "rule met": modals.rule_met(never, _BROKEN),
        "correct": modals.correction_form(delivered, _FORM, _TYPED),
        "correct, the form changed": modals.correction_form(
            delivered,
            _FORM,
            {**_TYPED, WHY: "wrong"},
            generation=1,
            changed="The form changed.",
            dropped={"priority": "high"},
        ),
        "correct, rows that were changed": modals.correction_form(
            delivered,
            _FORM,
            {**_TYPED, "reply": "It is on its way.", "lines": rows_text([{**_LINE, "number": 3}, _LINE])},
            generation=2,
            notes={"lines": [Note(text="Too many rows.")], "": [Note(text="They do not add up.")]},
            taken_up=_AT,
        ),
        "correct, a row": modals.row_form(delivered, _LINES, _LINE, opened=_OPEN, number=2, before=_LINE),
        "correct, a row in its place": modals.row_form(
            delivered, _LINES, {}, opened=replace(_OPEN, is_alone=True), number=0
        ),
        "reject": modals.rejection_form(_CARD),
        "reject, with reasons to choose from": modals.rejection_form(_CARD, reasons=["Not ours", "A duplicate"]),
        "row": modals.row_form(_CARD, _LINES, _LINE, opened=_OPEN, number=2, before=_LINE),
        "ask the source": question_form(_CARD, metadata="7.1"),
        "report wrong": report_form("7.1"),
        "ignore a cause": ignore_form(_CAUSE),
        "answer for the source": answer_form(replace(_CARD, state=ReviewState.ASKED, questions=[_QUESTION])),
        "reject, without a proposal": modals.rejection_form(empty, can_propose=False),
        "review": modals.review(_CARD, listed=Listed()),
        "review, decided": modals.review(replace(_CARD, **_DECIDED), notice=answers.correction_waits(17)),
        "details": modals.details(never),
        "look": modals.doubt(_DOUBT),
        "waiting": modals.waiting_list(page, listed=Listed(first=10)),
        "waiting, nothing": modals.waiting_list(nothing, listed=Listed()),
        "told": modals.told(answers.refused("The form changed."), typed={"Queue": "billing"}),
        "home, full": home.home(at_home, may_decide=["triage"], is_tour_read=False),
        "home, nothing waits": home.home(at_rest, may_decide=[], is_tour_read=True),
        "home, away": home.home(
            replace(at_home, absence=_ABSENCE, in_hand=[replace(in_hand, is_claimed=False)]),
            may_decide=["triage"],
            is_tour_read=False,
        ),
        "home, away later": home.home(
            replace(at_rest, absence=replace(_ABSENCE, has_begun=False, delegate=None)),
            may_decide=["triage"],
            is_tour_read=True,
        ),
        "assign": assign_form(_CARD, away=[_ABSENCE], metadata="7.1 - 0", shown="7.1"),
        "assign anew": assign_form(replace(_CARD, assignee=_WHO), away=[], metadata="7.1 - 1", shown="7.1"),
        "away": away_form(None, since=None, until=None, zone="Europe/Berlin", metadata="0.0.0.0.0"),
        "away, changed": away_form(
            _ABSENCE, since=_AT.date(), until=_AT.date(), zone="Europe/Berlin", metadata="0.0.0.0.0"
        ),
        "home, no right": home.told(no_right(["S0123456789", _WHO]), is_tour_read=False),
        "home, unsure": home.told(UNSURE, is_tour_read=False),
        "explained": _explanation(),
        "charter": modals.told(told(charter(_CHARTER)), about=CHARTER),
        "charter, a person decides": modals.told(told(charter(alone)), about=CHARTER),
    }
    for name, view in views.items():
        assert view is not None, name  # each of these small forms fits
        yield Specimen(name=f"form, {name}", view=view)

"""Read models of reviews and doubts, as specimens are drawn from: a new state of a card is one more line in `CARDS`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from store.states import (
    AnnouncementState,
    DeliveryState,
    QuestionState,
    ReviewState,
    RunState,
    SpotCheckState,
)
from workflows.engine.deliver.views import DeliveryView
from workflows.engine.reasons import Code, Reason
from workflows.engine.review.announced.views import AnnouncedLine, AnnouncedList, AnnouncedView
from workflows.engine.review.assignment.views import AbsenceView, AssignmentView, WhyAssigned
from workflows.engine.review.decisions import DecisionKind
from workflows.engine.review.spot_checks.views import (
    Became,
    BlindView,
    ChecksOfPerson,
    ComparisonView,
    Difference,
    End,
    Grade,
    SpotCheckView,
)
from workflows.engine.review.views import (
    CardView,
    DecisionView,
    DocumentView,
    DoubtView,
    EscalationView,
    Hidden,
    MadeFrom,
    PastView,
    QuestionView,
    ReminderView,
    RemovedView,
    ReportNote,
    ReportView,
    SecondView,
    Unseen,
    ValueView,
)
from workflows.engine.text.form_fields import Field, Kind

AT = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)


WHO, OTHER = "U0123456789", "U9876543210"


PEOPLE, CHANNEL = (WHO, OTHER), "C0123456789"
"""Ids of nobody and of no channel, which stand in the specimens."""


COLUMNS = tuple(
    Field(name=name, label=name.capitalize(), kind=kind, required=True)
    for name, kind in (("article", Kind.TEXT), ("number", Kind.WHOLE), ("amount", Kind.AMOUNT))
)


VALUE = ValueView(
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


ROWS = replace(
    VALUE,
    name="lines",
    label="Lines",
    proposed="Paper | 2 | 9.80\nInk | 1 | 24.00",
    alternatives={},
    evidence=None,
    doubtful=False,
    columns=COLUMNS,
)


DELIVERY = DeliveryView(
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


DECISION = DecisionView(
    kind=DecisionKind.APPROVED,
    by=WHO,
    at=AT,
    version=1,
    interaction_id=None,
    follows=None,
    reason=None,
    output=None,
    confirmed=[],
)


CARD = CardView(
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
    values=[VALUE, ROWS],
    has_proposal=True,
    left_over={},
    model="claude",
    source=None,
    sample=False,
    deployed=3,
    model_says=["The customer names two charges."],
    why=[Reason(code=Code.DRAFT)],
    model_said=None,
    nevers=[],
    claimed_by=None,
    claimed_at=None,
    opened_at=AT,
    answer_by=AT + timedelta(hours=2),
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


REPORT = ReportView(by=WHO, at=AT, said="It went to the wrong queue.")


MADE_FROM = MadeFrom(case=3, key="order 8841", workflow="crawl", by=WHO, is_correction=False)


QUESTION = QuestionView(
    number=1,
    review=7,
    revision=1,
    text="Which order is it about?",
    asked_by=WHO,
    asked_at=AT,
    answer_by=AT + timedelta(days=2),
    state=QuestionState.ANSWERED,
    attempts=1,
    receipt="mail 1",
    problem=None,
    answer="HK-22598",
    answered_by=WHO,
    answered_at=AT,
)


NOTE = ReportNote(report=REPORT, case=17, key="T-17", workflow="triage", owner=WHO, state=RunState.CLOSED)


EDITED: Mapping[str, Any] = {
    "decision": replace(DECISION, kind=DecisionKind.EDITED),
    "values": [replace(VALUE, decided="delivery")],
}


REFUSED: Mapping[str, Any] = {
    "decision": replace(DECISION, kind=DecisionKind.REJECTED, reason="wrong person", follows="close")
}


DECIDED: Mapping[str, Any] = {"state": ReviewState.DECIDED, "decision": DECISION}


UNSEEN: Mapping[str, Any] = {
    "state": ReviewState.DECIDED,
    "decision": replace(DECISION, kind=DecisionKind.ANSWERED),
    "has_proposal": False,
    "blind": True,
    "model": None,
}
"""A decision on a proposal that nobody saw."""


WAITS = replace(DELIVERY, state=DeliveryState.WAITING, target="Help desk", waiting_since=AT, next_at=AT)


REMINDER = ReminderView(number=7, first=AT + timedelta(minutes=20), at=AT, reviews=[CARD.review])


ESCALATION = EscalationView(to=PEOPLE[:2], by=WHO, at=AT)


ASSIGNMENT = AssignmentView(to=OTHER, by=WHO, why=WhyAssigned.BY_HAND, until=None)


ABSENCE = AbsenceView(person=WHO, since=AT, until=AT + timedelta(days=14), delegate=OTHER, has_begun=True)


DOCUMENT = DocumentView(name="invoice.pdf", sha256="0" * 64, place=1, pages=2)
CARDS: Mapping[str, Mapping[str, Any]] = {
    "open": {},
    "open, claimed": {"claimed_by": WHO, "claimed_at": AT},
    "open, overdue": {"overdue": True},
    "open, assigned": {"assignee": WHO, "claimed_by": OTHER, "claimed_at": AT},
    "open, assigned to somebody who is away": {"assignee": WHO, "assignee_away_until": AT},
    "open, with a document": {"documents": [DOCUMENT]},
    "open, with documents whose pages are in no channel": {
        "documents": [DOCUMENT, replace(DOCUMENT, name="", place=2)],
        "keeps_pages": True,
    },
    "delivered, with a document": {"documents": [DOCUMENT], **DECIDED},
    "open, with all that its menu holds": {"can_escalate": True, "can_ask": True, "alike": 12},
    "open, to be escalated": {"can_escalate": True},
    "open, escalated": {"escalation": ESCALATION},
    "open, escalated at its deadline": {"escalation": replace(ESCALATION, by=None), "overdue": True},
    "awaiting a second person, overdue": {
        "state": ReviewState.AWAITING_SECOND,
        "decision": DECISION,
        "overdue": True,
    },
    "approved by a lapse": {
        "state": ReviewState.DECIDED,
        "decision": replace(DECISION, kind=DecisionKind.LAPSED, by="countersign"),
        "run_state": RunState.DELIVERED,
        "delivery": DELIVERY,
    },
    "closed by a lapse": {
        "state": ReviewState.DECIDED,
        "decision": replace(DECISION, kind=DecisionKind.EXPIRED, by="countersign", follows="close"),
        "run_state": RunState.CLOSED,
    },
    "open, a long case": {"text": "I was charged twice\n" + "Please give me my money back. " * 30},
    "open, a sample": {"sample": True},
    "open, with rules that ask": {"nevers": ["answer a safety report alone"]},
    "open, without a proposal": {"has_proposal": False, "model": None, "model_said": "I cannot tell."},
    "open, in the shadow": {
        "has_proposal": False,
        "blind": True,
        "model": None,
        "values": [],
        "why": [Reason(code=Code.SHADOW)],
    },
    "decided in the shadow, the same": {**UNSEEN, "unseen": Unseen(differs=())},
    "decided in the shadow, otherwise": {
        **UNSEEN,
        "values": [replace(VALUE, decided="delivery"), replace(VALUE, label="Reply", proposed="x" * 90)],
        "unseen": Unseen(differs=[VALUE.name]),
    },
    "closed in the shadow": {**UNSEEN, **REFUSED, "run_state": RunState.CLOSED, "unseen": Unseen(differs=None)},
    "open, not among those that are looked at": {
        "has_proposal": False,
        "model": None,
        "values": [],
        "why": [Reason(code=Code.OUTSIDE_SHARE, share=0.1)],
    },
    "open, a correction": {"correction": True, "values": [replace(VALUE, delivered="delivery")]},
    "open, with a field that is gone": {"left_over": {"priority": "high"}},
    "open, reported as wrong": {"correction": True, "reported": True, "reports": [REPORT]},
    "open, proposed by its source": {
        "source": "agent-x",
        "model": "claude-x, from agent-x",
        "why": [Reason(code=Code.HANDED, by="agent-x"), Reason(code=Code.DRAFT)],
    },
    "open, the same again": {"same_again": True, "has_another": False},
    "open, with an answer from its source": {"questions": [QUESTION], "can_ask": True},
    "awaiting a second person": {
        "state": ReviewState.AWAITING_SECOND,
        "decision": DECISION,
        "second": SecondView(sentence="more than 5,000 euros", error=None),
    },
    "asked": {
        "state": ReviewState.ASKED,
        "decision": replace(DECISION, kind=DecisionKind.ASKED),
        "questions": [replace(QUESTION, state=QuestionState.SENT, answer=None, answered_by=None, answered_at=None)],
    },
    "made from another workflow's outcome": {"made_from": MADE_FROM},
    "made from an outcome that was corrected": {
        "made_from": replace(MADE_FROM, is_correction=True),
        "reports": [replace(REPORT, by="countersign", by_itself=True)],
    },
    "open, decided like this before": {
        "past": [
            PastView(case=17, name="ticket-1017", values={"Queue": "billing", "Urgent": "yes"}, similarity=0.81),
            PastView(case=9, name="case 9", values={"Queue": "<!channel>"}, similarity=0.64),
            PastView(case=3, name="ticket-0990", values={}, similarity=0.5),
        ]
    },
    "superseded": {"state": ReviewState.SUPERSEDED, "run_state": RunState.SUPERSEDED},
    "expired": {"state": ReviewState.EXPIRED},
    "approved": {**DECIDED, "run_state": RunState.READY},
    "edited": {"state": ReviewState.DECIDED, **EDITED, "run_state": RunState.DELIVERING},
    "rejected": {"state": ReviewState.DECIDED, **REFUSED, "run_state": RunState.CLOSED},
    "delivered": {**DECIDED, "run_state": RunState.DELIVERED, "delivery": DELIVERY},
    "delivered, corrected": {**DECIDED, "run_state": RunState.DELIVERED, "delivery": DELIVERY, "corrected": True},
    "held, the target is down": {**DECIDED, "run_state": RunState.HOLDING, "delivery": WAITS, "held": "down"},
    "undoable": {**DECIDED, "run_state": RunState.HOLDING, "held": "grace", "held_until": AT + timedelta(minutes=1)},
    "held, paused": {**DECIDED, "run_state": RunState.HOLDING, "held": "paused"},
    "failed": {
        **DECIDED,
        "run_state": RunState.FAILED,
        "problem": "the help desk says no",
        "delivery": replace(DELIVERY, state=DeliveryState.FAILED, receipt=None),
    },
    "in doubt": {
        **DECIDED,
        "run_state": RunState.DOUBTFUL,
        "delivery": replace(DELIVERY, state=DeliveryState.DOUBTFUL, receipt=None, maybe_applied=True),
    },
    "parked": {**DECIDED, "run_state": RunState.PARKED},
}
"""State of a card -> what differs from a plain open one."""


DOUBT = DoubtView(
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
    since=AT,
    settled_by=None,
    settled_at=None,
    run_state=RunState.DOUBTFUL,
    can_be_delivered=False,
    receipt=None,
    hidden=Hidden(),
)


DOUBTS: Mapping[str, Mapping[str, Any]] = {
    "open": {},
    "of a rejection": {"rejection": True, "values": {"Reason": "wrong person"}},
    "it happened": {
        "state": DeliveryState.APPLIED,
        "settled_by": WHO,
        "settled_at": AT,
        "run_state": RunState.DELIVERED,
    },
    "it did not happen": {
        "state": DeliveryState.FAILED,
        "settled_by": WHO,
        "settled_at": AT,
        "run_state": RunState.FAILED,
        "can_be_delivered": True,
    },
}


ANNOUNCED = AnnouncedView(
    generation=0,
    announcement=9,
    state=AnnouncementState.OPEN,
    case=17,
    key="T-17",
    workflow="triage",
    subject="I was charged twice",
    question="Which queue does this ticket go to?",
    values=[VALUE, replace(VALUE, name="reply", label="Reply", proposed="We look into it.\nYour team")],
    target="the help desk",
    announced_at=AT,
    until=AT + timedelta(minutes=15),
    ended_at=None,
    stopped_by=None,
    run=21,
    run_state=RunState.HOLDING,
    delivery=None,
    is_newest=True,
    hidden=Hidden(),
)
_OVER = {"ended_at": AT + timedelta(minutes=9), "run_state": RunState.WAITING}


ANNOUNCEMENTS: Mapping[str, Mapping[str, Any]] = {
    "to go out": {},
    "after the weekend": {"until": AT + timedelta(days=3)},
    "nobody stopped it": {
        **_OVER,
        "state": AnnouncementState.LAPSED,
        "run_state": RunState.DELIVERED,
        "delivery": replace(WAITS, state=DeliveryState.APPLIED, receipt="moved to billing"),
    },
    "being delivered": {**_OVER, "state": AnnouncementState.LAPSED, "delivery": WAITS},
    "stopped": {**_OVER, "state": AnnouncementState.STOPPED, "stopped_by": WHO},
    "taken back": {**_OVER, "state": AnnouncementState.WITHDRAWN},
    "newer content came": {**_OVER, "state": AnnouncementState.WITHDRAWN, "is_newest": False},
}
RESTS: Mapping[str, Mapping[str, Any]] = {
    "only announced": {"number": 0, "oldest": None, "announced": 14, "goes_out_by": AT},
    "reviews and one announced": {"number": 37, "oldest": AT, "announced": 1, "goes_out_by": AT},
}
GOING_OUT = AnnouncedList(
    lines=[
        AnnouncedLine(
            generation=0,
            announcement=id,
            case=id,
            workflow="triage",
            key=f"T-{id}",
            subject="I was charged twice",
            until=AT,
        )
        for id in (9, 10)
    ],
    total=14,
)


REMOVED = {
    "all of it": RemovedView(case=17, workflow="triage", at=AT, is_in_doubt=False),
    "a part, in doubt": RemovedView(case=17, workflow="triage", at=None, is_in_doubt=True),
}
"""Removed parts -> the card of their case."""


BLIND = BlindView(
    generation=0,
    check=7,
    version=1,
    case=12,
    key="ticket-1017",
    workflow="triage",
    question="Which queue does this ticket go to?",
    subject="I was charged twice",
    text="I was charged twice\nPlease give me the money back.",
    due_at=AT,
    values={},
)
COMPARED = ComparisonView(
    generation=0,
    check=7,
    version=2,
    case=12,
    key="ticket-1017",
    workflow="triage",
    subject="I was charged twice",
    text="I was charged twice\nPlease give me the money back.",
    differences=[
        Difference(name="queue", label="Queue", one="billing", other="returns"),
        Difference(name="reply", label="Reply", one="We are sorry.\nIt is on its way.", other="You get it back. " * 20),
    ],
    is_second=False,
)
CHECKS = ChecksOfPerson(number=40, packed=38)
CHECKED = SpotCheckView(
    generation=0,
    check=7,
    version=3,
    state=SpotCheckState.DECIDED,
    case=12,
    key="ticket-1017",
    workflow="triage",
    drawn_at=AT,
    due_at=AT,
    answered_by=WHO,
    second_by=OTHER,
    outcome=Grade.MAJOR,
    end=End.SECOND,
    correction=Became.OPENED,
    review=9,
)

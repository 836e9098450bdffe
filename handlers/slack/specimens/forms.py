"""Read models of forms and charters, as specimens are drawn from."""

from datetime import UTC, timedelta
from decimal import Decimal

from handlers.slack.ids import OpenRow, Row
from handlers.slack.specimens.operations import PAUSE
from handlers.slack.specimens.reviews import COLUMNS, ROWS, WHO
from workflows.engine.errors import NeverBroken
from workflows.engine.read.charter_views import CharterView, SecondPerson
from workflows.engine.text.form_fields import Field, Kind

FORM = (
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
    Field(name="lines", label="Lines", kind=Kind.ROWS, required=True, columns=COLUMNS),
    Field(name="more", label="More", kind=Kind.JSON, required=False, nullable=True),
)


TYPED = {
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
    "lines": ROWS.proposed or "",
    "more": '{"a": 1}',
}


LINES = next(field for field in FORM if field.name == "lines")


LINE = {"article": "Paper", "number": "2", "amount": "9.80"}


OPEN = OpenRow(row=Row(field="lines", place=0), mark="0" * 12, generation=0, is_alone=False)


BROKEN = NeverBroken(["answer a safety report alone"], barred=False)


CHARTER_VIEW = CharterView(
    workflow="triage",
    decision="Which queue does this ticket go to?",
    owner=WHO,
    may=["choose a queue", "draft a reply"],
    does=[],
    nevers=["answer a safety report alone"],
    at_least=0.85,
    second_opinion=0.15,
    spot_checks=0.05,
    is_scoped=True,
    pause=PAUSE,
    per_case=Decimal("0.015"),
    per_day=Decimal(20),
    zone="Europe/Berlin",
    reviewers=["S0123456789", WHO],
    answer_within=timedelta(hours=2),
    seconds=[SecondPerson(sentence="more than 5,000 euros", always=False, by=[WHO])],
    grace=timedelta(minutes=10),
    self_approval=False,
    can_ask=True,
)

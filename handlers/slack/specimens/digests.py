"""Read models of digests and of what leads are asked, as specimens are drawn from."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from handlers.slack.specimens.reviews import AT, OTHER, WHO
from workflows.engine.digests.courses.evidence import Counts, Facts, Freed, evidence
from workflows.engine.digests.courses.views import Choice, CourseNote, CourseView
from workflows.engine.digests.names import JobName
from workflows.engine.digests.numbers.estimates import Estimate, Looks
from workflows.engine.digests.numbers.views import WhyNotFreed
from workflows.engine.digests.periods import Every
from workflows.engine.digests.quality.views import (
    Before,
    Checks,
    FieldEdits,
    Proposer,
    QualityFigures,
    QualityOfWorkflow,
    ReasonCount,
    RejectionsView,
    RejectionView,
    Reported,
    ValueChange,
)
from workflows.engine.digests.views import DigestView

_LAST = date(2026, 11, 22)
_NOTHING = Before(decided=0, edited=0, rejected=0, reported=0, corrected=0, looked_at=0, errors=0)

QUALITY = QualityOfWorkflow(
    workflow="triage",
    row=1,
    decided=210,
    edited=31,
    rejected=19,
    answered=4,
    checks=Checks(
        alone=412, drawn=20, looked_at=14, same=11, minor=2, major=1, critical=0, errors=3, open=6, corrected=0
    ),
    overdue=2,
    fields=[
        FieldEdits(label="Reply", number=23, is_text=True),
        FieldEdits(
            label="Queue",
            number=20,
            values=[
                ValueChange(proposed="returns", decided="billing", number=14),
                ValueChange(proposed=None, decided="delivery", number=3),
            ],
        ),
        FieldEdits(label="Amount", number=8, raised=5, lowered=3, percent=12.4, emptied=0),
        FieldEdits(
            label="Tags", number=6, is_several=True, values=[ValueChange(proposed=None, decided="urgent", number=4)]
        ),
        FieldEdits(label="Due on", number=4, filled=4),
        FieldEdits(label="Customer", number=3),
    ],
    few=2,
    compared=31,
    proposers=[
        Proposer(model="claude-sonnet-4-5", prompt_version="3f2a9c1b77d0", decided=180, edited=24, rejected=15),
        Proposer(model="claude-haiku-4-5", prompt_version="3f2a9c1b77d0", decided=30, edited=7, rejected=4),
    ],
    reasons=[ReasonCount(said="A duplicate", number=9), ReasonCount(said="Spam", number=4)],
    free_reasons=6,
    reported=Reported(reported=4, corrected=2, right=1, waiting=1),
    corrected=2,
    confirmed=[ReasonCount(said="answer a safety report alone", number=2)],
    barred=1,
    before=Before(decided=180, edited=40, rejected=12, reported=1, corrected=0, looked_at=15, errors=1),
    examples=14,
)
QUIET = replace(
    QUALITY,
    workflow="invoices",
    row=2,
    decided=3,
    edited=0,
    rejected=0,
    answered=0,
    checks=None,
    overdue=0,
    fields=[],
    few=0,
    compared=0,
    proposers=[],
    reasons=[],
    free_reasons=0,
    reported=Reported(reported=0, corrected=0, right=0, waiting=0),
    corrected=0,
    confirmed=[],
    barred=0,
    before=_NOTHING,
)
REVIEW = DigestView(
    id=2,
    job=JobName.QUALITY,
    every=Every.WEEK,
    first=_LAST - timedelta(days=6),
    last=_LAST,
    missed=0,
    figures=QualityFigures(
        workflows=[QUALITY, QUIET],
        compared=31,
        most_compared=2_000,
        since=datetime(2026, 11, 16, tzinfo=UTC),
        until=datetime(2026, 11, 23, tzinfo=UTC),
    ),
)
REJECTIONS = RejectionsView(
    workflow="triage",
    rejections=[RejectionView(case=17, key="T-17", reason="She asks for a new invoice, not for a refund.", at=AT)],
    more=3,
)

FACTS = Facts(
    week=Counts(
        cases=412, resolved=390, alone=301, reviewed=79, edited=21, rejected=6, stopped=3, cost=Decimal("4.12")
    ),
    before=Counts(
        cases=1_520, resolved=1_490, alone=1_060, reviewed=420, edited=130, rejected=30, cost=Decimal("19.8")
    ),
    weeks=4,
    looks=Looks(number=120, weight=2_400.0, squares=48_000.0, wrong=20.0),
    freed=Freed(hours=Estimate(value=41.2, low=33.1, high=49.3, number=40), why_not=None),
    reported=2,
    corrected=1,
    waiting=14,
    oldest=AT,
    floor=0.85,
    is_scoped=True,
)
COURSE = CourseView(
    id=5,
    workflow="triage",
    owner=WHO,
    last=_LAST,
    evidence=evidence(FACTS),
    version=0,
    choice=None,
    by=None,
    at=None,
    note=None,
    is_closed=False,
    generation=0,
)
_THIN = Facts(
    week=Counts(cases=7, resolved=6, reviewed=6, edited=2),
    before=Counts(),
    weeks=0,
    freed=Freed(why_not=WhyNotFreed.NOT_MEASURED),
    is_paused=True,
)
FEW = replace(
    FACTS,
    looks=Looks(number=12, weight=240.0, squares=4_800.0, wrong=0.0),
    freed=Freed(stated=timedelta(minutes=6)),
)
_CHOSEN = {"version": 1, "by": OTHER, "at": AT}
COURSES: Mapping[str, Mapping[str, Any]] = {
    "open": {},
    "too thin": {"evidence": evidence(_THIN)},
    "too few spot checks": {"evidence": evidence(FEW)},
    "expand": {**_CHOSEN, "choice": Choice.EXPAND},
    "hold": {**_CHOSEN, "choice": Choice.HOLD, "note": "Until the new price list is in."},
    "stop": {**_CHOSEN, "choice": Choice.STOP},
    "asked again since": {**_CHOSEN, "choice": Choice.HOLD, "is_closed": True},
    "asked again since, nothing chosen": {"is_closed": True},
    "of made-up cases": {"made_up_until": date(2026, 11, 17)},
}
"""States of a course -> what differs from the open one."""
COURSE_NOTE = CourseNote(choice=Choice.HOLD, before=Choice.EXPAND, note="Until the new price list is in.")

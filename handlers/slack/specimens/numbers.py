"""Business numbers, as specimens of the digest are drawn from."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from handlers.slack.specimens.reviews import AT
from workflows.engine.digests.names import JobName
from workflows.engine.digests.numbers.estimates import Estimate
from workflows.engine.digests.numbers.views import (
    ByHand,
    DayNumbers,
    NumberFigures,
    Numbers,
    OwnDay,
    OwnNumbers,
    Times,
    WhyNotFreed,
)
from workflows.engine.digests.periods import Every
from workflows.engine.digests.views import DigestView

_FIRST = date(2026, 11, 9)
TRIAGE = Numbers(
    workflow="triage",
    cases_in=1_240,
    alone=746,
    by_people=402,
    rejected=31,
    lapsed=25,
    edited=61,
    corrected=4,
    arrival_to_delivery=Times(number=1_204, p50=timedelta(seconds=48), p90=timedelta(hours=3, minutes=6)),
    card_to_decision=Times(number=433, p50=timedelta(minutes=42), p90=timedelta(hours=5)),
    decisions=450,
    measured=378,
    seconds=34.2,
    cost=Decimal("41.2"),
    backlog=37,
    oldest=AT - timedelta(hours=3),
    reviews_a_day=58,
    looks=62,
    wrong_share=Estimate(value=0.0161, low=0.0042, high=0.0602, number=62),
    hours_freed=Estimate(value=108.3, low=99.1, high=117.5, number=40),
    freed_by=1,
    why_not_freed=None,
    by_hand=ByHand(minutes=6.0, timings=40),
    stated_by_hand=timedelta(minutes=6),
    takes_off_cost=True,
)
INVOICES = replace(
    TRIAGE,
    workflow="invoices",
    cases_in=14,
    alone=3,
    by_people=3,
    rejected=1,
    lapsed=0,
    edited=1,
    corrected=0,
    card_to_decision=Times(number=4, p50=timedelta(minutes=8), p90=timedelta(days=3)),
    decisions=4,
    measured=3,
    seconds=None,
    cost=Decimal("0.31"),
    backlog=0,
    oldest=None,
    reviews_a_day=1,
    looks=0,
    wrong_share=None,
    hours_freed=None,
    freed_by=0,
    why_not_freed=WhyNotFreed.NO_BASELINE,
    by_hand=None,
    stated_by_hand=timedelta(minutes=12),
    takes_off_cost=False,
)
_TOTAL = replace(
    TRIAGE,
    workflow=None,
    cases_in=1_254,
    alone=749,
    by_people=405,
    rejected=32,
    edited=62,
    decisions=454,
    measured=381,
    cost=Decimal("41.51"),
    by_hand=None,
    stated_by_hand=None,
)
_ALONE = (80, 95, 88, 102, 110, 12, 9, 118, 121, 117, 130, 141, 60, 62)
_TREND = [
    DayNumbers(
        day=_FIRST + timedelta(days=place - 7),
        alone=alone,
        by_people=round(alone * 0.55) if alone > 20 else 0,
        rejected=4 if alone > 20 else 0,
        lapsed=3 if alone > 20 else 0,
        corrected=place % 3 if alone > 20 else 0,
        cost=Decimal(alone) / 18,
    )
    for place, alone in enumerate(_ALONE)
]
NUMBERS = DigestView(
    id=2,
    job=JobName.NUMBERS,
    every=Every.WEEK,
    first=_FIRST,
    last=_FIRST + timedelta(days=6),
    missed=0,
    figures=NumberFigures(total=_TOTAL, workflows=[TRIAGE, INVOICES], trend=_TREND),
)
FEW_NUMBERS = replace(
    NUMBERS,
    workflow="invoices",
    figures=NumberFigures(
        total=replace(INVOICES, workflow=None, by_hand=None, stated_by_hand=None),
        workflows=[INVOICES],
        trend=[
            DayNumbers(
                day=one.day,
                alone=int(place == 8) * 3,
                by_people=int(place == 9) * 3,
                rejected=int(place == 11),
                lapsed=0,
                corrected=0,
                cost=Decimal("0.1") if place in (8, 9, 11) else Decimal(0),
            )
            for place, one in enumerate(_TREND)
        ],
    ),
)
NO_NUMBERS = replace(
    NUMBERS,
    figures=NumberFigures(
        total=replace(
            INVOICES,
            workflow=None,
            cases_in=0,
            alone=0,
            by_people=0,
            rejected=0,
            edited=0,
            decisions=0,
            measured=0,
            arrival_to_delivery=None,
            card_to_decision=None,
            reviews_a_day=None,
            cost=Decimal(0),
            stated_by_hand=None,
        ),
        workflows=[],
        trend=[
            replace(one, alone=0, by_people=0, rejected=0, lapsed=0, corrected=0, cost=Decimal(0)) for one in _TREND
        ],
    ),
)
OWN_NUMBERS = OwnNumbers(
    days=[
        OwnDay(day=_FIRST, decisions=31, measured=24, seconds=24 * 41.0),
        OwnDay(day=_FIRST + timedelta(days=1), decisions=1, measured=0, seconds=0.0),
    ]
)

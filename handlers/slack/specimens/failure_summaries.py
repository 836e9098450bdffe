"""Failure summaries, as specimens are drawn from: of quiet days and of bad ones."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from handlers.slack.specimens.reviews import AT
from store.states import CauseState, Health
from workflows.engine.digests.failures.attention import Attention, Relief, ReliefKind
from workflows.engine.digests.failures.needs import About, Need, NeedKind
from workflows.engine.digests.failures.views import (
    Cause,
    CauseNumbers,
    FailureFigures,
    LongWait,
    PausedSince,
    Recovery,
    Unproposed,
    WorkflowFigures,
)
from workflows.engine.digests.names import JobName
from workflows.engine.digests.periods import Every
from workflows.engine.digests.views import DigestView

GOOD = WorkflowFigures(
    workflow="triage",
    taken_in=40,
    alone=30,
    by_people=8,
    waiting=2,
    stopped=0,
    still_stopped=0,
    older=0,
    causes=[],
    more_causes=0,
    cost=Decimal("1.23"),
    usually_taken_in=38,
    usually_stopped=0,
)
BAD = replace(
    GOOD,
    taken_in=412,
    alone=280,
    by_people=61,
    waiting=37,
    overdue=9,
    stopped=34,
    still_stopped=21,
    older=3,
    causes=[
        Cause(step="look_up", error="TimeoutError", cases=18, id=7, state=CauseState.OPEN),
        Cause(step="deliver", error="NotDone", cases=12, id=8, state=CauseState.MENDING),
        Cause(step="propose", error="ValidationError", cases=3, id=9, state=CauseState.RESOLVED),
        Cause(step=None, error=None, cases=1),
    ],
    cost=Decimal("18.4"),
    unproposed=[Unproposed(code="over_budget", cases=12), Unproposed(code="unavailable", cases=4)],
    reported=2,
    corrected=1,
    lapsed=4,
    usually_taken_in=380,
    usually_stopped=2,
)
INVOICES = replace(
    GOOD,
    workflow="invoices",
    taken_in=11,
    alone=4,
    by_people=3,
    waiting=5,
    paused=PausedSince(at=AT, by_itself=False, held=3),
    usually_taken_in=64,
)
_OF_TRIAGE = Need(kind=NeedKind.DOUBT, about=About.WORKFLOW, id=1, workflow="triage", since=AT)
CAUSE_OPEN = replace(
    _OF_TRIAGE, kind=NeedKind.CAUSE, about=About.CAUSE, id=7, number=18, step="look_up", error="TimeoutError"
)
DOWN = Need(
    kind=NeedKind.TROUBLE,
    about=About.TARGET,
    id=3,
    system="help desk",
    health=Health.DOWN,
    since=AT,
    number=14,
    causes=2,
)
OVERDUE = replace(_OF_TRIAGE, kind=NeedKind.OVERDUE, number=9)
NEEDS = [
    replace(_OF_TRIAGE, number=2, cases=[17, 19]),
    replace(_OF_TRIAGE, id=2, workflow="invoices", number=1, cases=[23]),
    DOWN,
    replace(DOWN, about=About.OUTAGE, id=4, system="claude", health=Health.TROUBLED, number=0, causes=0),
    CAUSE_OPEN,
    replace(CAUSE_OPEN, id=9, number=1, step="deliver", error="NotDone", is_back=True),
    replace(_OF_TRIAGE, kind=NeedKind.UNCAUSED, number=5, cases=[31, 32, 33]),
    OVERDUE,
    replace(_OF_TRIAGE, kind=NeedKind.REPORTED, number=2, since=None),
    replace(_OF_TRIAGE, kind=NeedKind.PAUSED, number=3),
    replace(_OF_TRIAGE, kind=NeedKind.BUDGET, number=12, since=None),
    replace(DOWN, kind=NeedKind.ACCESS, about=About.WORKFLOW, system="ledger", expires_on=date(2026, 11, 27), days=9),
]
LAST = [
    Need(kind=NeedKind.UNSENT, about=About.TEAM, number=3),
    Need(kind=NeedKind.ATTENTION, about=About.TEAM, number=137),
]
PRESSED = Attention(
    waiting=137,
    days=5,
    decided=96,
    asked=190,
    asked_by_hour=[0] * 7 + [4, 12, 31, 40, 28, 12, 18, 22, 14, 6, 3, 0, 0, 0, 0, 0, 0],
    decided_by_hour=[0] * 8 + [3, 8, 12, 10, 4, 16, 22, 14, 7, 0, 0, 0, 0, 0, 0, 0],
)
RELIEF = [
    Relief(kind=ReliefKind.RESUME, workflow="invoices", number=41),
    Relief(kind=ReliefKind.PROPOSE, workflow="triage", number=30),
    Relief(kind=ReliefKind.TOGETHER, workflow="triage", number=28),
    Relief(kind=ReliefKind.ALONE, workflow="triage", number=198, of=200),
    Relief(kind=ReliefKind.PEOPLE, number=190, of=96),
    Relief(kind=ReliefKind.DEADLINES, number=60, of=137),
]
QUIET = DigestView(
    id=1,
    job=JobName.FAILURES,
    every=Every.DAY,
    first=date(2026, 11, 18),
    last=date(2026, 11, 18),
    missed=0,
    figures=FailureFigures(
        workflows=[GOOD], needs=[], oldest=AT, failed_by_day=[0] * 14, usually_taken_in=38, usually_stopped=0
    ),
)
BAD_DAY = FailureFigures(
    workflows=[BAD, INVOICES],
    needs=NEEDS,
    causes=CauseNumbers(new=2, back=1, closed=3, open=4, mending=1, ignored=1),
    recovery=Recovery(number=5, median=2_400.0, longest=10_800.0, longest_of="help desk"),
    long_waits=[
        LongWait(review=12, version=1, case=17, workflow="triage", opened_at=AT - timedelta(days=4), is_overdue=True),
        LongWait(review=13, version=2, case=18, workflow="triage", opened_at=AT - timedelta(days=3), is_overdue=False),
    ],
    oldest=AT - timedelta(days=4),
    failed_by_day=[1, 0, 2, 1, 0, 0, 3, 1, 2, 0, 1, 8, 12, 34],
    usually_taken_in=430,
    usually_stopped=2,
)


def summary(figures: FailureFigures, *, workflow: str | None = None, days: int = 1, missed: int = 0) -> DigestView:
    """Return a summary with other figures. `days`: number that it covers."""
    first = QUIET.last - timedelta(days=days - 1)
    return replace(QUIET, figures=figures, workflow=workflow, first=first, missed=missed)


SUMMARIES: Mapping[str, DigestView] = {
    "quiet": QUIET,
    "nothing came": summary(FailureFigures(workflows=[], needs=[])),
    "mended by itself": summary(
        FailureFigures(
            workflows=[replace(GOOD, stopped=2, causes=[replace(BAD.causes[2], cases=2)])],
            needs=[],
            causes=CauseNumbers(new=1, closed=1),
            recovery=Recovery(number=1, median=540.0, longest=540.0, longest_of="triage"),
            failed_by_day=[0] * 13 + [2],
        )
    ),
    "one thing": summary(
        FailureFigures(
            workflows=[replace(GOOD, stopped=18, still_stopped=18, causes=BAD.causes[:1], usually_stopped=2)],
            needs=[CAUSE_OPEN],
            causes=CauseNumbers(new=1, open=1),
            failed_by_day=[0, 2] * 6 + [1, 18],
            usually_taken_in=38,
            usually_stopped=2,
        )
    ),
    "a dozen things": summary(BAD_DAY),
    "more than people can look at": summary(
        replace(BAD_DAY, needs=[OVERDUE, *LAST], attention=PRESSED, relief=RELIEF, workflows=[BAD])
    ),
    "more than anybody decided yet": summary(
        FailureFigures(workflows=[GOOD], needs=LAST[1:], attention=Attention(waiting=137), relief=[])
    ),
    "after nine days": summary(replace(BAD_DAY, needs=[DOWN, CAUSE_OPEN], usually_taken_in=None), days=9, missed=8),
    "of one workflow": summary(replace(BAD_DAY, workflows=[BAD], needs=[CAUSE_OPEN, OVERDUE]), workflow="triage"),
    "from before there were needs": summary(FailureFigures(workflows=[replace(BAD, paused=None)])),
}

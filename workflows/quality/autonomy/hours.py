"""The hours a week that more autonomy would free, as the Monday question computes those of a week."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from store.quality import courses, numbers
from store.states import Resolution
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.digests.numbers.baseline_views import FigureName
from workflows.engine.digests.numbers.baselines import by_workflow
from workflows.engine.digests.numbers.estimates import FEWEST_MEASURED, Sample, Work, hours_freed, sample_of
from workflows.engine.digests.numbers.views import WhyNotFreed
from workflows.quality.autonomy.moves import ALONE
from workflows.quality.autonomy.views import Hours, Reach

WEEKS = 4
"""Weeks from which a week is reckoned, or as many as it has worked for."""
FEWEST_CASES = 20
"""Fewest cases of these weeks from which a number a week is told."""
WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Pace:
    """The usual week of a workflow."""

    cases: float | None
    """Cases that were resolved; None where there are too few to say."""
    freed: float | None
    """Hours freed, net of people's time and of the models' cost."""
    seconds: float | None
    """Mean seconds of a decision; None where too few were timed."""
    why_not: WhyNotFreed | None
    """None where hours are told."""

    def hours(self, now: Reach, then: Reach, *, fewer_by: float) -> tuple[Hours | None, WhyNotFreed | None]:
        """Return the hours freed now and then, or why nobody can say. `fewer_by`: spot checks that come with it."""
        if self.freed is None or self.seconds is None or self.cases is None:
            return None, self.why_not or WhyNotFreed.NOT_MEASURED
        before = now.share if now.level in ALONE else 0.0
        if before is None or then.share is None:
            return Hours(now=self.freed, then=self.freed), None
        decisions = (then.share - before) * self.cases - fewer_by
        return Hours(now=self.freed, then=self.freed + decisions * self.seconds / 3_600), None


def pace_of(session: Session, context: Context, workflow: AnyWorkflow, row: int) -> Pace:
    """Return the usual week of a workflow, from its last four. `row`: its row."""
    team, until = context.team, context.clock()
    since = until - WEEKS * WEEK
    first = courses.first_cases(session, team=team).get(row, since)
    weeks, span = max((until - max(since, first)) / WEEK, 1.0), (since, until)
    ended = {one.resolution: one.cases for one in numbers.ended(session, team=team, workflows=[row], days=span)}
    resolved = sum(ended.values())
    done = ended.get(Resolution.ALONE, 0) + ended.get(Resolution.BY_PERSON, 0)
    measured = numbers.measured(session, team=team, workflows=[row], days=span).get(row)
    timed = None
    if measured is not None and measured.measured >= FEWEST_MEASURED:
        timed = sample_of(measured.measured, measured.seconds, measured.squares)
    baseline = by_workflow(session, team=team).get(workflow.name)
    newest = baseline.newest(FigureName.MINUTES) if baseline is not None else None
    freed = None
    if baseline is not None and newest is not None and timed is not None and measured is not None:
        per_hour = baseline.newest(FigureName.COST_PER_HOUR)
        spent = sum(numbers.cost(session, team=team, workflows=[row], days=span).values(), Decimal(0))
        dollars = per_hour[0].value if per_hour is not None else 0
        work = Work(
            cases=done,
            minutes=Sample(number=newest[0].number or 0, mean=float(newest[0].value), deviation=newest[0].deviation),
            decisions=measured.decisions,
            seconds=timed,
            paid=float(spent / Decimal(dollars)) if dollars else 0.0,
        )
        freed = hours_freed([work]).value / weeks
    why = None
    if freed is None:
        why = WhyNotFreed.NO_BASELINE if newest is None else WhyNotFreed.NOT_MEASURED
    return Pace(
        cases=resolved / weeks if resolved >= FEWEST_CASES else None,
        freed=freed,
        seconds=timed.mean if timed is not None else None,
        why_not=why,
    )

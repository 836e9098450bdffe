"""Each number of the reports is what the recount finds in the rows of a made-up year, by day, week, month and year."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from store import schema
from tests.integration.engine.digests import recount
from tests.integration.engine.digests.conftest import Lived
from tests.integration.engine.digests.recount import Baseline, Kept, Span
from tests.integration.engine.digests.test_year import months
from tests.integration.engine.digests.year import (
    DEAR,
    FIRST,
    INCIDENT,
    INVOICES,
    LAST,
    NOW,
    REFUNDS,
    TRIAGE,
    WORKFLOWS,
    ZONE,
)
from workflows.engine.digests.days import Days
from workflows.engine.digests.jobs import job_called
from workflows.engine.digests.names import JobName
from workflows.engine.digests.numbers.views import Numbers, Times
from workflows.engine.digests.scope import Scope

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
BASELINES = {
    TRIAGE: Baseline(minutes=6.2, timings=36, deviation=3.1, cost_per_hour=Decimal(60)),
    REFUNDS: Baseline(minutes=11.5, timings=9, deviation=4.0, cost_per_hour=Decimal(48)),
    INVOICES: Baseline(minutes=8.0, timings=None, deviation=None, cost_per_hour=Decimal(60)),
}


def told(lived: Lived, job: JobName, span: Span) -> Any:  # Any: the figures of whichever job
    """The figures of a job about a span."""
    context = lived.world.context
    days = Days(first=span.first, last=span.last, zone=span.zone)
    with context.database.read() as session:
        return job_called(job).gather(session, Scope(context=context, days=days, at=context.clock()))


def spans() -> Iterator[Span]:
    """The year, its months, the weeks of the days that are unlike others, and those days."""
    yield Span(first=FIRST, last=LAST, zone=ZONE)
    yield from months()
    for unlike in (INCIDENT, DEAR, date(2025, 3, 30), date(2025, 10, 26)):
        monday = unlike - timedelta(days=unlike.weekday())
        yield Span(first=monday, last=monday + 6 * DAY, zone=ZONE)
        yield Span(first=unlike, last=unlike, zone=ZONE)


def agree(told: Numbers, rows: Kept, span: Span) -> None:
    """The numbers of a workflow, or of all, are those that were recounted."""
    found, about = recount.numbers(rows, span, workflow=told.workflow), (told.workflow, span.first, span.last)
    assert (told.cases_in, told.alone, told.by_people) == (found.cases_in, found.alone, found.by_person), about
    assert (told.rejected, told.lapsed, told.edited) == (found.rejected, found.lapsed, found.edited), about
    assert (told.corrected, told.backlog, told.oldest) == (found.corrected, found.backlog, found.oldest), about
    assert (told.decisions, told.measured) == (found.decided, found.measured), about
    assert told.seconds == (None if found.seconds_each is None else pytest.approx(found.seconds_each)), about
    assert told.reviews_a_day == found.reviews_a_day, about
    assert told.cost == found.cost, about
    assert _times(told.arrival_to_delivery) == found.arrival_to_delivery, about
    assert _times(told.card_to_decision) == found.card_to_decision, about
    looks = recount.looks(rows, span, workflow=told.workflow)
    assert told.looks == len(looks), about
    estimate, share = recount.errors_per_thousand(looks), told.wrong_share
    assert (estimate is None) == (share is None), about
    if estimate is not None and share is not None:
        shown = [None if one is None else 1000 * one for one in (share.value, share.low, share.high)]
        assert shown == pytest.approx([estimate.value, estimate.low, estimate.high]), about


def _times(times: Times | None) -> tuple[timedelta | None, timedelta | None]:
    return (None, None) if times is None else (times.p50, times.p90)


def test_business_numbers_are_as_recounted(lived: Lived) -> None:
    for span in spans():
        figures = told(lived, JobName.NUMBERS, span)
        for line in (figures.total, *figures.workflows):
            agree(line, lived.rows, span)


def test_hours_freed_are_as_recounted_with_their_interval(own_year: Lived) -> None:
    context = own_year.world.context
    with context.database.write() as session:
        for row in own_year.rows.workflows:
            by_hand = BASELINES[row.name]
            session.add(
                schema.Baseline(
                    team_id=context.team,
                    workflow_id=row.id,
                    source="timings" if by_hand.timings is not None else "stated",
                    minutes=by_hand.minutes,
                    timings=by_hand.timings,
                    deviation=by_hand.deviation,
                    cost_per_hour=by_hand.cost_per_hour,
                    by="U0KIM",
                    at=NOW,
                )
            )
    for span in (Span(first=FIRST, last=LAST, zone=ZONE), *months()):
        for line in told(own_year, JobName.NUMBERS, span).workflows:
            found = recount.numbers(own_year.rows, span, workflow=line.workflow)
            freed = recount.hours_freed(found, BASELINES[line.workflow])
            shown, about = line.hours_freed, (line.workflow, span.first)
            if freed is None or shown is None:
                assert freed is shown, about
            else:
                assert shown.value == pytest.approx(freed.value), about
                if BASELINES[line.workflow].timings is not None:
                    assert (shown.low, shown.high) == pytest.approx((freed.low, freed.high), rel=1e-3), about


def test_a_cost_report_is_as_recounted(lived: Lived) -> None:
    for span in spans():
        figures, spent = told(lived, JobName.COST, span), recount.costs(lived.rows, span)
        about = (span.first, span.last)
        by_line = recount.summed(spent, lambda line: (line.workflow, line.model, line.prompt_version))
        shown = {(line.workflow, line.model, line.prompt_version): line.dollars for line in figures.lines}
        assert {key: dollars for key, dollars in shown.items() if dollars} == {
            key: dollars for key, dollars in by_line.items() if dollars
        }, about
        assert figures.dollars == sum((line.dollars for line in spent), Decimal(0)), about
        assert figures.reused.dollars == sum((line.saved for line in spent), Decimal(0)), about
        by_workflow = {line.workflow: line for line in figures.workflows}
        for name in WORKFLOWS:
            found, line = recount.numbers(lived.rows, span, workflow=name), by_workflow.get(name)
            if line is not None:
                assert (line.dollars, line.taken_in, line.resolved) == (found.cost, found.cases_in, found.resolved)
        by_case = Counter(recount.summed(spent, lambda line: line.case))
        assert [one.dollars for one in figures.dearest] == [
            dollars for _, dollars in by_case.most_common(len(figures.dearest))
        ], about
        by_day = recount.summed(spent, lambda line: line.day)
        for one in figures.days:
            if span.first <= one.day <= span.last:
                assert sum(one.dollars.values(), Decimal(0)) == by_day.get(one.day, Decimal(0)), one.day
        unknown = [one for one in lived.rows.requests if one.cost is None and span.has(one.began_at)]
        assert (figures.unknown, figures.reserved) == (
            len(unknown),
            sum((one.reserved for one in unknown), Decimal(0)),
        ), about
        evals = [one for one in lived.rows.requests if one.case_id is None and span.has(one.began_at)]
        assert figures.for_evals == sum((one.cost or Decimal(0) for one in evals), Decimal(0)), about


def test_the_dear_day_is_named_and_no_other_is(lived: Lived) -> None:
    named = set()
    for month in months():
        for day in (month.first + n * DAY for n in range((month.last - month.first).days + 1)):
            if day.weekday() == DEAR.weekday():
                figures = told(lived, JobName.COST, Span(first=day, last=day, zone=ZONE))
                named |= {one.day for one in figures.anomalies}
    assert named == {DEAR}

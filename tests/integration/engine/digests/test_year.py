"""A made-up year is the same each time, has in it what reports may get wrong, and is reported as it is recounted."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from operator import attrgetter

import pytest

from store import schema
from store.cases.review import spot_checks
from store.states import ReviewState, RunState
from tests.integration.engine.digests import recount
from tests.integration.engine.digests.conftest import SEED, Lived
from tests.integration.engine.digests.recount import Kept, Span, anomalies, costs, numbers, summed, usual
from tests.integration.engine.digests.year import (
    DEAR,
    DEMONSTRATION,
    FIRST,
    INCIDENT,
    LAST,
    WORKFLOWS,
    ZONE,
    year,
)
from workflows.engine.digests import making
from workflows.engine.digests.failures.views import FailureFigures, WorkflowFigures
from workflows.engine.digests.names import JobName

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)
WHOLE = Span(first=FIRST, last=LAST, zone=ZONE)


def day(of: date) -> Span:
    return Span(first=of, last=of, zone=ZONE)


def months() -> Iterator[Span]:
    for month in range(1, 13):
        first, after = date(2025, month, 1), date(2025 + month // 12, month % 12 + 1, 1)
        yield Span(first=first, last=after - DAY, zone=ZONE)


def test_a_seed_makes_the_same_year_each_time() -> None:
    assert year(SEED, team=1).rows == year(SEED, team=1).rows


def test_the_year_has_in_it_what_reports_may_get_wrong(lived: Lived) -> None:
    rows = lived.rows
    assert 3_500 < len(rows.cases) < 5_000
    kinds = Counter(made.kind for made in rows.decisions)
    assert set(kinds) == {
        "approved", "edited", "rejected", "answered", "asked", "upheld", "lapsed", "expired",
    }  # fmt: skip
    assert {made.follows for made in rows.decisions} == {None, "close", "by_hand", "propose_again"}
    assert any(made.revoked_at for made in rows.decisions)
    assert any(made.confirms for made in rows.decisions)
    assert any(made.unopened for made in rows.decisions)
    states = {run.state for run in rows.runs}
    assert states >= {RunState.DELIVERED, RunState.CLOSED, RunState.FAILED, RunState.PARKED, RunState.WAITING}
    assert states >= {RunState.DOUBTFUL, RunState.SUPERSEDED}
    assert {request.model for request in rows.requests} == {"m-large", "m-small"}
    assert len({(request.workflow, request.prompt_version) for request in rows.requests}) == 9
    assert any(request.cached_from for request in rows.requests)
    assert any(request.cost is None for request in rows.requests)
    assert any(request.case_id is None for request in rows.requests)
    assert ended_twice(rows, WHOLE)
    received = Counter(case.received_at.astimezone(ZONE).date() for case in rows.cases)
    sundays = [FIRST + n * DAY for n in range(365) if (FIRST + n * DAY).weekday() == 6]
    assert sum(received[one] == 0 for one in sundays) > 10


def test_the_dear_day_and_no_other_is_an_anomaly(lived: Lived) -> None:
    by_day = summed(costs(lived.rows, WHOLE), lambda line: line.day)
    with_cases = {day: by_day.get(day, Decimal(0)) for day in (FIRST + n * DAY for n in range(365))}
    busy = {case.received_at.astimezone(ZONE).date() for case in lived.rows.cases}
    of_days = {day: dollars for day, dollars in with_cases.items() if day in busy}
    assert anomalies(of_days) == [DEAR]
    assert usual(of_days, DEAR) is not None


def test_more_cases_failed_on_the_day_of_the_incident_than_on_any_other(lived: Lived) -> None:
    failed = Counter(
        run.created_at.astimezone(ZONE).date()
        for run in lived.rows.runs
        if run.cause_id is not None and run.parent_id is None
    )
    assert failed.most_common(1)[0][0] == INCIDENT


def test_months_and_workflows_add_up_to_the_year(lived: Lived) -> None:
    """To the last fraction of a cent. A case that ended twice in a year ended in two months."""
    rows, whole = lived.rows, numbers(lived.rows, WHOLE)
    by_workflow = [numbers(rows, WHOLE, workflow=name) for name in WORKFLOWS]
    by_month = [numbers(rows, month) for month in months()]
    for parts in (by_workflow, by_month):
        assert sum((part.cost for part in parts), Decimal(0)) == whole.cost
        assert sum(part.cases_in for part in parts) == whole.cases_in
        assert sum(part.decided for part in parts) == whole.decided
    assert sum(part.resolved for part in by_workflow) == whole.resolved <= sum(part.resolved for part in by_month)
    spent = costs(rows, WHOLE)
    for by in ("workflow", "model", "prompt_version", "case", "day"):
        assert sum(summed(spent, attrgetter(by)).values(), Decimal(0)) == whole.cost


def test_what_is_kept_of_a_days_spending_is_what_its_requests_took(lived: Lived) -> None:
    with lived.world.database.read() as session:
        taken = {(row.budget.partition(":")[2], row.period): row.taken for row in session.query(schema.Spending)}
    spent = summed(
        [line for line in costs(lived.rows, WHOLE) if line.model is not None],
        lambda line: (line.workflow, line.day.isoformat()),
    )
    assert {key: dollars for key, dollars in spent.items() if dollars} == {
        key: dollars for key, dollars in taken.items() if dollars
    }


def test_every_case_that_is_at_no_end_waits_or_is_stopped(lived: Lived) -> None:
    rows, whole = lived.rows, numbers(lived.rows, WHOLE)
    newest = {run.case_id: run for run in rows.runs}
    samples = rows.samples
    left = Counter(run.state for case, run in newest.items() if case not in samples and run.correction == 0)
    ended = left[RunState.DELIVERED] + left[RunState.CLOSED]
    assert sum(left.values()) - ended == sum(
        left[state] for state in (RunState.WAITING, RunState.FAILED, RunState.PARKED, RunState.DOUBTFUL)
    )
    open_reviews = [
        review for review in rows.reviews if review.state in (ReviewState.OPEN, ReviewState.AWAITING_SECOND)
    ]
    assert whole.backlog == len({review.case_id for review in open_reviews} - samples) > 3


def test_errors_are_told_from_the_spot_checks_of_what_went_alone(lived: Lived) -> None:
    """In the sums of the weights, from which the share follows, by month and workflow."""
    team = lived.world.context.team
    names = {row.id: row.name for row in lived.rows.workflows}
    assert {check.state for check in lived.rows.spot_checks} == {"open", "decided", "superseded"}
    for span in (WHOLE, *months()):
        since, until = (
            datetime.combine(day, time(), tzinfo=ZONE).astimezone(UTC) for day in (span.first, span.last + DAY)
        )
        with lived.world.database.read() as session:
            told = spot_checks.counts(session, team=team, since=since, until=until)
        for workflow, counts in told.items():
            found = recount.looks(lived.rows, span, workflow=names[workflow])
            assert (counts.looked_at, counts.errors) == (len(found), sum(look.is_wrong for look in found))
            assert counts.looked_at_weight == pytest.approx(sum(1 / look.probability for look in found))
            wrong = sum(1 / look.probability for look in found if look.is_wrong)
            assert counts.errors_weight == pytest.approx(wrong)
    estimate = recount.errors_per_thousand(recount.looks(lived.rows, WHOLE))
    assert estimate is not None
    assert 40 < estimate.low < 100 < estimate.high < 160, "one in ten of them is wrong"


def test_edits_and_rejections_of_the_year_are_as_many_as_were_made(lived: Lived) -> None:
    edited = recount.edits(lived.rows, WHOLE)
    assert {field for _, field, _, _ in edited} == {"queue", "reply"}
    assert all(before != after for _, _, before, after in edited)
    made = Counter(made.kind for made in recount.decisions_of_people(lived.rows, WHOLE))
    assert sum(recount.rejections(lived.rows, WHOLE).values()) == made["rejected"]


def told_of(lived: Lived, of: date) -> dict[str, WorkflowFigures]:
    """Figures of the failure summary of a day, by workflow."""
    view = making.preview(lived.world.context, JobName.FAILURES, today=of + DAY, zone=ZONE)
    assert isinstance(view.figures, FailureFigures)
    return {figures.workflow: figures for figures in view.figures.workflows}


def ended_twice(rows: Kept, span: Span) -> set[int]:
    """The cases that came to two ends within a span. The summary tells each end; a business number only the last."""
    ended = Counter(
        run.case_id
        for run in rows.runs
        if run.correction == 0 and run.state in recount.ENDED and span.has(run.changed_at)
    )
    return {case for case, times in ended.items() if times > 1}


def test_the_failure_summary_says_what_the_rows_say(lived: Lived) -> None:
    """On the first day of each month, and on days that are unlike others."""
    unlike = [DEMONSTRATION, INCIDENT, INCIDENT + DAY, DEAR, date(2025, 3, 30), date(2025, 10, 26), LAST]
    for of in sorted({*unlike, *(month.first for month in months())}):
        told = told_of(lived, of)
        for name in WORKFLOWS:
            found, figures = numbers(lived.rows, day(of), workflow=name), told.get(name)
            if figures is None:
                assert (found.cases_in, found.resolved, found.backlog) == (0, 0, 0), (of, name)
                assert not found.cost
                continue
            assert (figures.taken_in, figures.cost, figures.corrected) == (
                found.cases_in,
                found.cost,
                found.corrected,
            ), (of, name)
            if not ended_twice(lived.rows, day(of)):
                ways = (found.alone, found.reviewed, found.lapsed)
                assert (figures.alone, figures.by_people, figures.lapsed) == ways, (of, name)

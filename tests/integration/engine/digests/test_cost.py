"""The cost report: its money adds up to the cent however it is looked at, and each number is what its name says."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from store import schema
from store.states import RunState
from tests.conftest import MakeWorld
from tests.integration.engine.digests.books import BERLIN, CostBooks
from tests.world import World
from workflows.engine.digests.cost import figures as cost
from workflows.engine.digests.cost.views import (
    Anomaly,
    BudgetUse,
    Cheaper,
    CostFigures,
    CostLine,
    DearCase,
    Reused,
    WorkflowCost,
)
from workflows.engine.digests.days import Days
from workflows.engine.digests.failures import figures as failures
from workflows.engine.digests.making import digest_view, make, preview
from workflows.engine.digests.names import JobName
from workflows.engine.digests.scope import Scope
from workflows.engine.propose.budgets import spent_today
from workflows.model.port import Usage

pytestmark = pytest.mark.slow

DAY = date(2026, 11, 17)
"""A Tuesday."""
NOVEMBER = Days(first=date(2026, 11, 1), last=date(2026, 11, 30), zone=BERLIN)
OCTOBER = Days(first=date(2026, 10, 1), last=date(2026, 10, 31), zone=BERLIN)
"""With the night on which the clocks are set back."""


def at(books: CostBooks, day: date, hour: int = 12, minute: int = 0) -> None:
    """Put the clock to a local time in Berlin."""
    books.world.clock.time = datetime.combine(day, time(hour, minute), tzinfo=BERLIN).astimezone(UTC)


def one(day: date = DAY) -> Days:
    return Days(first=day, last=day, zone=BERLIN)


@pytest.fixture
def books(make_world: MakeWorld) -> CostBooks:
    return CostBooks(world=_world(make_world))


def _world(make_world: MakeWorld) -> World:
    return make_world(lambda question: pytest.fail(f"nobody asks {question.workflow}"))


AMOUNTS = st.decimals(min_value=0, max_value=3, places=9)
EVENTS = st.lists(
    st.tuples(
        st.integers(0, 31 * 24 * 60 - 1),
        st.sampled_from(["triage", "invoices"]),
        st.sampled_from(["small", "large"]),
        st.sampled_from(["p1", "p2"]),
        st.sampled_from(["paid", "paid", "paid", "unknown", "again", "eval", "step"]),
        AMOUNTS,
    ),
    min_size=1,
    max_size=10,
)


@given(events=EVENTS)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # Each example is a whole month of reports: to make a failing one smaller takes minutes.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
def test_money_adds_up_to_the_cent_however_it_is_looked_at(
    make_world: MakeWorld, shared_world: list[World], events: Sequence[tuple[int, str, str, str, str, Decimal]]
) -> None:
    """By workflow, model and prompt version; by day and by month; in the failure summary and in the status."""
    if not shared_world:
        shared_world.append(_world(make_world))
    books = CostBooks(world=shared_world[0])
    asked: dict[str, int] = {}
    for minute, workflow, model, prompt, kind, amount in sorted(events):
        books.world.clock.time = OCTOBER.since + timedelta(minutes=minute)
        match kind:
            case "paid":
                asked[workflow] = books.ask(amount, workflow=workflow, model=model, prompt=prompt)
            case "unknown":
                books.ask(None, workflow=workflow, model=model, prompt=prompt, reserved=amount)
            case "again" if workflow in asked:
                books.give_again(asked[workflow])
            case "eval":
                books.ask(amount, workflow=workflow, model=model, prompt=prompt, eval=True)
            case _:
                books.make_step(amount, workflow=workflow)
    month = books.of_month(OCTOBER)
    _adds_up(month)
    active = {(OCTOBER.since + timedelta(minutes=minute)).astimezone(BERLIN).date() for minute, *_ in events}
    each = {day: books.of_days(one(day)) for day in sorted(active)}
    for day, report in each.items():
        _adds_up(report)
        cases, evals, budgets = _recounted(books, one(day))
        assert {line.workflow: line.dollars for line in report.workflows if line.dollars} == cases
        assert dict(report.evals) == evals
        _agrees_with_others(books, report, day, budgets)
    assert month.dollars == sum((report.dollars for report in each.values()), Decimal(0))
    assert month.for_evals == sum((report.for_evals for report in each.values()), Decimal(0))
    assert month.reserved == sum((report.reserved for report in each.values()), Decimal(0))
    assert month.reused.dollars == sum((report.reused.dollars for report in each.values()), Decimal(0))
    assert {day.day: sum(day.dollars.values(), Decimal(0)) for day in month.days if day.dollars} == {
        day: report.dollars for day, report in each.items() if report.dollars
    }


@pytest.fixture
def shared_world() -> list[World]:
    """The world of all examples of a test; each has a team of its own."""
    return []


def _adds_up(report: CostFigures) -> None:
    by: tuple[defaultdict[str | None, Decimal], ...] = tuple(defaultdict(Decimal) for _ in range(3))
    for line in report.lines:
        for sums, name in zip(by, (line.workflow, line.model, line.prompt_version), strict=True):
            sums[name] += line.dollars
    assert all(sum(sums.values(), Decimal(0)) == report.dollars for sums in by)
    assert sum((line.dollars for line in report.workflows), Decimal(0)) == report.dollars
    written = cost.records(report)
    for what, dollars in (("cases", report.dollars), ("evals", report.for_evals)):
        assert sum((Decimal(str(row["dollars"])) for row in written if row["for"] == what), Decimal(0)) == dollars


def _recounted(books: CostBooks, days: Days) -> tuple[dict[str, Decimal], dict[str, Decimal], dict[str, Decimal]]:
    """Return what the rows say by workflow: cost of cases, cost of evals, and cost of requests for cases."""
    cases, evals, asked = (defaultdict[str, Decimal](Decimal) for _ in range(3))
    with books.world.database.read() as session:
        requests = session.query(schema.ModelRequest).filter_by(team_id=books.context.team).all()
        joined = session.query(schema.Step, schema.Run).join(schema.Run, schema.Run.id == schema.Step.run_id)
        steps = joined.filter(schema.Step.team_id == books.context.team).all()
    for row in requests:
        if days.since <= row.began_at < days.until:
            dollars = row.reserved if row.cost is None else row.cost
            (evals if row.case_id is None else cases)[row.workflow] += dollars
            if row.case_id is not None:
                asked[row.workflow] += dollars
    names = {id: name for name, id in books.workflows.items()}
    for step, run in steps:
        if days.since <= step.started_at < days.until:
            cases[names[run.workflow_id]] += step.cost
    return tuple({name: sum for name, sum in found.items() if sum} for found in (cases, evals, asked))  # type: ignore[return-value]  # three


def _agrees_with_others(books: CostBooks, report: CostFigures, day: date, budgets: dict[str, Decimal]) -> None:
    """The failure summary counts evals too; the status counts what was taken of the budgets."""
    at(books, day, 23, 59)
    with books.world.database.read() as session:
        scope = Scope(context=books.context, days=one(day), at=books.world.clock())
        assert failures.gather(session, scope).cost == report.dollars + report.for_evals
    taken = {workflow.name: spent_today(books.context, workflow) for workflow in books.context.registry}
    assert {name: dollars for name, dollars in taken.items() if dollars} == budgets
    assert {line.workflow: line.budget.taken for line in report.workflows if line.budget} == budgets


def test_each_number_of_a_day_is_what_its_name_says(books: CostBooks) -> None:
    at(books, DAY - timedelta(days=1), 23, 59)
    books.ask("50")
    at(books, DAY, 0, 0)
    dear = books.come(state=RunState.DELIVERED)
    first = books.ask("0.30", of=dear)
    books.ask("0.20", of=dear, prompt="p2", model="large", usage=Usage(input_tokens=10_000, output_tokens=2_000))
    books.give_again(first)
    books.give_again(first)
    books.ask(None, workflow="invoices", reserved=Decimal("0.04"))
    stepped = books.make_step("0.05", workflow="invoices")
    books.ask("9", eval=True)
    at(books, DAY + timedelta(days=1), 0, 0)
    books.ask("70")

    report = books.of_days(one())

    assert report.dollars == Decimal("0.59")
    assert report.lines == [
        CostLine(workflow="invoices", model=None, prompt_version=None, dollars=Decimal("0.05"), requests=0),
        CostLine(workflow="invoices", model="small", prompt_version="p1", dollars=Decimal("0.04"), requests=1),
        CostLine(workflow="triage", model="small", prompt_version="p1", dollars=Decimal("0.30"), requests=1),
        CostLine(workflow="triage", model="large", prompt_version="p2", dollars=Decimal("0.20"), requests=1),
    ]
    assert report.workflows == [
        WorkflowCost(
            workflow="triage",
            dollars=Decimal("0.50"),
            taken_in=3,
            resolved=1,
            usual=None,
            budget=BudgetUse(day=DAY, taken=Decimal("0.50"), per_day=Decimal(1000), zone=None),
        ),
        WorkflowCost(
            workflow="invoices",
            dollars=Decimal("0.09"),
            taken_in=2,
            resolved=0,
            usual=None,
            budget=BudgetUse(day=DAY, taken=Decimal("0.04"), per_day=Decimal(1000), zone=None),
        ),
    ]
    assert (report.unknown, report.reserved) == (1, Decimal("0.04"))
    assert report.evals == {"triage": Decimal(9)}
    assert report.reused == Reused(answers=2, dollars=Decimal("0.60"))
    assert report.dearest[:2] == [
        DearCase(case=dear[0], workflow="triage", dollars=Decimal("0.50")),
        DearCase(case=stepped, workflow="invoices", dollars=Decimal("0.05")),
    ]
    assert [day.dollars for day in report.days] == [
        {"triage": Decimal(50)},
        {"invoices": Decimal("0.09"), "triage": Decimal("0.50")},
    ]
    alone = books.of_days(one(), workflow="invoices")
    assert (alone.dollars, [line.workflow for line in alone.workflows]) == (Decimal("0.09"), ["invoices"])
    assert alone.dearest[0].case == stepped
    assert not alone.evals


def test_a_day_that_costs_three_times_its_weekdays_is_named(books: CostBooks) -> None:
    for week in range(1, 5):
        at(books, DAY - timedelta(weeks=week))
        books.ask("9")
        books.ask("2", workflow="invoices")
    at(books, DAY)
    books.ask("41.20")
    books.ask("2", workflow="invoices")

    report = books.of_days(one())

    assert report.anomalies == [Anomaly(workflow="triage", day=DAY, dollars=Decimal("41.20"), usual=Decimal(9))]
    assert (report.usual, [line.usual for line in report.workflows]) == (Decimal(11), [Decimal(9), Decimal(2)])
    assert books.of_month(NOVEMBER).anomalies == report.anomalies
    late = books.of_days(Days(first=DAY - timedelta(days=2), last=DAY + timedelta(days=2), zone=BERLIN))
    assert (late.anomalies, late.usual) == (report.anomalies, None)


def test_what_a_cheaper_model_saved_is_the_same_tokens_at_the_other_price(books: CostBooks) -> None:
    at(books, DAY)
    usage = Usage(input_tokens=100_000, output_tokens=10_000)
    books.ask("0.15", usage=usage)
    books.ask("0.15", usage=usage)
    assert not books.of_days(one()).cheaper, "there is no other model to compare with"
    books.ask("0.0001", model="large", usage=Usage(input_tokens=10))
    assert books.of_days(one()).cheaper == [
        Cheaper(workflow="triage", model="small", dearest="large", saved=Decimal("2.70"))
    ]


def test_the_month_is_forecast_from_21_days_on(books: CostBooks) -> None:
    for day in range(21):
        at(books, DAY - timedelta(days=day))
        books.ask("2")
        if day == 19:
            early = books.of_days(one())
    assert early.month is not None
    assert (early.month.known, early.month.forecast) == (20, None)
    known = books.of_days(one()).month
    assert known is not None
    assert known.forecast is not None
    assert (known.first, known.so_far, known.forecast.expected) == (NOVEMBER.first, Decimal(34), Decimal(60))
    december = books.of_month(NOVEMBER).month
    assert december is not None
    assert (december.first, december.so_far) == (date(2026, 12, 1), Decimal(0))


def test_a_month_is_compared_with_the_month_before_only_where_that_is_known_whole(books: CostBooks) -> None:
    at(books, OCTOBER.first)
    books.ask("3")
    at(books, DAY)
    books.ask("5")
    report = books.of_month(NOVEMBER)
    assert (report.dollars, report.usual, report.workflows[0].usual) == (Decimal(5), Decimal(3), Decimal(3))
    assert books.of_month(OCTOBER).usual is None


def test_a_budget_of_another_zone_is_told_with_its_zone(make_world: MakeWorld) -> None:
    books = CostBooks(world=_world(make_world), zones=("America/New_York", "Europe/Madrid"))
    at(books, DAY, 2)
    books.ask("1")
    books.ask("2", workflow="invoices")
    budgets = {line.workflow: line.budget for line in books.of_days(one()).workflows}
    # Two in the morning in Berlin is the day before in New York; Madrid has Berlin's days under another name.
    assert budgets["triage"] is None
    there = {line.workflow: line.budget for line in books.of_days(one(DAY - timedelta(days=1))).workflows}
    assert there == {}
    assert budgets["invoices"] == BudgetUse(day=DAY, taken=Decimal(2), per_day=Decimal(1000), zone=None)
    books.world.clock.move(timedelta(hours=10))
    books.ask("1")
    (line,) = [line for line in books.of_days(one()).workflows if line.workflow == "triage"]
    assert line.budget == BudgetUse(day=DAY, taken=Decimal(1), per_day=Decimal(1000), zone="America/New_York")


def test_the_report_is_made_kept_and_read_again(make_world: MakeWorld, tmp_path: Path) -> None:
    books = CostBooks(world=_world(make_world))
    at(books, DAY)
    books.ask("3")
    at(books, DAY + timedelta(days=1), 8)
    made = make(books.context, JobName.COST, today=DAY + timedelta(days=1), zone=BERLIN)
    assert made is not None
    view = digest_view(books.context, made)
    again = preview(books.context, JobName.COST, today=DAY + timedelta(days=1), zone=BERLIN)
    assert view.figures == again.figures
    at(books, date(2026, 12, 1), 8)
    assert make(books.context, JobName.COST_MONTH, today=date(2026, 12, 1), zone=BERLIN) is not None
    assert make(books.context, JobName.COST_MONTH, today=date(2026, 12, 2), zone=BERLIN) is None

"""A day stands out beside its own weekdays only, and only by much."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from workflows.engine.digests.cost.usual import DailyCost, anomalies, usual
from workflows.engine.digests.cost.views import Anomaly

DAY = date(2026, 11, 17)
"""A Tuesday."""
WEEK = timedelta(weeks=1)


def course(today: str, before: Sequence[str | None], *, workflow: str | None = "triage") -> DailyCost:
    """The cost of a Tuesday and of those before it, the last one first; None: no case came in."""
    costs = {DAY: today} | {DAY - (number + 1) * WEEK: cost for number, cost in enumerate(before) if cost is not None}
    dollars = {day: Decimal(cost) for day, cost in costs.items()}
    return DailyCost(workflow=workflow, dollars=dollars, with_cases=set(costs))


def found(*courses: DailyCost, together: DailyCost | None = None) -> list[Anomaly]:
    return anomalies(courses, together or course("0", [], workflow=None), [DAY])


def test_more_than_three_times_the_median_and_more_than_a_dollar_above_it_stands_out() -> None:
    assert found(course("41.20", ["9", "8", "30"])) == [
        Anomaly(workflow="triage", day=DAY, dollars=Decimal("41.20"), usual=Decimal(9))
    ]
    assert not found(course("27", ["9", "8", "30"])), "three times is not more than three times"
    assert found(course("27.01", ["9", "8", "30"]))
    assert not found(course("1.00", ["0.30", "0.30", "0.30"])), "a dollar is not more than a dollar"
    assert found(course("1.31", ["0.30", "0.30", "0.30"]))


def test_fewer_than_three_such_days_are_nothing_to_compare_with() -> None:
    assert not found(course("100", ["1", "1"]))
    assert not found(course("100", ["1", "1", None]))
    assert found(course("100", ["1", "1", None, "1"]))
    assert usual(course("100", ["1", "1"]), [DAY]) is None


def test_days_without_cases_are_no_usual_days_and_days_that_cost_nothing_are() -> None:
    assert usual(course("1", [None, "4", "4", "4"]), [DAY]) == Decimal(4)
    assert usual(course("1", ["0", "0", "4", "4"]), [DAY]) == Decimal(2)
    assert found(course("1.01", ["0", "0", "0"])) == [
        Anomaly(workflow="triage", day=DAY, dollars=Decimal("1.01"), usual=Decimal(0))
    ]


def test_a_usual_day_is_of_four_weeks_and_an_anomaly_of_eight() -> None:
    many = course("41", ["1", "1", "1", "1", "20", "20", "20", "20", "500"])
    assert usual(many, [DAY]) == Decimal(1)
    (one,) = found(many)
    assert one.usual == Decimal("10.5")


def test_another_weekday_is_nothing_to_compare_with() -> None:
    days = {DAY: Decimal(50)} | {DAY - timedelta(days=back): Decimal(1) for back in range(1, 7)}
    assert not found(DailyCost(workflow="triage", dollars=days, with_cases=set(days)))


def test_all_together_are_named_only_where_no_workflow_is() -> None:
    together = course("50", ["10", "10", "10"], workflow=None)
    assert [one.workflow for one in found(course("41", ["9", "9", "9"]), together=together)] == ["triage"]
    assert [one.workflow for one in found(course("20", ["9", "9", "9"]), together=together)] == [None]


def test_several_days_are_compared_only_where_each_is() -> None:
    known = course("5", ["1", "2", "3"])
    assert usual(known, [DAY, DAY - WEEK]) is None
    assert usual(course("5", ["1", "2", "3", "4"]), [DAY, DAY - WEEK]) == Decimal("2.5") + Decimal(3)

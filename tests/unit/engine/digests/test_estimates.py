"""Estimates agree with what their sources say, and with what can be reckoned by hand."""

import math

import pytest
from scipy.stats import binomtest, t

from workflows.engine.digests.numbers.estimates import (
    Looks,
    Sample,
    Work,
    hours_freed,
    sample_of,
    wilson,
    wrong_share,
)


@pytest.mark.parametrize(("wrong", "number"), [(0, 30), (1, 30), (7, 62), (30, 30), (500, 10_000)])
def test_the_interval_of_a_share_is_wilsons(wrong: int, number: int) -> None:
    """As scipy has it, where every case was drawn with the same probability."""
    expected = binomtest(wrong, number).proportion_ci(0.9, method="wilson")
    assert wilson(wrong / number, number) == pytest.approx((expected.low, expected.high))
    looks = Looks(number=number, weight=number * 20.0, squares=number * 400.0, wrong=wrong * 20.0)
    found = wrong_share(looks)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((wrong / number, expected.low, expected.high))


def test_a_look_with_a_low_probability_stands_for_more_cases() -> None:
    """Thirty looks at one in two, all right, and ten at one in twenty, one of them wrong: 20 of 260."""
    looks = Looks(number=40, weight=30 * 2 + 10 * 20.0, squares=30 * 4 + 10 * 400.0, wrong=20.0)
    found = wrong_share(looks)
    assert found is not None
    assert found.value == pytest.approx(20 / 260)
    effective = 260**2 / 4120
    assert (found.low, found.high) == pytest.approx(wilson(20 / 260, effective))
    assert effective < 40, "unequal weights are worth fewer looks"


def test_fewer_than_thirty_looks_are_too_few() -> None:
    assert wrong_share(Looks(number=29, weight=29.0, squares=29.0, wrong=0.0)) is None
    assert wrong_share(Looks(number=0, weight=0.0, squares=0.0, wrong=0.0)) is None


def test_a_sample_knows_its_mean_and_deviation() -> None:
    assert sample_of(3, 18.0, 25.0 + 36.0 + 49.0) == Sample(number=3, mean=6.0, deviation=1.0)
    assert sample_of(1, 6.0, 36.0) == Sample(number=1, mean=6.0, deviation=None)
    assert sample_of(3, 0.3, 0.03).deviation == pytest.approx(0.0, abs=1e-8), "values that are all alike"


def work(
    *, cases: int = 60, minutes: Sample, seconds: Sample | None = None, decisions: int = 0, paid: float = 0.0
) -> Work:
    return Work(cases=cases, minutes=minutes, decisions=decisions, seconds=seconds, paid=paid)


def test_hours_freed_are_the_work_less_peoples_time_and_the_cost() -> None:
    """100 cases of 6 minutes, 50 decisions of 72 seconds, and two hours' worth of models: 10 - 1 - 2."""
    minutes = Sample(number=100, mean=6.0, deviation=2.0)
    seconds = Sample(number=64, mean=72.0, deviation=36.0)
    found = hours_freed([work(cases=100, minutes=minutes, seconds=seconds, decisions=50, paid=2.0)])
    assert found.value == pytest.approx(7.0)
    half = 1.6448536 * math.sqrt((100 / 60 * 2 / 10) ** 2 + (50 / 3600 * 36 / 8) ** 2)
    assert (found.low, found.high) == pytest.approx((7 - half, 7 + half))
    assert found.number == 64


def test_few_timings_make_a_wider_interval() -> None:
    few, many = (
        hours_freed([work(minutes=Sample(number=number, mean=6.0, deviation=2.0 * math.sqrt(number)))])
        for number in (5, 100)
    )
    assert few.high is not None
    assert many.high is not None
    assert few.high - few.value == pytest.approx((many.high - many.value) / 1.6448536 * t.ppf(0.95, 4))


@pytest.mark.parametrize("number", [0, 1])
def test_a_stated_baseline_and_a_single_timing_have_no_interval(number: int) -> None:
    found = hours_freed([work(minutes=Sample(number=number, mean=6.0, deviation=None))])
    assert (found.value, found.low, found.high, found.number) == (6.0, None, None, number)


def test_several_workflows_add_up_and_their_errors_less_than_that() -> None:
    one = work(minutes=Sample(number=50, mean=6.0, deviation=3.0))
    alone, both = hours_freed([one]), hours_freed([one, one])
    assert alone.high is not None
    assert both.high is not None
    assert both.value == 2 * alone.value
    assert both.high - both.value == pytest.approx((alone.high - alone.value) * math.sqrt(2))


def test_more_may_be_spent_than_is_freed() -> None:
    slow = Sample(number=40, mean=900.0, deviation=10.0)
    assert hours_freed([work(cases=1, minutes=slow, seconds=slow, decisions=100)]).value == pytest.approx(15 - 25)

"""The forecast of a month is plain arithmetic on its weekdays, and says how sure it is."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest

from workflows.engine.digests.cost.forecast import forecast
from workflows.engine.digests.cost.views import Forecast

LAST = date(2026, 11, 15)


def days_before(number: int) -> list[date]:
    return [LAST - timedelta(days=back) for back in range(number)]


LEFT = [LAST + timedelta(days=ahead) for ahead in range(1, 16)]


def test_the_same_every_week_goes_on_so_without_any_doubt() -> None:
    known = {day: Decimal(2 if day.weekday() > 4 else 10) for day in days_before(56)}
    total = Decimal(11 * 10 + 4 * 2)
    assert forecast(known, so_far=Decimal(100), left=LEFT) == Forecast(
        expected=100 + total, least=100 + total, most=100 + total
    )


def test_fewer_than_21_days_make_no_forecast() -> None:
    known = dict.fromkeys(days_before(20), Decimal(1))
    assert forecast(known, so_far=Decimal(1), left=LEFT) is None
    assert forecast(dict.fromkeys(days_before(21), Decimal(1)), so_far=Decimal(1), left=LEFT) is not None


def test_a_month_that_is_over_is_no_forecast() -> None:
    assert forecast({}, so_far=Decimal(7), left=[]) == Forecast(expected=Decimal(7), least=Decimal(7), most=Decimal(7))


def test_a_month_never_costs_less_than_it_has() -> None:
    known = {day: Decimal(100 if place == 0 else 0) for place, day in enumerate(days_before(21))}
    said = forecast(known, so_far=Decimal(100), left=LEFT)
    assert said is not None
    assert said.least == Decimal(100)


def test_the_range_is_the_textbooks() -> None:
    """Recomputed from the 21 numbers: s^2 of 14 degrees of freedom, and Student's t, from a table: 1.345."""
    known = {day: Decimal(1 + place // 7) for place, day in enumerate(days_before(21))}
    said = forecast(known, so_far=Decimal(0), left=LEFT[:7])
    assert said is not None
    assert said.expected == Decimal(14)
    # Each weekday cost 1, 2 and 3: the squares add up to 14, s is 1. Seven days, each 1 + 1/3.
    assert float(said.most - said.expected) == pytest.approx(1.345 * (7 * (1 + 1 / 3)) ** 0.5, rel=1e-3)


def test_of_many_months_about_four_fifths_end_within_the_range() -> None:
    made, inside = random.Random(7), 0
    for _ in range(400):
        known = {day: Decimal(str(round(10 + made.gauss(0, 2), 4))) for day in days_before(56)}
        said = forecast(known, so_far=Decimal(0), left=LEFT)
        real = sum(10 + made.gauss(0, 2) for _ in LEFT)
        assert said is not None
        inside += float(said.least) <= real <= float(said.most)
    assert 0.74 <= inside / 400 <= 0.86

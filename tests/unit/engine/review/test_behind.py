"""Spot checks fall behind once somebody has worked after they were due: no weekend and no holiday is a delay."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.sample import Desk, sample_workflow
from workflows import Autonomy, Review, WorkingHours
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.review.spot_checks.behind import behind_of

MONDAY = datetime(2026, 11, 16, 10, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def desk(hours: WorkingHours | None) -> AnyWorkflow:
    workflow = sample_workflow(Desk(), autonomy=Autonomy.floor(0.8, spot_checks=1))
    workflow.review = Review(reviewers=["U0ANA"], hours=hours)
    return workflow


def nine_to_five(*holidays: date) -> WorkingHours:
    return WorkingHours(holidays=holidays)


@pytest.mark.parametrize(
    ("hours", "drawn", "at", "is_behind"),
    [
        (None, MONDAY, MONDAY + timedelta(days=2), False),
        (None, MONDAY, MONDAY + timedelta(days=2, hours=1), True),
        (None, FRIDAY, datetime(2026, 11, 24, 9, 0, tzinfo=UTC), False),
        (None, FRIDAY, datetime(2026, 11, 24, 11, 0, tzinfo=UTC), True),
        (nine_to_five(), MONDAY, datetime(2026, 11, 18, 11, 0, tzinfo=UTC), True),
        # Two working days are over at the end of Tuesday, and nobody works before Wednesday.
        (nine_to_five(), MONDAY - HOUR, datetime(2026, 11, 18, 8, 59, tzinfo=UTC), False),
        (nine_to_five(), MONDAY - HOUR, datetime(2026, 11, 18, 9, 1, tzinfo=UTC), True),
        (nine_to_five(), FRIDAY - 25 * HOUR, datetime(2026, 11, 22, 12, 0, tzinfo=UTC), False),
        # A holiday that was written down after the draw.
        (nine_to_five(date(2026, 11, 17)), MONDAY, datetime(2026, 11, 18, 11, 0, tzinfo=UTC), False),
        (nine_to_five(date(2026, 11, 17)), MONDAY, datetime(2026, 11, 19, 11, 0, tzinfo=UTC), True),
    ],
)
def test_two_working_days_of_the_workflow_are_given(
    hours: WorkingHours | None, drawn: datetime, at: datetime, is_behind: bool
) -> None:
    assert (behind_of(desk(hours), [drawn], at=at) is not None) is is_behind


def test_it_says_how_many_wait_and_since_when() -> None:
    later = MONDAY + timedelta(days=2)
    drawn: Sequence[datetime] = [MONDAY, MONDAY + HOUR, later]
    found = behind_of(desk(None), drawn, at=MONDAY + timedelta(days=3))
    assert found is not None
    assert (found.number, found.oldest) == (2, MONDAY)
    assert behind_of(desk(None), [], at=later) is None

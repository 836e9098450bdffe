"""A system's state after its calls: said late enough to be true, and changed seldom enough to be read."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from store.states import Health
from workflows.engine.health.rules import QUIET, Figures, next_state

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATELY, BEFORE = AT - timedelta(seconds=10), AT - QUIET
WELL, TROUBLED, DOWN = Health.WELL, Health.TROUBLED, Health.DOWN


def after(now: Health, *, is_watched: bool = False, **figures: object) -> Health:
    """The next state, where calls were answered and failed just now unless told otherwise."""
    times = {"last_ok_at": LATELY, "last_bad_at": LATELY}
    return next_state(now, Figures(**{**times, **figures}), at=AT, is_watched=is_watched)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answered", "failed", "broken", "to"),
    [
        (0, 4, 0, WELL),  # one case that is tried again
        (0, 5, 0, TROUBLED),
        (15, 5, 0, TROUBLED),
        (16, 5, 0, WELL),
        (15, 2, 3, TROUBLED),  # answers of another form count as well
        (1_000, 100, 0, WELL),
        (0, 0, 0, WELL),
    ],
)
def test_trouble_begins_at_a_few_bad_calls_that_are_a_quarter_of_all(
    answered: int, failed: int, broken: int, to: Health
) -> None:
    assert after(WELL, answered=answered, failed=failed, broken=broken) is to


@pytest.mark.parametrize(("failed", "to"), [(5, TROUBLED), (2, TROUBLED), (1, WELL), (0, WELL)])
def test_between_a_quarter_and_a_twentieth_nothing_changes(failed: int, to: Health) -> None:
    assert after(TROUBLED, answered=19, failed=failed) is to
    assert after(WELL, answered=19, failed=failed) is WELL


def test_it_is_down_where_nothing_is_answered_unless_others_tell_of_its_outages() -> None:
    silent: dict[str, Any] = {"answered": 0, "failed": 10, "last_ok_at": None}
    assert after(TROUBLED, **silent) is DOWN
    assert after(WELL, **silent) is TROUBLED, "one step after the other"
    assert after(TROUBLED, is_watched=True, **silent) is TROUBLED
    assert after(TROUBLED, answered=0, failed=9, broken=1, last_ok_at=None) is TROUBLED, "it answers, if not as agreed"


@pytest.mark.parametrize("now", [TROUBLED, DOWN])
def test_one_answer_ends_nothing_before_a_quiet_time(now: Health) -> None:
    assert after(now, answered=1, failed=10, last_bad_at=AT - QUIET + timedelta(seconds=1)) is now
    assert after(now, answered=1, failed=10, last_bad_at=BEFORE) is WELL
    assert after(now, answered=1, failed=10, last_bad_at=BEFORE, last_ok_at=BEFORE - QUIET) is now


def test_without_calls_nothing_is_known_and_nothing_changes() -> None:
    for now in Health:
        assert after(now, last_ok_at=None, last_bad_at=None) is now

"""The arithmetic of the soak: slopes that single values do not move, events of a log, and when midnight comes."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from benchmarks.soak.figures import after, events, slope
from benchmarks.soak.installation import zone_with_midnight
from benchmarks.soak.truth import reference_in, text_of, truth


def test_a_slope_is_by_the_hour_and_no_single_value_moves_it() -> None:
    steady = [(hour / 10, 400 + 3 * hour / 10) for hour in range(20)]
    found = slope(steady)
    assert found is not None
    assert abs(found - 3) < 1e-9
    steady[7] = (0.7, 9_000.0)
    jumped = slope(steady)
    assert jumped is not None
    assert abs(jumped - 3) < 1e-9


def test_fewer_than_two_times_have_no_slope() -> None:
    assert slope([]) is None
    assert slope([(1.0, 5.0)]) is None
    assert slope([(1.0, 5.0), (1.0, 6.0)]) is None


def test_the_points_of_the_warming_up_are_left_out() -> None:
    assert after([(0.1, 1.0), (0.5, 2.0), (0.9, 3.0)], 0.5) == [(0.5, 2.0), (0.9, 3.0)]


def test_warnings_and_errors_are_counted_by_event_and_other_lines_are_told() -> None:
    lines = [
        json.dumps({"event": "message.sent", "level": "info"}),
        json.dumps({"event": "webhook.refused", "level": "warning", "source": 1}),
        json.dumps({"event": "webhook.refused", "level": "warning", "source": 2}),
        json.dumps({"event": "run.stopped", "level": "error"}),
        "Traceback (most recent call last):",
        "",
    ]
    assert events(lines) == {
        ("warning", "webhook.refused"): 2,
        ("error", "run.stopped"): 1,
        ("unread", "Traceback (most recent call last):"): 1,
    }


def test_midnight_comes_within_half_an_hour_of_when_it_is_wanted() -> None:
    for minute in range(0, 24 * 60, 7):
        now = datetime(2026, 11, 30, tzinfo=UTC) + timedelta(minutes=minute)
        local = now.astimezone(ZoneInfo(zone_with_midnight(now, timedelta(hours=1))))
        tomorrow = datetime.combine(local.date() + timedelta(days=1), datetime.min.time(), tzinfo=local.tzinfo)
        assert abs((tomorrow - local) - timedelta(hours=1)) <= timedelta(minutes=30)


def test_a_text_says_which_case_it_is_and_the_same_is_true_of_it_each_time() -> None:
    for number in range(1, 200):
        reference = f"T{number}"
        assert reference_in(f"1. {text_of(reference, again=True)}") == reference
        assert truth(reference) == truth(reference)

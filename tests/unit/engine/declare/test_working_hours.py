"""Deadlines count working time only, in the workflow's time zone, whatever its clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import Review, WorkingHours
from workflows.engine.declare.working_hours import Day, end_of_wait
from workflows.engine.errors import BadDeclaration

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = WorkingHours(holidays=[date(2026, 12, 25)])
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ROUND_THE_CLOCK = WorkingHours(days=DAYS, begin=time(0), end=time(0))
ZONES = [ZoneInfo(name) for name in ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata")]
"""One changes its clocks by half an hour, one never."""


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


def due(start: str, wait: timedelta, hours: WorkingHours | None = OFFICE) -> str:
    return f"{end_of_wait(local(start), wait, hours, BERLIN).astimezone(BERLIN):%a %Y-%m-%d %H:%M}"


def test_a_wait_goes_on_when_people_work_again() -> None:
    assert due("2026-11-20 15:00", 2 * HOUR) == "Fri 2026-11-20 17:00"
    assert due("2026-11-20 15:00", 3 * HOUR) == "Mon 2026-11-23 10:00"
    assert due("2026-11-20 22:00", HOUR) == "Mon 2026-11-23 10:00"
    assert due("2026-11-21 12:00", 8 * HOUR) == "Mon 2026-11-23 17:00"
    assert due("2026-11-23 05:00", HOUR) == "Mon 2026-11-23 10:00"
    assert due("2026-12-24 16:00", 2 * HOUR) == "Mon 2026-12-28 10:00"


def test_without_working_hours_all_time_counts() -> None:
    assert due("2026-11-20 22:00", 3 * HOUR, None) == "Sat 2026-11-21 01:00"


def test_without_a_wait_it_is_now_or_when_people_work_again() -> None:
    assert due("2026-11-20 15:00", timedelta(0)) == "Fri 2026-11-20 15:00"
    assert due("2026-11-20 18:00", timedelta(0)) == "Mon 2026-11-23 09:00"


def test_a_day_of_work_is_as_long_as_it_really_is_where_clocks_change() -> None:
    """A Sunday of 23 hours, and one of 25."""
    assert due("2026-03-29 00:00", 23 * HOUR, ROUND_THE_CLOCK) == "Mon 2026-03-30 00:00"
    assert due("2026-10-25 00:00", 25 * HOUR, ROUND_THE_CLOCK) == "Mon 2026-10-26 00:00"
    assert due("2026-03-27 16:00", 2 * HOUR) == "Mon 2026-03-30 10:00"
    assert due("2026-10-23 16:00", 2 * HOUR) == "Mon 2026-10-26 10:00"


def test_hours_that_begin_at_a_time_that_is_skipped_begin_as_much_later() -> None:
    night = WorkingHours(days=["sun"], begin=time(2, 30), end=time(5))
    assert due("2026-03-28 12:00", HOUR, night) == "Sun 2026-03-29 04:30"
    early = WorkingHours(days=["sun"], begin=time(2), end=time(2, 30))
    assert due("2026-10-24 12:00", HOUR / 2, early) == "Sun 2026-10-25 02:30"
    gone = WorkingHours(days=["sun"], begin=time(2, 45), end=time(3, 15))
    assert due("2026-03-28 12:00", MINUTE, gone) == "Sun 2026-04-05 02:46"


@st.composite
def _hours(draw: st.DrawFn) -> WorkingHours:
    begin = draw(st.integers(0, 23 * 60 + 45))
    end = draw(st.integers(begin + 15, 24 * 60))
    return WorkingHours(
        days=draw(st.lists(st.sampled_from(DAYS), min_size=1, unique=True)),
        begin=time(begin // 60, begin % 60),
        end=time(end // 60 % 24, end % 60),
        holidays=draw(st.lists(st.dates(date(2026, 3, 20), date(2026, 4, 10)), max_size=3)),
    )


_starts = st.builds(
    lambda day, minute: datetime.combine(day, time(0), tzinfo=UTC) + minute * MINUTE,
    st.dates(date(2026, 3, 1), date(2026, 4, 10)) | st.dates(date(2026, 10, 1), date(2026, 11, 5)),
    st.integers(0, 24 * 60 - 1),
)
_waits = st.integers(0, 3_000).map(lambda minutes: minutes * MINUTE)


@given(_starts, _waits, _waits, _hours(), st.sampled_from(ZONES))
def test_two_waits_one_after_the_other_are_as_long_as_both_together(
    start: datetime, first: timedelta, then: timedelta, hours: WorkingHours, zone: ZoneInfo
) -> None:
    """So a longer wait never ends earlier, and none ends before as much time has passed."""
    half = end_of_wait(start, first, hours, zone)
    assert start + first <= half <= end_of_wait(start, first + then, hours, zone)
    if then:
        assert end_of_wait(half, then, hours, zone) == end_of_wait(start, first + then, hours, zone)


def _worked(start: datetime, end: datetime, hours: WorkingHours, zone: ZoneInfo) -> timedelta:
    """Add up the working time between two times, day by day."""
    total, day = timedelta(0), start.astimezone(zone).date() - timedelta(days=1)
    while day <= end.astimezone(zone).date():
        if DAYS[day.weekday()] in hours.days and day not in hours.holidays:
            last = day + timedelta(days=1) if hours.end == time(0) else day
            begins = datetime.combine(day, hours.begin, tzinfo=zone).astimezone(UTC)
            ends = datetime.combine(last, hours.end, tzinfo=zone).astimezone(UTC)
            total += max(min(ends, end) - max(begins, start), timedelta(0))
        day += timedelta(days=1)
    return total


@given(_starts, _waits, _hours(), st.sampled_from(ZONES))
def test_exactly_so_much_working_time_lies_within_a_wait(
    start: datetime, wait: timedelta, hours: WorkingHours, zone: ZoneInfo
) -> None:
    end = end_of_wait(start, wait, hours, zone)
    assert _worked(start, end, hours, zone) == wait
    if wait:
        assert _worked(start, end - MINUTE, hours, zone) == wait - MINUTE


def test_hours_that_never_come_are_refused() -> None:
    wrong = [
        {"days": []},
        {"days": ["monday"]},
        {"days": "mon"},
        {"begin": time(9), "end": time(9, 14)},
        {"begin": time(17), "end": time(9)},
        {"begin": time(9, tzinfo=UTC)},
        {"holidays": [datetime(2026, 12, 25, tzinfo=UTC)]},
        {"holidays": ["2026-12-25"]},
    ]
    for hours in wrong:
        with pytest.raises(BadDeclaration):
            WorkingHours(**hours)  # type: ignore[arg-type]  # wrong on purpose
    for within in (timedelta(0), timedelta(days=367)):
        with pytest.raises(BadDeclaration, match="answer_within"):
            Review(answer_within=within)


def test_the_longest_answer_in_the_shortest_hours_has_an_end() -> None:
    least = WorkingHours(days=["wed"], begin=time(9), end=time(9, 15))
    assert end_of_wait(local("2026-01-01 00:00"), timedelta(days=366), least, BERLIN).year == 2699

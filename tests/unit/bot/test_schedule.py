"""The clock of the daily job: when it is time, for which date, and that nothing stops it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from queue import Queue
from threading import Event, active_count
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from bot.serve.schedule import Daily, Schedule, Turn, day_of_last_slot, slot_of_today
from tests.waiting import LONGEST

BERLIN = ZoneInfo("Europe/Berlin")
PATIENCE = LONGEST
"""Seconds after which something that should have happened did not."""
LOOK = 0.005
"""Seconds between two looks at the clock, here."""


@contextmanager
def started(schedule: Schedule) -> Iterator[None]:
    schedule.start()
    try:
        yield
    finally:
        schedule.stop()


def daily(make: Callable[[date], object], at: time, *, name: str = "failures") -> Daily:
    return Daily(name=name, at=at, make=make)


def berlin(text: str) -> datetime:
    """A local time in Berlin, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


class Wall:
    """A clock on the wall in Berlin, which anybody may set."""

    def __init__(self, text: str) -> None:
        self.set(text)

    def set(self, text: str) -> None:
        self.time = berlin(text)

    def __call__(self) -> datetime:
        return self.time


def days(at: time, first: str, hours: int) -> list[int]:
    """The days of the month whose slots come within so many hours, looking every ten minutes, as often as they come."""
    begin = berlin(first)
    found = [day_of_last_slot(begin + timedelta(minutes=10 * n), at=at, zone=BERLIN).day for n in range(6 * hours)]
    return [later for earlier, later in pairwise(found) if earlier != later]


def test_the_slot_of_today_follows_from_the_local_date() -> None:
    """At eight in Berlin, whether it is before or after, on both sides of midnight."""
    slot = datetime(2026, 11, 20, 7, tzinfo=UTC)
    for now in ("2026-11-20 00:00:00", "2026-11-20 08:00:00", "2026-11-20 23:59:59"):
        assert slot_of_today(berlin(now), at=time(8), zone=BERLIN) == slot
    assert slot_of_today(berlin("2026-11-21 00:00:00"), at=time(8), zone=BERLIN) == slot + timedelta(days=1)


def test_a_slot_in_the_hour_that_spring_leaves_out_comes_once_and_an_hour_late() -> None:
    late = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # half past three by the clock on the wall
    assert slot_of_today(berlin("2027-03-28 00:30:00"), at=time(2, 30), zone=BERLIN) == late
    assert days(time(2, 30), "2027-03-27 00:00:00", 72) == [27, 28, 29]


def test_a_slot_in_the_hour_that_autumn_repeats_comes_once() -> None:
    assert days(time(2, 30), "2026-10-24 00:00:00", 72) == [24, 25, 26]


def test_each_day_is_made_at_its_slot_and_what_failed_is_tried_again() -> None:
    wall, made, broken = Wall("2026-11-20 07:59:59"), Queue[date](), [True, True, False, False]

    def make(day: date) -> None:
        made.put(day)
        if broken.pop(0):
            raise ValueError("the database is away")

    with capture_logs() as logs, started(Schedule([daily(make, time(8))], zone=BERLIN, clock=wall, look=LOOK)):
        wall.set("2026-11-20 08:00:00")
        assert [made.get(timeout=PATIENCE).day for _ in range(3)] == [20, 20, 20]
        wall.set("2026-11-21 09:30:00")
        assert made.get(timeout=PATIENCE).day == 21
    assert made.empty()
    failed = ("job.failed", "2026-11-20", "ValueError", "error")
    assert [(log["event"], log["date"], log["error"], log["log_level"]) for log in logs] == [failed, failed]


def test_a_slot_of_today_that_has_passed_is_made_up_for_at_the_start_and_none_of_another_day() -> None:
    made: Queue[date] = Queue()
    with (
        started(Schedule([daily(made.put, time(9))], zone=BERLIN, clock=Wall("2026-11-20 08:30:00"), look=LOOK)),
        started(Schedule([daily(made.put, time(8))], zone=BERLIN, clock=Wall("2026-11-21 08:30:00"), look=LOOK)),
    ):
        assert made.get(timeout=PATIENCE).day == 21
    assert made.empty()


@pytest.mark.parametrize("wrong", ["2028-01-01 12:00:00", "2025-10-16 12:00:00"])
def test_one_moment_of_a_wrong_clock_stops_no_later_day(wrong: str) -> None:
    """F69: 400 days ahead, or back."""
    wall, made = Wall("2026-11-20 07:00:00"), Queue[date]()
    with started(Schedule([daily(made.put, time(8))], zone=BERLIN, clock=wall, look=LOOK)):
        wall.set(wrong)
        assert made.get(timeout=PATIENCE).isoformat() == wrong[:10]
        wall.set("2026-11-20 08:00:10")
        assert made.get(timeout=PATIENCE).day == 20
        wall.set("2026-11-21 08:00:00")
        assert made.get(timeout=PATIENCE).day == 21


def test_start_returns_at_once_and_stop_waits_for_what_is_being_made_and_leaves_no_thread() -> None:
    before = active_count()
    begun, go_on, done = Event(), Event(), Event()

    def make(day: date) -> None:
        begun.set()
        go_on.wait(PATIENCE)
        done.set()

    schedule = Schedule([daily(make, time(0))], zone=BERLIN, clock=Wall("2026-11-20 08:00:00"))
    schedule.start()
    assert begun.wait(PATIENCE)
    go_on.set()
    schedule.stop()
    assert done.is_set()
    assert active_count() == before


def test_a_turn_is_begun_also_while_a_daily_job_takes_long() -> None:
    """A digest of many cases holds no look for cases up."""
    begun, making, go_on = Queue[None](), Event(), Event()

    def make(_: date) -> None:
        making.set()
        assert go_on.wait(PATIENCE)

    turn = Turn(name="fetches", every=LOOK, begin=lambda: begun.put(None), stop=lambda: None)
    wall = Wall("2026-11-20 08:30:00")
    with started(Schedule([daily(make, time(8))], zone=BERLIN, clock=wall, look=LOOK, turns=[turn])):
        try:
            assert making.wait(PATIENCE)
            while not begun.empty():
                begun.get()
            for _ in range(3):
                begun.get(timeout=PATIENCE)
        finally:
            go_on.set()


def test_stop_of_what_was_never_started_or_is_stopped_does_nothing() -> None:
    schedule = Schedule([daily(lambda _: None, time(0))], zone=BERLIN, clock=Wall("2026-11-20 08:00:00"))
    schedule.stop()
    schedule.start()
    schedule.stop()
    schedule.stop()

"""The clock of the daily job: when it is time, for which date, and that nothing stops it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from queue import Queue
from threading import Event, active_count
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from bot.schedule import Schedule, daily, slot_of_today

BERLIN = ZoneInfo("Europe/Berlin")
PATIENCE = 5.0
"""Seconds after which something that should have happened did not."""


@contextmanager
def started(schedule: Schedule) -> Iterator[None]:
    schedule.start()
    try:
        yield
    finally:
        schedule.stop()


def berlin(text: str) -> datetime:
    """A local time in Berlin, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


def now() -> datetime:
    """The time of this machine, which APScheduler goes by."""
    return datetime.now(UTC)


def zone_far_from_midnight() -> ZoneInfo:
    """A zone in which the date does not change during a test, and mostly is another one than here."""
    return ZoneInfo("UTC" if 6 <= now().hour < 14 else "Pacific/Kiritimati")


def slots(at: time, first: date, count: int) -> list[datetime]:
    """The slots from a local date on, in UTC, as APScheduler goes from one to the next."""
    trigger = daily(at, BERLIN)
    moment, before = datetime.combine(first, time.min, tzinfo=BERLIN), None
    found = []
    for _ in range(count):
        before = trigger.get_next_fire_time(before, moment)
        found.append(before.astimezone(UTC))
        moment = (found[-1] + timedelta(seconds=1)).astimezone(BERLIN)
    return found


def test_the_slot_of_today_follows_from_the_local_date() -> None:
    """At eight in Berlin, whether it is before or after, on both sides of midnight."""
    slot = datetime(2026, 11, 20, 7, tzinfo=UTC)
    for now in ("2026-11-20 00:00:00", "2026-11-20 08:00:00", "2026-11-20 23:59:59"):
        assert slot_of_today(berlin(now), at=time(8), zone=BERLIN) == slot
    assert slot_of_today(berlin("2026-11-21 00:00:00"), at=time(8), zone=BERLIN) == slot + timedelta(days=1)


def test_a_slot_in_the_hour_that_spring_leaves_out_comes_once_and_an_hour_late() -> None:
    late = datetime(2027, 3, 28, 1, 30, tzinfo=UTC)  # half past three by the clock on the wall
    assert slots(time(2, 30), date(2027, 3, 27), 3) == [
        datetime(2027, 3, 27, 1, 30, tzinfo=UTC),
        late,
        datetime(2027, 3, 29, 0, 30, tzinfo=UTC),
    ]
    assert slot_of_today(berlin("2027-03-28 00:30:00"), at=time(2, 30), zone=BERLIN) == late


def test_a_slot_in_the_hour_that_autumn_repeats_comes_twice_for_one_date() -> None:
    """The job is told the same date both times; that there is one digest for it is for its unique key to see to."""
    found = slots(time(2, 30), date(2026, 10, 24), 4)
    assert [slot.astimezone(BERLIN).date().day for slot in found] == [24, 25, 25, 26]
    assert found[2] - found[1] == timedelta(hours=1)


def test_the_job_is_run_for_the_date_of_its_slot_and_one_that_failed_does_not_stop_the_next() -> None:
    """The first is the slot of yesterday, missed and made up for; the second is that of today, which comes now."""
    zone = zone_far_from_midnight()
    made: Queue[date] = Queue()

    def make(day: date) -> None:
        made.put(day)
        raise ValueError("the database is away")

    moment = datetime.now(zone)
    at = (moment + timedelta(seconds=1.4)).time().replace(microsecond=0)
    today, yesterday = moment.date(), moment.date() - timedelta(days=1)

    with (
        capture_logs() as logs,
        started(Schedule(make, at=at, zone=zone, clock=lambda: moment.astimezone(UTC) - timedelta(days=1))),
    ):
        assert made.get(timeout=PATIENCE) == yesterday
        assert made.get(timeout=PATIENCE) == today

    assert [(entry["event"], entry["date"], entry["error"], entry["log_level"]) for entry in logs] == [
        ("digest.failed", yesterday.isoformat(), "ValueError", "error"),
        ("digest.failed", today.isoformat(), "ValueError", "error"),
    ]


def test_a_slot_that_has_passed_is_made_up_for_once_and_one_to_come_is_waited_for() -> None:
    """Of two schedules, one late in the day and one early."""
    zone = zone_far_from_midnight()
    moment = datetime.now(zone)
    made: Queue[date] = Queue()
    with (
        started(Schedule(made.put, at=time(23, 59), zone=zone, clock=lambda: moment)),
        started(Schedule(made.put, at=time(0), zone=zone, clock=lambda: moment)),
    ):
        assert made.get(timeout=PATIENCE) == moment.date()
    assert made.empty()


def test_days_that_a_process_was_away_are_one_run_for_the_last_of_them() -> None:
    """Which days that one has to cover, the database knows."""
    zone = zone_far_from_midnight()
    moment = datetime.now(zone)
    made: Queue[date] = Queue()
    with started(Schedule(made.put, at=time(0), zone=zone, clock=lambda: moment - timedelta(days=3))):
        assert made.get(timeout=PATIENCE) == moment.date()
    assert made.empty()


def test_start_returns_at_once_and_stop_waits_for_what_is_being_made_and_leaves_no_thread() -> None:
    before = active_count()
    begun, go_on, done = Event(), Event(), Event()

    def make(day: date) -> None:
        begun.set()
        go_on.wait(PATIENCE)
        done.set()

    schedule = Schedule(make, at=time(0), zone=zone_far_from_midnight(), clock=now)
    schedule.start()
    assert begun.wait(PATIENCE)
    go_on.set()
    schedule.stop()
    assert done.is_set()
    assert active_count() == before


def test_stop_of_what_was_never_started_or_is_stopped_does_nothing() -> None:
    schedule = Schedule(lambda _: None, at=time(0), zone=zone_far_from_midnight(), clock=now)
    schedule.stop()
    schedule.start()
    schedule.stop()
    schedule.stop()


def test_the_scheduler_is_quiet_below_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    made: Queue[date] = Queue()
    with (
        caplog.at_level(logging.DEBUG),
        started(Schedule(made.put, at=time(0), zone=zone_far_from_midnight(), clock=now)),
    ):
        made.get(timeout=PATIENCE)
    assert caplog.records == []

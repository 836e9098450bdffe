"""The clock that starts the daily job. It remembers nothing: what was made already, the database knows.

APScheduler says when it is time. For which date it is time follows from the slot of the schedule, so that a job that
starts late, or on a machine whose clock was put back, still belongs to its own day.
"""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import structlog
from apscheduler.events import EVENT_JOB_EXECUTED, JobExecutionEvent  # type: ignore[import-untyped]  # ships no types
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]  # ships no types
from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]  # ships no types

log = structlog.get_logger()

_DAILY = "daily"


class Schedule:
    """Has something made each day at a local time, in threads of its own. It can be started once."""

    def __init__(
        self, make: Callable[[date], object], *, at: time, zone: ZoneInfo, clock: Callable[[], datetime]
    ) -> None:
        """`make`: makes what belongs to a local date, or nothing where that is made already; it may be called twice
        for a date. `at`: the time of day in `zone`, to the second."""
        self._make = make
        self._at = at
        self._zone = zone
        self._clock = clock
        self._scheduler = BackgroundScheduler(
            timezone=zone,
            executors={"default": {"type": "threadpool", "max_workers": 1}},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin, and catch up in the background where the slot of today has passed. Returns at once."""
        # It tells of every run; what is worth telling of one, we tell.
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        self._scheduler.add_listener(self._slot_came, EVENT_JOB_EXECUTED)
        # A slot of today that has passed is one that APScheduler missed, and it runs that at once. The job itself does
        # nothing, since only listeners are told the slot.
        today = slot_of_today(self._clock(), at=self._at, zone=self._zone)
        self._scheduler.add_job(_nothing, daily(self._at, self._zone), id=_DAILY, next_run_time=today)
        # While a machine sleeps, a wait of hours stands still; one of a minute soon notices.
        self._scheduler.add_job(_nothing, "interval", minutes=1)
        self._scheduler.start()

    def stop(self) -> None:
        """Stop, once what is being made is made. Nothing happens where it does not run."""
        if self._scheduler.running:
            self._scheduler.shutdown()

    def _slot_came(self, event: JobExecutionEvent) -> None:
        if event.job_id == _DAILY:
            slot: datetime = event.scheduled_run_time
            self._make_for(slot.astimezone(self._zone).date())

    def _make_for(self, day: date) -> None:
        try:
            self._make(day)
        except Exception as error:  # the loop's edge: the next day's run makes up for it
            log.error("digest.failed", date=day.isoformat(), error=type(error).__name__, exc_info=True)


def daily(at: time, zone: ZoneInfo) -> CronTrigger:
    """The slots of a local time of day. In autumn there may be two on a date, in spring one that comes late."""
    return CronTrigger(hour=at.hour, minute=at.minute, second=at.second, timezone=zone)


def slot_of_today(now: datetime, *, at: time, zone: ZoneInfo) -> datetime:
    """The slot of the local date of now, passed or not, in UTC; of two the first."""
    return datetime.combine(now.astimezone(zone).date(), at, tzinfo=zone).astimezone(UTC)


def _nothing() -> None:
    pass

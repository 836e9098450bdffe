"""The clock of the daily jobs, and of what is looked for again and again.

It remembers nothing that a wrong clock could spoil: what was made, the database knows.

APScheduler has it look at the time again and again. By itself it notes when it wakes up next, and after one look at a
clock that is 400 days ahead it would sleep for 400 days; so its waits are bounded here, and what it noted is reckoned
anew.

Each job looks whether a slot of its own has passed, since APScheduler's own CronTrigger cannot say so. What it notes
cannot be kept after a wrong clock; reckoned anew, it leaves out the slot that has just passed; and it fires twice for a
slot in the hour that autumn repeats. The scheduler reads the machine's clock and takes no other.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import structlog
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]  # ships no types
from apscheduler.triggers.base import BaseTrigger  # type: ignore[import-untyped]  # ships no types

from workflows.log_context import logging_as_here

log = structlog.get_logger()

LOOK = 30.0
"""Seconds between two looks at the clock, at most."""
_TURNS = "turns"
"""The thread of the turns: a digest of many cases takes a while, and holds none of them up."""


class _Looks(BaseTrigger):  # type: ignore[misc]  # an untyped base
    """A trigger that fires a number of seconds after the last time."""

    def __init__(self, seconds: float) -> None:
        self._between = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Return the time of the next look."""
        return now + self._between


class _Scheduler(BackgroundScheduler):  # type: ignore[misc]  # an untyped base
    """An APScheduler that wakes up after a bounded wait by the monotonic clock."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        super().__init__(
            timezone=UTC,
            executors={name: {"type": "threadpool", "max_workers": 1} for name in ("default", _TURNS)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )

    def _process_jobs(self) -> float:
        latest = datetime.now(UTC) + timedelta(seconds=self._longest)
        for job in self.get_jobs():
            if job.next_run_time > latest:
                job.modify(next_run_time=latest)
        wait: float | None = super()._process_jobs()
        return self._longest if wait is None else min(wait, self._longest)


@dataclass(frozen=True, kw_only=True)
class Daily:
    """A job that is called for each local date, at a time of day."""

    name: str
    at: time
    """Time of day, to the second."""
    make: Callable[[date], object]
    """Makes what belongs to a local date, or nothing where that exists. It may be called twice for a date."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Something that is begun again and again, whatever the time of day."""

    name: str
    every: float
    """Seconds between two calls."""
    begin: Callable[[], None]
    """Begins what is due; it returns at once, since other turns wait for it."""
    stop: Callable[[], None]
    """Called when the schedule stops."""


class Schedule:
    """Daily jobs at local times, one after the other in a thread of their own, and turns in another. It can be started
    once.
    """

    def __init__(
        self,
        jobs: Sequence[Daily],
        *,
        zone: ZoneInfo,
        clock: Callable[[], datetime],
        look: float = LOOK,
        turns: Sequence[Turn] = (),
    ) -> None:
        """Keep the jobs, whose times are those of `zone`. `look`: seconds between two looks at the clock."""
        self._jobs = jobs
        self._turns = turns
        self._zone = zone
        self._clock = clock
        self._look = look
        self._done: dict[str, date] = {}
        """The date for which a job made everything, by the job's name."""
        self._scheduler = _Scheduler(look)

    def start(self) -> None:
        """Begin, and catch up in the background where today's slot has passed. Returns at once."""
        # APScheduler logs every run, and warns of each that is left out because the one before still runs; we log what
        # matters ourselves.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        now = self._clock()
        today = now.astimezone(self._zone).date()
        for job in self._jobs:
            # Missed days before today are covered by the next digest.
            if (day := self._day(job, now)) != today:
                self._done[job.name] = day
        self._scheduler.add_job(logging_as_here(self.look), _Looks(self._look), next_run_time=datetime.now(UTC))
        for turn in self._turns:
            self._scheduler.add_job(
                logging_as_here(turn.begin),
                _Looks(turn.every),
                next_run_time=datetime.now(UTC),
                name=turn.name,
                executor=_TURNS,
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Stop after the present run. Nothing happens where it does not run."""
        if self._scheduler.running:
            self._scheduler.shutdown()
            for turn in self._turns:
                turn.stop()

    def look(self) -> None:
        """Look at the clock once, and call the jobs that are due."""
        for job in self._jobs:
            day = self._day(job, self._clock())
            if day != self._done.get(job.name) and _was_made(job, day):
                self._done[job.name] = day

    def _day(self, job: Daily, now: datetime) -> date:
        return day_of_last_slot(now, at=job.at, zone=self._zone)


def _was_made(job: Daily, day: date) -> bool:
    """Call a job; return False where it failed, and nothing of the others is held up by that."""
    try:
        job.make(day)
    except Exception as error:  # the loop's edge: it is tried again at the next look
        log.error("job.failed", job=job.name, date=day.isoformat(), error=type(error).__name__, exc_info=True)
        return False
    return True


def day_of_last_slot(now: datetime, *, at: time, zone: ZoneInfo) -> date:
    """Return the local date of the last slot that has passed."""
    today = now.astimezone(zone).date()
    return today if slot_of_today(now, at=at, zone=zone) <= now else today - timedelta(days=1)


def slot_of_today(now: datetime, *, at: time, zone: ZoneInfo) -> datetime:
    """Return today's slot in local time, passed or not, in UTC.

    Of two in autumn it is the first; one that spring skips comes an hour late.
    """
    return datetime.combine(now.astimezone(zone).date(), at, tzinfo=zone).astimezone(UTC)

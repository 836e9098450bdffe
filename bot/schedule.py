"""The clock of the daily job. It remembers nothing that a wrong clock could spoil: what was made, the database knows.

It looks at the time again and again, by a wait that no setting of the clock shortens or lengthens. A library that notes
when it has to wake up next would sleep for as long as the clock was ahead when it noted that.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from threading import Event, Thread
from zoneinfo import ZoneInfo

import structlog

log = structlog.get_logger()

LOOK = 30.0
"""Seconds between two looks at the clock, at most."""


class Schedule:
    """Has something made each day at a local time, in a thread of its own. It can be started once."""

    def __init__(
        self,
        make: Callable[[date], object],
        *,
        at: time,
        zone: ZoneInfo,
        clock: Callable[[], datetime],
        look: float = LOOK,
    ) -> None:
        """`make`: makes what belongs to a local date, or nothing where that is made already; it may be called twice
        for a date. `at`: the time of day in `zone`, to the second. `look`: seconds between two looks at the clock."""
        self._make = make
        self._at = at
        self._zone = zone
        self._clock = clock
        self._look = look
        self._stop = Event()
        self._thread = Thread(target=self._run, name="schedule")

    def start(self) -> None:
        """Begin, and catch up in the background where the slot of today has passed. Returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Stop, once what is being made is made. Nothing happens where it does not run."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        now = self._clock()
        today = now.astimezone(self._zone).date()
        # What the process was not there for before today, the next one makes up for.
        done = None if self._day(now) == today else self._day(now)
        while not self._stop.is_set():
            day = self._day(self._clock())
            if day != done and self._was_made(day):
                done = day
            self._stop.wait(self._pause())

    def _day(self, now: datetime) -> date:
        return day_of_last_slot(now, at=self._at, zone=self._zone)

    def _pause(self) -> float:
        """Seconds until the next look: at the next slot, if that is sooner than otherwise."""
        now = self._clock()
        left = (slot_of_today(now, at=self._at, zone=self._zone) - now).total_seconds()
        return min(left, self._look) if left > 0 else self._look

    def _was_made(self, day: date) -> bool:
        try:
            self._make(day)
        except Exception as error:  # the loop's edge: it is tried again at the next look
            log.error("digest.failed", date=day.isoformat(), error=type(error).__name__, exc_info=True)
            return False
        return True


def day_of_last_slot(now: datetime, *, at: time, zone: ZoneInfo) -> date:
    """The local date whose slot has passed last."""
    today = now.astimezone(zone).date()
    return today if slot_of_today(now, at=at, zone=zone) <= now else today - timedelta(days=1)


def slot_of_today(now: datetime, *, at: time, zone: ZoneInfo) -> datetime:
    """The slot of the local date of now, passed or not, in UTC. Of two in autumn the first; one that spring leaves out
    comes an hour late.
    """
    return datetime.combine(now.astimezone(zone).date(), at, tzinfo=zone).astimezone(UTC)

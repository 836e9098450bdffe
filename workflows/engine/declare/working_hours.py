"""Working hours: when the people of a workflow are there to answer. Pure.

Local times are those of the workflow's time zone. Of a time that autumn repeats it is the first, and one that spring
skips comes as much later; so a day on which clocks change is as much longer or shorter as it really is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from workflows.engine.errors import BadDeclaration

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
"""A day of the week."""
_DAYS: tuple[Day, ...] = get_args(Day)
SHORTEST = timedelta(minutes=15)
"""Shortest working day: less would put a deadline off by years."""
_MIDNIGHT = time(0)
_A_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class WorkingHours:
    """The hours in which people work, in the workflow's time zone. Outside them no deadline comes nearer."""

    days: Sequence[Day] = ("mon", "tue", "wed", "thu", "fri")
    begin: time = time(9)
    end: time = time(17)
    """Midnight, `time(0)`, is the end of the day."""
    holidays: Sequence[date] = ()
    """Days on which nobody works."""

    def __post_init__(self) -> None:
        """Raise `BadDeclaration` for hours that never come or cannot be read."""
        days = () if isinstance(self.days, str) else tuple(self.days)
        if not days or not set(days) <= set(_DAYS):
            raise BadDeclaration(f"working days are some of {', '.join(_DAYS)}, not {self.days!r}")
        if any(given.tzinfo is not None for given in (self.begin, self.end)):
            raise BadDeclaration("working hours are in the workflow's time zone and have none of their own")
        if _since_midnight(self.end, is_end=True) - _since_midnight(self.begin) < SHORTEST:
            raise BadDeclaration("working hours end on the same day, at least 15 minutes after they begin")
        holidays = tuple(self.holidays)
        if not all(type(day) is date for day in holidays):
            raise BadDeclaration("holidays are dates, such as date(2026, 12, 25)")
        object.__setattr__(self, "days", days)
        object.__setattr__(self, "holidays", holidays)

    @property
    def length(self) -> timedelta:
        """The length of a working day."""
        return _since_midnight(self.end, is_end=True) - _since_midnight(self.begin)


def end_of_wait(start: datetime, wait: timedelta, hours: WorkingHours | None, zone: ZoneInfo) -> datetime:
    """Return the time in UTC at which so much working time has passed. `hours`: None: all time is working time.

    Without any wait it is `start`, or the next time at which somebody works. `wait`: not negative.
    """
    left, start = wait, start.astimezone(UTC)
    if hours is None:
        return start + left
    for begin, end in _working_times(start, hours, zone):
        if left <= end - max(begin, start):
            return max(begin, start) + left
        left -= max(end - max(begin, start), timedelta(0))
    raise AssertionError("working days never end")


def _working_times(start: datetime, hours: WorkingHours, zone: ZoneInfo) -> Iterator[tuple[datetime, datetime]]:
    """Yield the begin and the end of each working day in UTC, from the one before `start` on."""
    working = {_DAYS.index(day) for day in hours.days}
    # The day before may last into this one where a local time is skipped at its end.
    first = start.astimezone(zone).date() - _A_DAY
    for number in count():
        day = first + number * _A_DAY
        if day.weekday() not in working or day in hours.holidays:
            continue
        last = day + _A_DAY if hours.end == _MIDNIGHT else day
        begin, end = (_at(at, on, zone) for at, on in ((hours.begin, day), (hours.end, last)))
        yield begin, max(begin, end)


def _at(at: time, day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at.replace(fold=0), tzinfo=zone).astimezone(UTC)


def _since_midnight(at: time, *, is_end: bool = False) -> timedelta:
    if is_end and at == _MIDNIGHT:
        return _A_DAY
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond)

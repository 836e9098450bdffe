"""Days in local time: the span that a digest is about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
USUAL_WEEKS = 4
"""Weeks before a day whose same weekdays say what is usual."""
FEWEST_USUAL = 3
"""Fewest of these days, with cases, to compare with."""


@dataclass(frozen=True, kw_only=True)
class Days:
    """Local dates, from the first to the last."""

    first: date
    last: date
    zone: ZoneInfo

    @property
    def since(self) -> datetime:
        """The time at which the first day begins, in UTC."""
        return midnight(self.first, self.zone)

    @property
    def until(self) -> datetime:
        """The time at which the last day is over, in UTC."""
        return midnight(self.last + DAY, self.zone)

    @property
    def number(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1

    @property
    def bounds(self) -> Sequence[datetime]:
        """The time at which each day begins, and last the one at which the last day is over, in UTC."""
        return [*(midnight(day, self.zone) for day in self), self.until]

    def __iter__(self) -> Iterator[date]:
        """Each date, the first one first."""
        return (self.first + n * DAY for n in range(self.number))

    def earlier(self, days: int) -> "Days":
        """Return the same number of days, that many days before."""
        by = timedelta(days=days)
        return Days(first=self.first - by, last=self.last - by, zone=self.zone)

    def ending(self, days: int) -> "Days":
        """Return so many days, up to the same last one."""
        return Days(first=self.last - timedelta(days=days - 1), last=self.last, zone=self.zone)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """Return the time at which a local date begins. Of a midnight that comes twice the first counts; a midnight that is
    left out is the moment when the clocks were set forward.
    """
    return datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC)

"""The days of the made-up past: how much comes in on each, and what happens on some of them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random

DAYS = 14
_SATURDAY = 5
"""`date.weekday` of the first day of a weekend."""
_SURE_AT_FIRST, _SURE_AT_LAST = 0.4, 0.85
_OUTAGE_BEGINS, _OUTAGE_ENDS = timedelta(hours=1), timedelta(hours=5)
"""Time after work begins, on the day of the incident."""


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day of the past. At most one thing happens on it."""

    date: date
    tickets: int
    papers: int
    sure: float
    """Share of the cases of which the model is sure, 0 to 1."""
    is_later: bool
    """True once the later prompts are in use, and the ledger knows our keys."""
    is_doubtful: bool = False
    """True if the connection to the ledger drops in the middle of a booking."""
    is_wrong: bool = False
    """True if the model is sure of a wrong answer."""
    is_incident: bool = False
    """True if the help desk answers in another form for some hours."""
    is_dear: bool = False
    """True if the model thinks for long about some invoices."""
    is_last: bool = False
    """True if the ledger answers in another form in the end, which nobody has mended yet."""

    @property
    def opens(self) -> datetime:
        """The time at which work begins."""
        return datetime.combine(self.date, time(7, 30), tzinfo=UTC)

    @property
    def outage(self) -> tuple[datetime, datetime] | None:
        """The time from which and up to which the help desk answers in another form; None: it does not."""
        return (self.opens + _OUTAGE_BEGINS, self.opens + _OUTAGE_ENDS) if self.is_incident else None


def fortnight(until: date, random: Random) -> Sequence[Day]:
    """Return the days up to the last one, which is `until`."""
    dates = [until - timedelta(days=DAYS - 1 - number) for number in range(DAYS)]
    worked = [day for day in dates if day.weekday() < _SATURDAY]
    days = []
    for number, day in enumerate(dates):
        is_worked = day.weekday() < _SATURDAY
        days.append(
            Day(
                date=day,
                tickets=random.randint(11, 13) if is_worked else random.randint(3, 4),
                papers=random.randint(4, 6) if is_worked else 2,
                sure=_SURE_AT_FIRST + (_SURE_AT_LAST - _SURE_AT_FIRST) * number / (DAYS - 1),
                is_later=day >= worked[4],
                is_doubtful=day == worked[1],
                is_wrong=day in (worked[2], worked[5]),
                is_incident=day == worked[6],
                is_dear=day == worked[7],
                is_last=day == until,
            )
        )
    return days

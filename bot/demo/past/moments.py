"""Times in the made-up past: when cases come, how long they wait, how long people read. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

from bot.demo.past.days import Day

_OPEN_FOR = 9 * 60.0
"""Minutes of a day in which cases come."""
_LONGEST = 150.0
"""Most minutes that a case waits for a person."""
_READ = 0.4
"""Share of the approvals for which the form is opened."""


def times_of_day(day: Day, number: int, random: Random) -> Sequence[datetime]:
    """Return so many times within a day, the earliest first, no two at the same second."""
    seconds = sorted(random.sample(range(int(_OPEN_FOR * 60)), number))
    return [day.opens + timedelta(seconds=second) for second in seconds]


def waiting_time(random: Random) -> timedelta:
    """Return the time from an arrival to its decision: a quarter of an hour as a rule, sometimes hours."""
    return timedelta(minutes=min(_LONGEST, 3 + random.lognormvariate(2.5, 0.9)))


def reading_time(random: Random, *, always: bool) -> timedelta | None:
    """Return the time for which a form is open; None where it is decided on the card. `always`: it needs the form."""
    if not always and random.random() >= _READ:
        return None
    return timedelta(seconds=min(600.0, random.lognormvariate(3.9, 0.5)))

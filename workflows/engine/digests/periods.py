"""The periods of digests: each day, each week, or each month. Pure."""

from datetime import date, timedelta
from enum import StrEnum

from workflows.engine.digests.days import DAY


class Every(StrEnum):
    """The period that one digest covers."""

    DAY = "day"
    WEEK = "week"
    """From Monday to Sunday."""
    MONTH = "month"
    """From the first to the last of a month."""


def last_day(every: Every, today: date) -> date:
    """Return the last day of the last period that was over when `today` began."""
    match every:
        case Every.DAY:
            return today - DAY
        case Every.WEEK:
            return today - timedelta(days=today.weekday() + 1)
        case Every.MONTH:
            return today.replace(day=1) - DAY


def first_day(every: Every, last: date) -> date:
    """Return the first day of the period whose last day this is."""
    match every:
        case Every.DAY:
            return last
        case Every.WEEK:
            return last - timedelta(days=6)
        case Every.MONTH:
            return last.replace(day=1)


def between(every: Every, before: date, last: date) -> int:
    """Count the periods that ended after the one that ended on `before`, and before the one that ends on `last`."""
    number = 0
    while (last := first_day(every, last) - DAY) > before:
        number += 1
    return number


def day_after(every: Every, day: date) -> date:
    """Return the first day after the period in which a day is."""
    match every:
        case Every.DAY:
            return day + DAY
        case Every.WEEK:
            return day + timedelta(days=7 - day.weekday())
        case Every.MONTH:
            return (day.replace(day=28) + timedelta(days=4)).replace(day=1)

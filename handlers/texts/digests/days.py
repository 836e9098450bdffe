"""The days of a digest, in words."""

from datetime import date

from handlers.texts.digests.amounts import count
from workflows.engine.digests.periods import Every
from workflows.engine.digests.views import DigestView


def days_of(view: DigestView) -> str:
    """Return the dates that it covers, with the number of days, weeks or months that had no digest of their own."""
    when = _span(view.first, view.last)
    return f"{when}; no summary was posted for {count(view.missed, _PERIOD[view.every])}" if view.missed else when


_PERIOD = {Every.DAY: "day", Every.WEEK: "week", Every.MONTH: "month"}


def _span(first: date, last: date) -> str:
    if first == last:
        return dated(last)
    if first.year != last.year:
        return f"{dated(first)} to {dated(last)}"
    if first.month != last.month:
        return f"{short(first)} to {dated(last)}"
    return f"{first.day} to {dated(last)}"


def short(day: date) -> str:
    """Return a date without its year: 5 Nov."""
    return f"{day.day} {day:%b}"


def dated(day: date) -> str:
    """Return a date with its year: 5 Nov 2026."""
    return f"{short(day)} {day.year}"

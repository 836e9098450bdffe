"""Numbers of digests, in words: counts, money, shares, time."""

from datetime import timedelta
from decimal import Decimal

from handlers.texts.measures import Unit, said


def count(number: int, what: str) -> str:
    """Return a number with what is counted: 1 case, 1,200 cases."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def rounded(value: float) -> str:
    """Write a number with one decimal below 10, and none from there on."""
    written = f"{value:,.1f}" if abs(value) < 10 else f"{value:,.0f}"
    return (written.removesuffix(".0") if written != "-0.0" else "0").replace("-", "−")


def dollars(amount: Decimal) -> str:
    """Return an amount to the cent; less than a cent is not called nothing."""
    if not amount:
        return "$0"
    return f"${amount:,.2f}" if amount >= Decimal("0.01") else "less than $0.01"


def share(part: float) -> str:
    """Return a share from 0 to 1 in percent, as tables and charts tell it."""
    return said(part, Unit.SHARE)


def each(amount: Decimal) -> str:
    """Return what one of something costs: below a dollar with two digits that say something, as $0.031."""
    if not amount or amount >= 1:
        return dollars(amount)
    places = max(2, 1 - amount.adjusted())
    return f"${amount:.{places}f}"


def roughly(amount: Decimal) -> str:
    """Return an estimated amount: whole dollars from ten on."""
    return f"${amount:,.0f}" if amount >= Decimal("9.5") else dollars(amount)


def hours(time: timedelta) -> str:
    """Return a time in minutes, or in hours from one on."""
    minutes = time.total_seconds() / 60
    return f"{minutes:.0f} min" if minutes < 60 else f"{minutes / 60:,.1f} hours"


def in_hours(number: float) -> str:
    """Return a number of hours as every digest tells it."""
    told = rounded(number)
    return f"{told} {'hour' if told == '1' else 'hours'}"

"""Numbers of digests, in words: counts, money, shares, time."""

from collections.abc import Sequence
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
    return f"${amount:.{_places(amount)}f}" if amount and amount < 1 else dollars(amount)


def column(amounts: Sequence[Decimal]) -> list[str]:
    """Return what one of something costs for each of several, all with the digits that the smallest needs."""
    places = max((_places(amount) for amount in amounts if amount), default=2)
    return [f"${amount:,.{places}f}" for amount in amounts]


def _places(amount: Decimal) -> int:
    """Return the digits behind the point with which an amount says something."""
    return max(2, 1 - amount.adjusted())


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

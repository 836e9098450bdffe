"""Numbers of digests, in words: counts, money, shares, time."""

from datetime import timedelta
from decimal import Decimal


def count(number: int, what: str) -> str:
    """Return a number with what is counted: 1 case, 1,200 cases."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def dollars(amount: Decimal) -> str:
    """Return an amount to the cent; less than a cent is not called nothing."""
    if not amount:
        return "$0"
    return f"${amount:,.2f}" if amount >= Decimal("0.01") else "less than $0.01"


def hours(time: timedelta) -> str:
    """Return a time in minutes, or in hours from one on."""
    minutes = time.total_seconds() / 60
    return f"{minutes:.0f} min" if minutes < 60 else f"{minutes / 60:,.1f} hours"

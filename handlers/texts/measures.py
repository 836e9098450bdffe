"""Measured values: with their unit in words, and as the numbers that a picture is drawn from."""

import math
from decimal import Decimal
from enum import StrEnum

Number = int | float | Decimal

_MOST = 1e15
"""Amounts beyond it are no measured ones, and other programs cannot count so far exactly."""


class Unit(StrEnum):
    """Units of what is measured."""

    COUNT = "count"
    SHARE = "share"
    """A part of all, from 0 to 1; said in percent."""
    DOLLARS = "dollars"
    MINUTES = "minutes"


_AXES = {Unit.SHARE: "%", Unit.DOLLARS: "dollars", Unit.MINUTES: "minutes"}
_PLACES = {Unit.SHARE: 1, Unit.DOLLARS: 2, Unit.MINUTES: 1}
"""Decimal places of what is drawn; a count keeps up to two."""


def measured(value: Number | None) -> float | None:
    """Return a value; None for what is none, not a number, or beyond all measure."""
    if value is None:
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number if math.isfinite(number) and abs(number) <= _MOST else None


def on_axis(value: float, unit: Unit) -> int | float:
    """Return a value as it stands on an axis, a share in percent."""
    number = round(value * 100 if unit is Unit.SHARE else value, _PLACES.get(unit, 2)) + 0.0
    return int(number) if number.is_integer() else number


def axis(measure: str, unit: Unit) -> str:
    """Name an axis. `measure`: what its values are of, such as cases."""
    return f"{measure}, {_AXES[unit]}" if unit in _AXES else measure


def said(value: float, unit: Unit, *, in_column: bool = False) -> str:
    """Say a value with its unit: 1,204; 62%; $3.10; 4.5 min.

    `in_column`: others stand above and below it, so minutes keep their decimal place, as dollars always do.
    """
    sign, size = ("−" if value < 0 else ""), abs(value)
    match unit:
        case Unit.COUNT:
            return f"{sign}{_short(size, 2)}"
        case Unit.SHARE:
            return f"{sign}{_percent(size * 100)}"
        case Unit.DOLLARS:
            if not size:
                return "$0"
            return f"{sign}${size:,.2f}" if size >= 0.01 else f"{sign}less than $0.01"
        case Unit.MINUTES:
            if 0 < size < 0.05:
                return f"{sign}less than 0.1 min"
            return f"{sign}{size:,.1f} min" if in_column and size else f"{sign}{_short(size, 1)} min"


def _percent(percent: float) -> str:
    """Say percent, more exactly where there are few: what happens seldom is not called never."""
    if percent and percent < 0.05:
        return "less than 0.1%"
    # All but a few is not called all.
    shown = math.floor(percent) if 99 < percent < 100 else percent
    return f"{shown:,.0f}%" if shown >= 10 else f"{_short(shown, 1)}%"


def _short(number: float, places: int) -> str:
    """Write a number without zeros at its end."""
    written = f"{number:,.{places}f}"
    return written.rstrip("0").rstrip(".") if "." in written else written

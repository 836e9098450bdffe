"""The usual day: what a number is on the same weekday of the weeks before. Pure."""

from collections.abc import Sequence
from statistics import median_low

from workflows.engine.digests.days import FEWEST_USUAL

_OFF = 2
"""Times by which a number differs from the usual one to be worth a word."""
_FEW = 10
"""Usual numbers below which any number is usual."""


def usual(numbers: Sequence[int], cases: Sequence[int]) -> int | None:
    """Return the median of a number on the same weekdays before; None where too few of these days had cases.

    `cases`: those taken in on the same days. The median is one of the numbers.
    """
    known = [number for number, came in zip(numbers, cases, strict=True) if came]
    return median_low(known) if len(known) >= FEWEST_USUAL else None


def is_unusual(number: int, usually: int | None) -> bool:
    """Tell whether a number is at least twice the usual one, or at most half of it."""
    return usually is not None and usually >= _FEW and not usually < number * _OFF < usually * _OFF * _OFF

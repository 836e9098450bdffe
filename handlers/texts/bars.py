"""Bars made of letters, for who has no chart. What they show is said in words beside them."""

import math
from collections.abc import Sequence

_HEIGHTS = "▁▂▃▄▅▆▇█"
_GAP = "·"
"""A place without data, which is no zero."""
_WIDTH = 8
"""Letters of the longest bar that lies."""


def standing(values: Sequence[float | None]) -> str:
    """Draw a bar for each value beside the one before, from zero up, or from the least where that is below zero.

    A zero has the lowest bar, and whatever is more a higher one.
    """
    known = [value for value in values if value is not None]
    least, most = min([0.0, *known]), max([0.0, *known])
    return "".join(_GAP if value is None else _HEIGHTS[_height(value - least, most - least)] for value in values)


def lying(value: float, most: float) -> str:
    """Draw a bar whose length says which part of the most a value is; none for what is not above zero."""
    if value <= 0 or most <= 0:
        return ""
    return "█" * max(1, round(_WIDTH * min(value / most, 1)))


def _height(above: float, span: float) -> int:
    top = len(_HEIGHTS) - 1
    # Rounded up, but not for the last places, which are the machine's own.
    return math.ceil(round(above / span * top, 9)) if span else 0

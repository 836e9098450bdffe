"""The values that a number written with points, commas, quotes and spaces may have.

price-parser turns a number into a Decimal once the decimal sign is known. The possible signs follow from the number's
shape, so that nothing is guessed: `1.234` has two readings, `1.234,5` has one, and `31.12.2026` has none.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from workflows.tools.characters import HARD_SPACE

# A soft space may also stand between two numbers; before three digits it may belong to one. Nothing here can match in
# two ways, so no text makes it slow.
NUMBER = r"(?:\d++(?:[.,'٫٬]\d++|[ \u00a0]\d{3}(?!\d))*+|(?<![\w)])[.,٫]\d++)"
MOST_DIGITS = 30

_SIGN = re.compile(r"[.,'٫٬ \u00a0]")
_GROUPING = str.maketrans("", "", f"'٬ {HARD_SPACE}")


@lru_cache(maxsize=4096)
def readings(number: str, *, decimal: str | None = None, whole: bool = False) -> tuple[Decimal, ...]:
    """Return the sensible values of a number that fits `NUMBER`, the one with “.” as its decimal sign first; empty if
    none.

    `decimal`: the decimal sign that the number is known to have. `whole`: its unit has no fractions, so three digits
    after a sign are a group.
    """
    from price_parser.parser import parse_number  # late: importing this room has to be cheap

    groups, signs = _SIGN.split(number), _SIGN.findall(number)
    if len(number) > 2 * MOST_DIGITS or sum(len(group) for group in groups) > MOST_DIGITS:
        return ()
    tried = "٫" if "٫" in signs else decimal or ".,"
    found: dict[Decimal, bool] = {}
    for sign in tried:
        if sign in signs:
            fits = signs[-1] == sign and signs.count(sign) == 1 and _grouped(groups[:-1], signs[:-1])
        else:
            fits = _grouped(groups, signs)
        value = parse_number(number.translate(_GROUPING).replace("٫", "."), sign.replace("٫", ".")) if fits else None
        if value is not None:
            found.setdefault(value, sign in signs)
    if whole and decimal is None and len(found) > 1:
        return tuple(value for value, has_fraction in found.items() if not has_fraction)
    return tuple(found)


@lru_cache(maxsize=4096)
def split(number: str) -> tuple[str, ...]:
    """Return the numbers in it, if each soft space separates two; empty where there is no soft space."""
    heads = number.split(" ")
    if len(heads) == 1:
        return ()
    tails = (" ".join(heads[at:]) for at in range(1, min(len(heads), 4)))
    return tuple(dict.fromkeys((*heads, *tails)))


def _grouped(groups: Sequence[str], signs: Sequence[str]) -> bool:
    """Tell whether these are the groups of one whole number: threes, or in India twos before the last three."""
    if not signs:
        return True
    first, *middle, last = groups
    if len(set(signs)) > 1 or first.startswith("0") or len(last) != 3:
        return False
    if all(len(group) == 3 for group in middle):
        return 1 <= len(first) <= 3
    return signs[0] == "," and all(len(group) == 2 for group in middle) and 1 <= len(first) <= 2

"""Arguments of a tool's call, as JSON text."""

import json
from math import isfinite
from typing import Never

_EXACT = 2**53
"""Integers below it are the same number for every reader; JavaScript and others round larger ones (RFC 7493)."""


def is_object(text: str) -> bool:
    """Tell whether a text is one JSON object that every reader reads alike.

    No name stands in it twice, no number is too large for a double, and no character is half of one.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_once, parse_constant=_no_number, parse_int=_integer, parse_float=_float
        )
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands there twice")
    return found


def _no_number(constant: str) -> Never:
    raise ValueError(f"{constant} is no JSON")


def _integer(digits: str) -> int:
    if not -_EXACT < (number := int(digits)) < _EXACT:
        raise ValueError(f"{digits:.40} is rounded by some readers")
    return number


def _float(digits: str) -> float:
    if not isfinite(number := float(digits)):
        raise ValueError(f"{digits:.40} is no number for some readers")
    return number

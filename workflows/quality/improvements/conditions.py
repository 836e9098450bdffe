"""Conditions on an input: what may be said of it in few words, so that a person can check it. Pure.

Inputs come from outside: what is read of one is bounded, and anything that is JSON has some reading.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from pydantic import JsonValue

Kind = Literal["is", "above", "below", "has"]
Plain = None | bool | float | str

DEPTH = 4
"""Levels of an input that are read."""
FIELDS = 200
"""Fields of an input that are read; further ones are left aside."""
ELEMENTS = 50
"""Elements of a list that are read, as one text."""
NAME = 100
"""Characters of a field's name, with those around it."""
SHORT = 60
"""Characters of a text that may be a choice."""
TEXT = 2_000
"""Characters of a text whose words are read."""
TEXTS = 8_000
"""Characters of all texts of an input whose words are read."""
LARGEST = 1e15
"""Amount from which on a number is no quantity."""
_WORD = re.compile(r"[^\W_]+(?:['’_-][^\W_]+)*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,9})?")
_WORD_LENGTHS = range(2, 31)
_STEPS = (5, 2, 1)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """Something that an input has in common with others."""

    field: str
    """Name in the input; names of nested ones are joined by dots."""
    kind: Kind
    """`above` and `below` leave the value itself out; `has`: the text holds this word or these two words."""
    value: JsonValue


def holds(conditions: Sequence[Condition], given: Mapping[str, JsonValue]) -> bool:
    """Tell whether all conditions hold for an input."""
    read = plain(given)
    words = spoken(read) if any(one.kind == "has" for one in conditions) else frozenset()
    return all(_holds(one, read, words) for one in conditions)


def plain(given: Mapping[str, JsonValue]) -> dict[str, Plain]:
    """Return the fields of an input with a plain value each. A list of plain values is one text."""
    found: dict[str, Plain] = {}
    for name, value in _walked(given, "", DEPTH):
        found.setdefault(name, value)
        if len(found) == FIELDS:
            break
    return found


def choice(value: Plain) -> bool:
    """Tell whether a value may be one of few."""
    return value is None or isinstance(value, bool) or (isinstance(value, str) and len(value) <= SHORT)


def number(value: Plain) -> float | None:
    """Return a quantity, also one that is written as a text, as amounts of money are; None for anything else."""
    if isinstance(value, str):
        return float(value) if len(value) <= SHORT and _NUMBER.fullmatch(value) else None
    if value is None or isinstance(value, bool) or not -LARGEST < value < LARGEST:  # also leaves out what is no number
        return None
    return float(value)


def spoken(read: Mapping[str, Plain]) -> frozenset[tuple[str, str]]:
    """Return the words of an input, and each two in a row, with their field."""
    found: set[tuple[str, str]] = set()
    room = TEXTS
    for name, value in read.items():
        if not isinstance(value, str) or room <= 0:
            continue
        text = value[: min(TEXT, room)]
        room -= len(text)
        words = _WORD.findall(text.lower())
        found.update((name, word) for word in words if len(word) in _WORD_LENGTHS)
        found.update((name, f"{one} {other}") for one, other in pairwise(words) if len(one + other) <= SHORT)
    return frozenset(found)


def between(low: float, high: float, *, kind: Kind) -> float:
    """Return the roundest limit that `above` or `below` tells two neighbouring values apart with."""
    if not low < high:
        raise ValueError("the values are not in order")
    power = math.floor(math.log10(high - low)) + 1 if high - low > 1e-9 else -9
    for exponent in range(power, power - 3, -1):
        for step in (digit * 10.0**exponent for digit in _STEPS):
            times = math.ceil(high / step) - 1 if kind == "above" else math.floor(low / step) + 1
            limit = round(times * step, 9)
            if low <= limit < high if kind == "above" else low < limit <= high:
                return limit
    return low if kind == "above" else high


def _walked(given: object, before: str, depth: int) -> Iterator[tuple[str, Plain]]:
    if not isinstance(given, Mapping):
        return
    for key, value in given.items():
        name = f"{before}{key}"
        if not isinstance(key, str) or len(name) > NAME:
            continue
        if isinstance(value, Mapping):
            if depth > 1:
                yield from _walked(value, f"{name}.", depth - 1)
        elif isinstance(value, list):
            yield name, "\n".join(str(one)[:TEXT] for one in value[:ELEMENTS] if isinstance(one, str | bool))
        elif value is None or isinstance(value, bool | str):
            yield name, value
        elif isinstance(value, int | float):
            yield name, float(value) if -LARGEST < value < LARGEST else None


def _holds(one: Condition, read: Mapping[str, Plain], words: frozenset[tuple[str, str]]) -> bool:
    value = read.get(one.field)
    if one.kind == "is":
        return type(value) is type(one.value) and value == one.value
    if one.kind == "has":
        return (one.field, str(one.value)) in words
    amount = number(value)
    if amount is None or not isinstance(one.value, int | float):
        return False
    return amount > one.value if one.kind == "above" else amount < one.value

"""Whole dates as people write them: `31.12.2026`, `12/31/2026`, `3. März 2026`, `2026年3月5日`.

The same text is the same date on every day and every machine: neither the clock nor the locale is used. A text that
only makes sense beside another date (“tomorrow”, “5 March”, “10:30”) is refused, and so is a text that could be two
dates.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from workflows.errors import Unclear
from workflows.tools.characters import HARD_SPACE, plain, shown, text_of
from workflows.tools.months import is_weekday, months_of

__all__ = ["LONGEST_DATE", "LONGEST_TEXT", "Dated", "Unclear", "date_of", "dates_at", "dates_in"]

LONGEST_TEXT = 100_000
"""Characters that are searched for dates."""
LONGEST_DATE = 100
"""Most characters of one date."""
YEARS = range(1800, 2200)
"""Years that count as years of the Gregorian calendar. 2569 is a year in Thailand, 1405 one in Iran."""

# Each looks at a bounded number of characters.
_NUMERIC = re.compile(
    r"(?<![\d_])(?<!\d[./:,])(?P<a>\d{4}|\d{1,2}) ?(?P<sign>[./-]) ?(?P<b>\d{1,2}) ?(?P=sign) ?"
    r"(?P<c>\d{4}|\d{1,2})(?!\d|[./:,]\d|[^\W\dT])"
)
# A label may be joined to a day before a whole year; with a single letter before it, it is a reference number.
_RUN_TOGETHER = re.compile(r"[^\W\d_]{2}\Z")
_DASHES = str.maketrans(dict.fromkeys("\u2012\u2013\u2014\u2015", "-"))
_EAST_ASIAN = re.compile(r"(?<!\d)(?P<a>\d{4}) ?[年년] ?(?P<b>\d{1,2}) ?[月월] ?(?P<c>\d{1,2}) ?[日일号號]")
_COMPACT = re.compile(r"(?P<a>\d{4})(?P<b>\d\d)(?P<c>\d\d)")
_TOKEN = re.compile(r"\d+|[^\W\d_][^\s\d.,;:/()\[\]{}<>|\"“”'_-]{0,30}")
_GAP = re.compile(r"[\s.,/'-]{0,3}")
_TIME = re.compile(r"T?\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?: ?(?:Z|UTC|GMT|[AaPp]\.?[Mm]\.?|Uhr|[+-]\d\d:?\d\d))?")
_IN_NUMBER_BEFORE = re.compile(r"(?:\w|\d[.,:/])\Z")
_IN_NUMBER_AFTER = re.compile(r"[.,:/-]?\d")
_SHORT_YEAR = re.compile(r"(?:[/-]| ?')\d")
_REACH = 6
"""Most words between a month and its day or year."""
_SILENT = "st nd rd th of the on le er e º ª ος η a o am de del di d den dnia dne m gada ki στις у г год року р"
_BETWEEN = frozenset(_SILENT.split())
"""Words without a meaning of their own between the parts of a date, or before it."""


@dataclass(frozen=True, kw_only=True)
class _Found:
    """A date in a text, with its possible readings."""

    start: int
    end: int
    certain: tuple[date, ...] = ()
    """Its readings where the order of its parts is clear."""
    orders: Mapping[str, date] | None = None
    """First part -> reading, where the order of the parts is not clear; None: it is clear."""
    points: bool = False
    """True if there are points between the parts."""

    @property
    def readings(self) -> tuple[date, ...]:
        if self.orders is None:
            return self.certain
        # No language writes the month first in a date with points.
        unlikely = self.points and "day" in self.orders
        return tuple(dict.fromkeys(day for first, day in self.orders.items() if first != "month" or not unlikely))


def date_of(text: str, *, day_first: bool | None = None) -> date:
    """Read one whole date, alone or with a weekday or a time of day beside it.

    `day_first`: True if the source writes the day before the month, where all parts are numbers; a text that
    contradicts it is refused. A year of two digits is one from 1969 to 2068. Raise `Unclear` for anything else, such as
    `03/04/2026` without `day_first`.
    """
    if len(text_of(text)) > LONGEST_DATE:
        raise Unclear(f"a date has at most {LONGEST_DATE} characters, this has {len(text)}")
    ready = _ready(text).strip()
    compact = _COMPACT.fullmatch(ready)
    found = [_numeric(compact)] if compact else list(_scan(ready))
    if len(found) != 1 or not _says_nothing(ready[: found[0].start]) or not _says_nothing(ready[found[0].end :]):
        raise Unclear(f"{shown(text)} is not one whole date (day, month and year) with nothing else beside it")
    (one,) = found
    readings = one.readings
    if one.orders is not None and day_first is not None:
        first = "day" if day_first else "month"
        if first not in one.orders:
            raise Unclear(f"{shown(text)} is not a date with the {first} in front")
        readings = (one.orders[first],)
    if not readings:
        raise Unclear(f"{shown(text)} is a day that does not exist, or one of another calendar")
    if len(readings) > 1:
        dates = " or ".join(each.isoformat() for each in readings)
        hint = " or say whether the day comes first" if one.orders else ""
        raise Unclear(f"{shown(text)} may be {dates}; write it as year-month-day{hint}")
    return readings[0]


def dates_in(text: str) -> list[date]:
    """Return every whole date in a text, in order; for an ambiguous one, each sensible reading.

    Raise `Unclear` for a text of more than 100,000 characters.
    """
    if len(text_of(text)) > LONGEST_TEXT:
        raise Unclear(f"at most {LONGEST_TEXT:,} characters are searched for dates, these are {len(text):,}")
    found = ((one.start, each) for one in _scan(_ready(text)) for each in one.readings)
    return [each for _, each in dict.fromkeys(found)]


@dataclass(frozen=True, kw_only=True)
class Dated:
    """A place in a text that holds a whole date."""

    start: int
    end: int
    days: tuple[date, ...]
    """Its sensible readings; the reading with the day before the month comes first."""
    day_first: bool | None
    """True if the day comes first, False if the month does; None unless all parts are numbers and only one order makes
    a date.
    """


def dates_at(text: str) -> list[Dated]:
    """Return the places of the whole dates in a text of plain characters, in order."""
    return [
        Dated(start=one.start, end=one.end, days=one.readings, day_first=_order(one.orders))
        for one in _scan(_ready(text))
        if one.readings
    ]


def _order(orders: Mapping[str, date] | None) -> bool | None:
    if orders is None or "year" in orders or len(orders) != 1:
        return None
    return "day" in orders


def _ready(text: str) -> str:
    return plain(text).replace(HARD_SPACE, " ").translate(_DASHES)


def _scan(text: str) -> list[_Found]:
    found = [_numeric(match) for match in _NUMERIC.finditer(text) if _is_apart(text, match)]
    found += [_numeric(match) for match in _EAST_ASIAN.finditer(text)]
    return sorted((*found, *_named(text)), key=lambda one: one.start)


def _is_apart(text: str, match: re.Match[str]) -> bool:
    """Tell whether it is a date by itself. A dash joins it to a reference number, except between two days with
    points.
    """
    before, after = text[max(match.start() - 2, 0) : match.start()], text[match.end() : match.end() + 2]
    if before and before[-1].isalpha() and not (len(match["c"]) == 4 and _RUN_TOGETHER.search(before)):
        return False
    if match["sign"] != "-" and len(match["c"]) == 4:
        return True
    return not (before[:1].isdigit() and before[-1:] == "-") and not (after[:1] == "-" and after[1:].isdigit())


def _numeric(match: re.Match[str]) -> _Found:
    a, b, c = match.group("a", "b", "c")
    if len(a) == 4:
        certain = _day(int(a), int(b), int(c)) if len(c) <= 2 else None
        return _Found(start=match.start(), end=match.end(), certain=(certain,) if certain else ())
    points = match["sign"] == "."
    tried: dict[str, date | None] = {}
    if len(c) > 1:
        tried |= {"day": _day(_year(c), int(b), int(a)), "month": _day(_year(c), int(a), int(b))}
    # Nobody writes the year first with points and without spaces; Korea writes 26. 3. 5.
    if len(a) == 2 >= len(c) and not (points and tried.get("day") and " " not in match[0]):
        tried["year"] = _day(_year(a), int(b), int(c))
    orders = {first: each for first, each in tried.items() if each is not None}
    return _Found(start=match.start(), end=match.end(), orders=orders, points=points)


def _named(text: str) -> Iterator[_Found]:
    """Yield the dates whose month is a word."""
    tokens = list(_TOKEN.finditer(text))
    free = 0
    for at, token in enumerate(tokens):
        months = months_of(token[0])
        parts = _parts(text, tokens[max(free, at - _REACH) : at + 1], tokens[at : at + _REACH + 1]) if months else None
        if parts is None:
            continue
        start = min(part.start() for part in (token, *parts))
        end = max(part.end() for part in (token, *parts))
        if not _IN_NUMBER_BEFORE.search(text, max(0, start - 2), start) and not _IN_NUMBER_AFTER.match(text, end):
            free = at + next(ahead for ahead in range(_REACH, -1, -1) if tokens[at : at + 1 + ahead][-1].start() < end)
            day, year = int(parts[0][0]), _year(parts[1][0])
            days = (_day(year, month, day) for month in months)
            yield _Found(start=start, end=end, certain=tuple(each for each in days if each is not None))


def _parts(
    text: str, before: Sequence[re.Match[str]], after: Sequence[re.Match[str]]
) -> tuple[re.Match[str], re.Match[str]] | None:
    """Return day and year of a month, which is the last token of `before` and the first of `after`."""
    left, right = _numbers(text, before[::-1]), _numbers(text, after)
    pairs = [*zip(left, right, strict=False), *zip(right, left, strict=False), *pairwise(right), *pairwise(left)]
    for day, year in pairs:
        if len(day[0]) <= 2 and len(year[0]) == 4:
            return day, year
    # A year of two digits counts only where it cannot be anything else: 5-Mar-26, 5 March '26.
    if left and right and _SHORT_YEAR.match(text, before[-1].end()) and len(left[0][0]) <= 2 == len(right[0][0]):
        return left[0], right[0]
    return None


def _numbers(text: str, tokens: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """Return up to two numbers on one side of a month, which is the first of the tokens; the nearest first."""
    found: list[re.Match[str]] = []
    for near, far in pairwise(tokens):
        first, second = sorted((near, far), key=lambda token: token.start())
        if not _GAP.fullmatch(text, first.end(), second.start()):
            break
        if far[0].isdigit():
            found.append(far)
        elif far[0].casefold() not in _BETWEEN:
            break
    return found[:2]


def _year(digits: str) -> int:
    """Return the year of two or four digits; two digits are read as in POSIX."""
    number = int(digits)
    return number if len(digits) == 4 else number + (1900 if number >= 69 else 2000)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in YEARS else None
    except ValueError:
        return None


def _says_nothing(text: str) -> bool:
    """Tell whether a text beside a date is only a weekday, a time of day, or a word like “the”."""
    words = _TOKEN.findall(_TIME.sub(" ", text))
    return all(is_weekday(word) or word.casefold() in _BETWEEN for word in words) and not set(text) & set("+%#")

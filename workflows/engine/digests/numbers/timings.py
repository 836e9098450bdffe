"""Files of timings: a row for each case that was done by hand, with its minutes and what became of it."""

import math
import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from workflows.engine.case.files.rows import Reading, Row, columns, header_of, read_rows
from workflows.engine.digests.numbers.baseline_views import Figure, FigureName
from workflows.engine.digests.numbers.estimates import sample_of
from workflows.engine.errors import InvalidInput
from workflows.engine.text.sanitize import one_line

MOST_ROWS = 100_000
_MOST_MINUTES = 7 * 24 * 60
"""A case that takes longer is no timing but a slip: a week of work."""
_MOST_WAIT = 366 * 24 * 60
"""Most minutes until a response."""
_MINUTES, _ERROR, _REWORK, _RESPONSE = "minutes", "error", "rework", "response_minutes"
_ALIKE: Mapping[str, Sequence[str]] = {
    _MINUTES: (
        "minutes",
        "min",
        "mins",
        "duration",
        "durationminutes",
        "handlingminutes",
        "handlingtime",
        "timeminutes",
    ),
    _ERROR: ("error", "errors", "haserror", "iserror", "wrong", "mistake"),
    _REWORK: ("rework", "reworked", "redone", "doneagain", "reopened"),
    _RESPONSE: ("responseminutes", "responsemin", "response", "responsetime", "waitminutes"),
}
"""Field -> names of its column, in small letters and without what stands between words. The first found counts."""
_BETWEEN = re.compile(r"[\W_]+")
_YES, _NO = ("1", "yes", "true", "y", "x"), ("0", "no", "false", "n")
_NAME = 60


@dataclass(frozen=True, kw_only=True)
class BadRow:
    """A row that cannot be used."""

    line: int
    """Its line in the file, from 1."""
    problem: str


@dataclass(frozen=True, kw_only=True)
class Timings:
    """A file of timings, as read."""

    figures: Sequence[Figure]
    """None of them where no row can be used."""
    rows: int
    """Rows that were used."""
    bad: Sequence[BadRow]
    unused: Sequence[str]
    """Columns that mean nothing here."""


@dataclass(frozen=True, kw_only=True)
class _Case:
    """A case that was done by hand. None: the file does not say."""

    minutes: float
    error: bool | None
    rework: bool | None
    response: float | None


class _Bad(ValueError):
    """A row cannot be used. The message says why."""


def read_timings(path: Path, *, encoding: str | None = None) -> Timings:
    """Read a file of timings. Raise `InvalidInput` where it is no table, has no column of minutes, or is too long."""
    reading = Reading(encoding=encoding)
    named = _named(path, reading)
    used = {field: found for field, names in _ALIKE.items() if (found := _column(named, names)) is not None}
    if _MINUTES not in used:
        there = one_line(", ".join(named), 300) or "none"
        raise InvalidInput(f"{path}: no column is called minutes; there are: {there}")
    cases, bad = [], []
    for row in read_rows(path, reading):
        if row.number > MOST_ROWS:
            raise InvalidInput(f"{path}: more than {MOST_ROWS:,} rows")
        try:
            cases.append(_case(row, used))
        except _Bad as error:
            bad.append(BadRow(line=row.line, problem=str(error)))
    unused = [name for name in named if name not in used.values()]
    return Timings(figures=_figures(cases), rows=len(cases), bad=bad, unused=unused)


def minutes_of(seconds: Sequence[float]) -> Figure:
    """Return the minutes of a case from the seconds of at least one."""
    return _minutes([one / 60 for one in seconds])


def _named(path: Path, reading: Reading) -> Sequence[str]:
    if header_of(path, reading) is not None:
        return columns(path, reading)
    # A row of JSON may leave out what the next one says.
    rows = islice(read_rows(path, reading), MOST_ROWS)
    return tuple(dict.fromkeys(name for row in rows for name in row.values))


def _column(named: Sequence[str], names: Sequence[str]) -> str | None:
    loose = {_BETWEEN.sub("", name).lower(): name for name in reversed(named)}
    return next((loose[name] for name in names if name in loose), None)


def _case(row: Row, used: Mapping[str, str]) -> _Case:
    if row.problem is not None:
        raise _Bad(row.problem)
    given = {field: str(row.values.get(column, "") or "").strip() for field, column in used.items()}
    # JSON has real numbers and truths; a zero there is no empty cell.
    given |= {field: str(row.values[column]) for field, column in used.items() if row.values.get(column) in (0, False)}
    minutes = _number(given, _MINUTES, most=_MOST_MINUTES)
    if not minutes:
        raise _Bad(f"{_MINUTES}: there has to be a number above 0")
    return _Case(
        minutes=minutes,
        error=_truth(given, _ERROR),
        rework=_truth(given, _REWORK),
        response=_number(given, _RESPONSE, most=_MOST_WAIT),
    )


def _number(given: Mapping[str, str], field: str, *, most: int) -> float | None:
    text = given.get(field, "")
    if not text:
        return None
    try:
        number = float(text.replace(",", ".") if "." not in text else text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= most:
        raise _Bad(f"{field}: {one_line(text, _NAME)} is not a number from 0 to {most:,}")
    return number


def _truth(given: Mapping[str, str], field: str) -> bool | None:
    text = given.get(field, "").lower()
    if not text:
        return None
    if text not in (*_YES, *_NO):
        raise _Bad(f"{field}: {one_line(text, _NAME)} is neither 0 nor 1")
    return text in _YES


def _figures(cases: Sequence[_Case]) -> list[Figure]:
    if not cases:
        return []
    found = [_minutes([case.minutes for case in cases])]
    for name, said in (
        (FigureName.ERROR_RATE, [case.error for case in cases if case.error is not None]),
        (FigureName.REWORK, [case.rework for case in cases if case.rework is not None]),
    ):
        if said:
            found.append(Figure(name=name, value=sum(said) / len(said), number=len(said)))
    waits = [case.response / 60 for case in cases if case.response is not None]
    if waits:
        # One of the values, as every percentile is.
        found.append(Figure(name=FigureName.RESPONSE_HOURS, value=statistics.median_low(waits), number=len(waits)))
    return found


def _minutes(each: Sequence[float]) -> Figure:
    sample = sample_of(len(each), sum(each), sum(one**2 for one in each))
    return Figure(name=FigureName.MINUTES, value=sample.mean, number=sample.number, deviation=sample.deviation)

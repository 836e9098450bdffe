"""Rows of a file: cases to take in, or examples with their right answers. CSV and JSON Lines.

A file from outside is never all right. A row that cannot be read is yielded with what is wrong with it, and the rows
after it go on; only a file that is no table at all is refused whole.
"""

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from pydantic import JsonValue

from workflows.engine.errors import InvalidInput

MAX_FIELD = 16 * 1024 * 1024
"""Characters in one CSV field; a quote that is never closed would otherwise read the whole file as one field."""
MAX_LINE = 16 * 1024 * 1024
"""Characters in one JSON line."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a file."""

    number: int
    """From 1, the header not counted."""
    line: int
    """The line of the file on which the row ends, from 1."""
    values: Mapping[str, JsonValue]
    problem: str | None = None
    """Why the row cannot be used; its values are empty then."""


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a .csv, .jsonl or .ndjson file, one at a time.

    Raise `InvalidInput` where there is no such file, its ending is another one, or a CSV has no usable header.
    """
    readers = {".csv": _csv_rows, ".jsonl": _json_rows, ".ndjson": _json_rows}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise InvalidInput(f"{path}: only .csv and .jsonl files are read")
    with _open(path) as file:
        yield from reader(path, file)


def columns(path: Path) -> tuple[str, ...]:
    """The names of a CSV's columns, or of the fields in the first row of JSON Lines.

    Raise `InvalidInput` where there is no such file, or a CSV's header cannot be read.
    """
    if path.suffix.lower() == ".csv":
        with _open(path) as file:
            return tuple(_header(path, csv.reader(file, strict=True)))
    return next((tuple(row.values) for row in read_rows(path)), ())


def _open(path: Path) -> TextIO:
    try:
        # Bytes that are no UTF-8 become lone surrogates, which intake refuses row by row.
        return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}") from error


def _csv_rows(path: Path, file: TextIO) -> Iterator[Row]:
    reader = csv.reader(file, strict=True)
    header = _header(path, reader)
    if not header or len(set(header)) != len(header) or not all(header):
        raise InvalidInput(f"{path}: the first line has to name each column once, it is: {', '.join(header)!r}")
    number = 0
    while True:
        number += 1
        try:
            values = next(reader, None)
        except csv.Error as error:
            yield Row(number=number, line=reader.line_num, values={}, problem=f"not readable as CSV: {error}")
            continue
        if values is None:
            return
        if not values:
            number -= 1  # a blank line is no row
        elif len(values) != len(header):
            problem = f"{len(values)} values for {len(header)} columns ({', '.join(header)})"
            yield Row(number=number, line=reader.line_num, values={}, problem=problem)
        else:
            yield Row(number=number, line=reader.line_num, values=dict(zip(header, values, strict=True)))


def _header(path: Path, reader: Iterator[list[str]]) -> list[str]:
    csv.field_size_limit(MAX_FIELD)
    try:
        return next(reader, [])
    except csv.Error as error:
        raise InvalidInput(f"{path}: the header cannot be read: {error}") from error


def _json_rows(path: Path, file: TextIO) -> Iterator[Row]:
    number = line = 0
    while text := file.readline(MAX_LINE):
        line += 1
        if not text.endswith("\n") and len(text) >= MAX_LINE:
            while (rest := file.readline(MAX_LINE)) and not rest.endswith("\n"):
                pass
            number += 1
            yield Row(number=number, line=line, values={}, problem=f"longer than {MAX_LINE:,} characters")
            continue
        if not text.strip():
            continue
        number += 1
        try:
            values = json.loads(text, parse_constant=_no_constant)
        except ValueError as error:
            yield Row(number=number, line=line, values={}, problem=f"not readable as JSON: {error}")
        except RecursionError:
            yield Row(number=number, line=line, values={}, problem="nested too deep")
        else:
            if isinstance(values, dict):
                yield Row(number=number, line=line, values=values)
            else:
                yield Row(number=number, line=line, values={}, problem="not a JSON object")


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")

"""Rows of a file: cases to take in, or examples with their right answers. CSV and JSON, as real exports write them.

A file from outside always has errors. A row that cannot be read is yielded with its problem, and reading goes on with
the next row. Only a file that is no table at all is refused whole. Where two readings are possible, nothing is guessed:
the error says which option to give.
"""

import codecs
import csv
import json
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from pydantic import JsonValue

from workflows.engine.errors import InvalidInput
from workflows.engine.text.choices import choices

MAX_FIELD = 16 * 1024 * 1024
"""Characters in one CSV field. Without a limit, a quote that is never closed would read the whole file as one field."""
MAX_LINE = 16 * 1024 * 1024
"""Characters in one line."""
MAX_JSON = 256 * 1024 * 1024
"""Bytes of a .json file, which is read as a whole."""

_DELIMITERS = (",", ";", "\t", "|")
_HEADER_LINES = 50
"""Most lines of a header."""
_READ_AGAIN = 20 * MAX_FIELD
"""Characters that are read a second time, in total, after an unclosed quote took them in."""
_TABLES, _LINES, _JSON = frozenset({".csv", ".tsv"}), frozenset({".jsonl", ".ndjson"}), frozenset({".json"})
_SEPARATOR = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_SHORTENED = re.compile(r"[+-]?\d(?:[.,]\d+)?E\+\d{2,3}")
"""A long number as a spreadsheet writes it, such as 1.23457E+14."""
_LOOSE = re.compile(r"[\s_-]+")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNDECODED = re.compile("[\udc80-\udcff]")
"""A byte that is invalid in the file's encoding, as Python keeps it."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of a file."""

    number: int
    """Number of the row from 1, not counting the header."""
    line: int
    """Line of the file on which the row ends, from 1."""
    values: Mapping[str, JsonValue]
    problem: str | None = None
    """Reason why the row cannot be used; its values are empty then."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Settings for reading a file: format, encoding and columns."""

    fields: Sequence[str] = ()
    """The names that are wanted. Columns are found for them in upper and lower case alike. Empty: all columns, as they
    are.
    """
    named: Mapping[str, str] = field(default_factory=dict)
    """Field -> the column that holds it: its name, or `#3` for the third."""
    encoding: str | None = None
    """Name of the encoding; None: UTF-8, or the one that the file's first bytes show."""
    floats: frozenset[str] = frozenset()
    """The fields whose numbers may have an exponent. In other fields an exponent shows that a spreadsheet dropped
    digits.
    """


@dataclass(frozen=True, kw_only=True)
class Header:
    """The first line of a table, or the names of a JSON object."""

    names: tuple[str, ...]
    used: Mapping[int, str]
    """Position of a column -> the name under which its values are given."""

    @property
    def unused(self) -> tuple[str, ...]:
        """The columns whose values are not used."""
        return tuple(name for place, name in enumerate(self.names) if place not in self.used)


_PLAIN = Reading()


def read_rows(path: Path, reading: Reading = _PLAIN) -> Iterator[Row]:
    """Yield the rows of a .csv, .tsv, .jsonl, .ndjson or .json file, one at a time.

    Raise `InvalidInput` where there is no such file, its ending is another one, or a table has no usable header.
    """
    kind = path.suffix.lower()
    if kind not in _TABLES | _LINES | _JSON:
        raise InvalidInput(f"{path}: only .csv, .tsv, .jsonl, .ndjson and .json files are read")
    with _open(path, reading) as file:
        if kind in _TABLES:
            yield from _table(path, file, reading)
        else:
            yield from _named(
                _json_lines(file, reading) if kind in _LINES else _json_values(path, file, reading), reading
            )


def columns(path: Path, reading: Reading = _PLAIN) -> tuple[str, ...]:
    """Return the names of a table's columns, or of the fields in the first row of JSON.

    Raise `InvalidInput` where there is no such file, or a table's header cannot be read.
    """
    header = header_of(path, reading)
    if header is not None:
        return tuple(header.used.get(place, name) for place, name in enumerate(header.names))
    return next((tuple(row.values) for row in read_rows(path, reading)), ())


def header_of(path: Path, reading: Reading = _PLAIN) -> Header | None:
    """Return the header of a table; None for another kind of file. Raise `InvalidInput` as `read_rows` does."""
    if path.suffix.lower() not in _TABLES:
        return None
    with _open(path, reading) as file:
        names = _Table(path, file, reading).names
    return Header(names=names, used={} if not names else _used_in(path, names, reading))


# Text


def _open(path: Path, reading: Reading) -> TextIO:
    try:
        with path.open("rb") as file:
            start = file.read(1_000)
        encoding = reading.encoding or _encoding(start)
        codecs.lookup(encoding)
        # Bytes that are not of the encoding become lone surrogates, which are refused row by row.
        return path.open(encoding=encoding, errors="surrogateescape", newline="")
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror or error}") from error
    except LookupError:
        raise InvalidInput(f"{reading.encoding}: is not an encoding such as cp1252, utf-8 or utf-16") from None


def _encoding(start: bytes) -> str:
    """Return the encoding that the first bytes of a file suggest."""
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return encoding
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if max(even, odd) * 4 > len(start) > 3:  # every second byte of Latin text in UTF-16
        return "utf-16-be" if even > odd else "utf-16-le"
    return "utf-8-sig"


def _undecoded(text: str, reading: Reading) -> str | None:
    """Return the problem of a text with bytes that are invalid in the file's encoding; None where it has none."""
    found = _UNDECODED.search(text)
    if found is None:
        return None
    byte = f"byte 0x{ord(found[0]) - 0xDC00:02X}"
    if reading.encoding is not None:
        return f"is not {reading.encoding}: {byte}"
    return f"is not valid UTF-8: {byte}. If a Windows program wrote the file, say --encoding cp1252"


class _Lines(Iterator[str]):
    """The lines of a file, some of which can be given back. A line that is too long is skipped, and raises
    `_TooLong`.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._back: deque[str] = deque()
        self.number = 0
        """Number of the line that was given last, from 1."""
        self.taken: list[str] = []
        """The lines that were given since this list was last emptied."""

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._file.readline(MAX_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) >= MAX_LINE and not line.endswith(("\n", "\r")):
            while (rest := self._file.readline(MAX_LINE)) and not rest.endswith(("\n", "\r")):
                pass
            raise _TooLong(f"longer than {MAX_LINE:,} characters")
        self.taken.append(line)
        return line

    def give_back(self, lines: Sequence[str]) -> None:
        """Give these lines, the last that were taken, once more."""
        self._back.extendleft(reversed(lines))
        self.number -= len(lines)
        self.taken.clear()


class _TooLong(ValueError):
    """A line is too long."""


# Tables


class _Table:
    """A table that is read from its first line."""

    def __init__(self, path: Path, file: TextIO, reading: Reading) -> None:
        csv.field_size_limit(MAX_FIELD)
        self.lines = _Lines(file)
        try:
            first = next(self.lines, "")
            separator = _SEPARATOR.fullmatch(first.strip("\r\n"))
            if separator is None:
                self.lines.give_back([first] if first else [])
            self.delimiter = separator[1] if separator is not None else _delimiter(self.lines, reading)
            self.lines.taken.clear()
            names = next(self.reader(), [])
        except (csv.Error, UnicodeError, _TooLong) as error:
            raise InvalidInput(f"{path}: the header cannot be read: {error}") from error
        problem = _undecoded("".join(names), reading)
        if problem is not None:
            raise InvalidInput(f"{path}: the header {problem}")
        self.names = tuple(names)

    def reader(self) -> Iterator[list[str]]:
        """Return a reader of the lines that are left."""
        return csv.reader(self.lines, delimiter=self.delimiter, strict=True)


def _delimiter(lines: _Lines, reading: Reading) -> str:
    """Return the delimiter that gives the header the most wanted columns, and among equals the most columns."""
    head: list[str] = []
    # A header has further lines while a quote is open in it.
    while len(head) < _HEADER_LINES and (not head or "".join(head).count('"') % 2) and (line := next(lines, "")):
        head.append(line)
    lines.give_back(head)
    loose = {_loose(name) for name in (*reading.fields, *reading.named.values())}
    best, most = ",", (0, 1)
    for delimiter in _DELIMITERS:
        try:
            names = next(csv.reader(iter(head), delimiter=delimiter, strict=True), [])
        except csv.Error:
            continue
        found = (len({_loose(name) for name in names} & loose), len(names))
        if found > most:
            best, most = delimiter, found
    return best


def _table(path: Path, file: TextIO, reading: Reading) -> Iterator[Row]:
    table = _Table(path, file, reading)
    used = _used_in(path, table.names, reading)
    lines, reader, number, read_again = table.lines, table.reader(), 0, 0
    while True:
        lines.taken.clear()
        problem = None
        values: list[str] | None = []
        try:
            values = next(reader, None)
        except csv.Error as error:
            problem = f"not readable as CSV: {error}"
            after = lines.taken[1:]
            if after and read_again <= _READ_AGAIN:
                problem = "a quote is opened in it and not closed"
                read_again += sum(map(len, after))
                lines.give_back(after)
            reader = table.reader()
        except _TooLong as error:
            problem, reader = str(error), table.reader()
        except UnicodeError as error:
            yield Row(
                number=number + 1, line=lines.number + 1, values={}, problem=f"not readable from here on: {error}"
            )
            return
        if values is None:
            return
        if problem is None and (not values or (reading.fields and not any(values))):
            continue  # a blank line is no row; where fields are wanted, neither is a line of empty cells
        number += 1
        problem = problem or _amiss(table.names, values, used, reading)
        given = {name: values[place] for place, name in used.items()} if problem is None else {}
        yield Row(number=number, line=lines.number, values=given, problem=problem)


def _amiss(names: Sequence[str], values: Sequence[str], used: Mapping[int, str], reading: Reading) -> str | None:
    """Return why the values of a row cannot be used; None where they can."""
    # A spreadsheet adds empty cells behind the last column.
    if len(values) < len(names) or any(values[len(names) :]):
        shown = ", ".join(names) if len(names) <= 10 else f"{', '.join(names[:10])}, …"
        plural = "" if len(values) == 1 else "s"
        return f"{len(values)} value{plural} for {len(names)} columns ({shown})"
    for place, name in used.items():
        problem = _undecoded(values[place], reading)
        if problem is not None:
            return f"{name}: {problem}"
        if reading.fields and name not in reading.floats and _SHORTENED.fullmatch(values[place].strip()):
            return (
                f"{name}: {values[place].strip()} is a number that a spreadsheet shortened, and its digits are lost: "
                "export the column as text"
            )
    return None


def _used(names: Sequence[str], reading: Reading) -> dict[int, str]:
    """Return position -> the name under which its values are given. Raise `InvalidInput` where that is not clear."""
    if not reading.fields:
        stripped = [name for name in names if name.strip()]
        if not stripped or len(set(stripped)) < len(stripped):
            raise InvalidInput(f"the first line has to name each column once, it is: {', '.join(names)!r}")
        return {place: name for place, name in enumerate(names) if name.strip()}
    free = {place: name.strip() for place, name in enumerate(names)}
    used: dict[int, str] = {}
    said = [name for name in reading.fields if name in reading.named]
    unsaid = [name for name in reading.fields if name not in reading.named]
    # Columns that --map names come first, then exact names, then names that differ only in case or spaces.
    for wanted, alike in [*((one, True) for one in said), *((one, alike) for alike in (False, True) for one in unsaid)]:
        if wanted in used.values():
            continue
        place = _place(free, wanted, reading, alike=alike)
        if place is not None:
            used[place] = wanted
            del free[place]
    return used


def _used_in(path: Path, names: Sequence[str], reading: Reading) -> dict[int, str]:
    """The same for the columns of a file. Raise `InvalidInput` that names it."""
    try:
        return _used(names, reading)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: {error}") from None


def _place(free: Mapping[int, str], wanted: str, reading: Reading, *, alike: bool) -> int | None:
    """Return the position of a field's column; None where there is none. `alike`: upper and lower case are the same."""
    name = reading.named.get(wanted, wanted)
    if wanted in reading.named and re.fullmatch(r"#[1-9]\d{0,5}", name) and int(name[1:]) - 1 in free:
        return int(name[1:]) - 1
    found = [place for place, one in free.items() if one == name]
    if not found and alike:
        found = [place for place, one in free.items() if _loose(one) == _loose(name)]
    if len(found) > 1:
        which = " or ".join(f"{free[place]} (#{place + 1})" for place in found)
        raise InvalidInput(f"which column is {wanted}, {which}? Say --map '{wanted}=#{found[0] + 1}' or the other")
    if not found and wanted in reading.named:
        raise InvalidInput(f"there is no column {name} for {wanted}; there are: {choices(free.values(), typed=name)}")
    return found[0] if found else None


def _loose(name: str) -> str:
    return _LOOSE.sub("_", name.strip()).casefold()


# JSON


def _named(rows: Iterator[Row], reading: Reading) -> Iterator[Row]:
    """Yield the rows with the wanted names; other names stay as they are."""
    for row in rows:
        if row.problem is not None or not reading.fields:
            yield row
            continue
        names = tuple(row.values)
        try:
            used = _used(names, _present(names, reading))
        except InvalidInput as error:
            yield Row(number=row.number, line=row.line, values={}, problem=str(error))
            continue
        values = {used.get(place, name): row.values[name] for place, name in enumerate(names)}
        yield Row(number=row.number, line=row.line, values=values)


def _present(names: Sequence[str], reading: Reading) -> Reading:
    """Return the reading without the columns that a row does not have: an object may leave a field out."""
    loose = {_loose(name) for name in names}
    named = {field: name for field, name in reading.named.items() if _loose(name) in loose}
    return Reading(fields=reading.fields, named=named, encoding=reading.encoding, floats=reading.floats)


class _Decoder:
    """A JSON decoder that also notices a name that stands twice, and numbers that JSON does not have."""

    def __init__(self) -> None:
        self.problem: str | None = None
        self._decoder = json.JSONDecoder(object_pairs_hook=self._pairs, parse_constant=self._constant)

    def value(self, text: str, start: int) -> tuple[JsonValue, int]:
        """Return the value that begins at `start`, and the position of its end. Raise `ValueError` or
        `RecursionError`.
        """
        self.problem = None
        value, end = self._decoder.raw_decode(text, start)
        return value, end

    def _pairs(self, pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
        made = dict(pairs)
        if len(made) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            self.problem = self.problem or f"the name {twice!r:.80} stands in it twice"
        return made

    def _constant(self, name: str) -> float:
        self.problem = self.problem or f"not readable as JSON: {name} is not a JSON number"
        return 0.0


_SPACE = re.compile(r"[ \t\r\n]*")


def _json_lines(file: TextIO, reading: Reading) -> Iterator[Row]:
    lines, decoder, number = _Lines(file), _Decoder(), 0
    while True:
        lines.taken.clear()
        try:
            text = next(lines, None)
        except _TooLong as error:
            number += 1
            yield Row(number=number, line=lines.number, values={}, problem=str(error))
            continue
        except UnicodeError as error:
            yield Row(
                number=number + 1, line=lines.number + 1, values={}, problem=f"not readable from here on: {error}"
            )
            return
        if text is None:
            return
        if not text.strip():
            continue
        number += 1
        yield _json_row(decoder, text, reading, number, lines.number)


def _json_row(decoder: _Decoder, text: str, reading: Reading, number: int, line: int) -> Row:
    problem = _undecoded(text, reading)
    value: JsonValue = None
    if problem is None:
        try:
            value, end = decoder.value(text, _after_space(text, 0))
            rest = _after_space(text, end)
            if rest < len(text):
                raise json.JSONDecodeError("Extra data", text, rest)
            problem = decoder.problem
        except ValueError as error:
            problem = f"not readable as JSON: {error}"
        except RecursionError:
            problem = "nested too deep"
    return _of_json(value, problem, number, line)


def _of_json(value: JsonValue, problem: str | None, number: int, line: int) -> Row:
    if problem is None and not isinstance(value, dict):
        problem = "not a JSON object"
    values = value if isinstance(value, dict) and problem is None else {}
    return Row(number=number, line=line, values=values, problem=problem)


def _json_values(path: Path, file: TextIO, reading: Reading) -> Iterator[Row]:
    """Yield the objects of an array, or objects that follow each other."""
    if path.stat().st_size > MAX_JSON:
        raise InvalidInput(f"{path}: larger than {MAX_JSON:,} bytes; write an object on each line of a .jsonl file")
    try:
        text = file.read()
    except UnicodeError as error:
        raise InvalidInput(f"{path}: cannot be read: {error}") from error
    decoder, number, line, counted = _Decoder(), 0, 1, 0
    place = _after_space(text, 0)
    in_array = text.startswith("[", place)
    place = _after_space(text, place + 1) if in_array else place
    while place < len(text) and not (in_array and text.startswith("]", place)):
        number += 1
        value: JsonValue = None
        begun, stop = place, ""
        try:
            value, place = decoder.value(text, place)
            problem = decoder.problem or _undecoded(text[begun:place], reading)
        except ValueError as error:
            problem, stop = f"not readable as JSON: {error}", "; nothing after it was read"
        except RecursionError:
            problem, stop = "nested too deep", "; nothing after it was read"
        line, counted = line + text.count("\n", counted, place), place
        yield _of_json(value, f"{problem}{stop}" if problem else None, number, line)
        if stop:
            return
        place = _after_space(text, place)
        if in_array and text.startswith(",", place):
            place = _after_space(text, place + 1)
        elif in_array and not text.startswith("]", place):
            end = "the list does not end" if place >= len(text) else "a comma or the end of the list has to follow"
            yield Row(number=number + 1, line=line, values={}, problem=f"{end}; nothing after it was read")
            return
    if in_array:
        # A file that was cut off may end anywhere, also where another value would follow.
        ends = text.startswith("]", place)
        if not ends or _after_space(text, place + 1) < len(text):
            why = "there is text after the end of the list; it was not read" if ends else "the list does not end"
            yield Row(number=number + 1, line=line, values={}, problem=why)


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found is not None else place

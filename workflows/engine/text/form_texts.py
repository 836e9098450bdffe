"""Texts in a form for values, and the values of such texts. Each text is read back to exactly its value."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from math import isfinite
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import JsonValue, TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from workflows.engine.text.canonical_json import canonical, unstorable_value
from workflows.engine.text.form_fields import OF_FILES, Field, Kind, named
from workflows.engine.text.form_rows import split_lines, split_rows, write_lines, write_rows
from workflows.engine.text.sanitize import one_line

_YES, _NO = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0"})
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,6})?)?", re.ASCII)
_MOMENT = re.compile(r"(?P<date>\d{4}-\d{2}-\d{2})[ T]\s*(?P<time>[\d:.]+)\s*(?P<zone>\S.*)?", re.ASCII | re.DOTALL)
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d{2}))?", re.ASCII)
_PARTS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}
_NAMES = {
    "days": "d", "day": "d", "d": "d", "hours": "h", "hour": "h", "hrs": "h", "hr": "h", "h": "h",
    "minutes": "min", "minute": "min", "mins": "min", "min": "min", "m": "min",
    "seconds": "s", "second": "s", "secs": "s", "sec": "s", "s": "s",
}  # fmt: skip
_PART = re.compile(r"(\d+)(\.\d{1,6})?\s*([a-z]+)", re.ASCII)
_CLOCK = re.compile(r"(\d+):(\d{2})(?::(\d{2}))?", re.ASCII)
_NAME = 120
"""Most characters of the name of a file that are shown."""
_duration: TypeAdapter[timedelta] = TypeAdapter(timedelta)


def text_of(field: Field, value: JsonValue) -> str:
    """Return the form's text for a kept value, which `value_of` reads back; its JSON where no other text would be.

    For files it is their names, which nothing reads back.
    """
    if value is None:
        return ""
    if field.kind in OF_FILES:
        return ", ".join(names_of(value))
    written = _written(field, value)
    if written is None:
        return value if isinstance(value, str) and field.kind is not Kind.JSON else canonical(value)
    return written


def names_of(value: JsonValue) -> list[str]:
    """Return the names of the files in a kept value of a field that holds files."""
    files = value if isinstance(value, list) else [value]
    return [one_line(str(one.get("name")), _NAME) for one in files if isinstance(one, dict)]


def value_of(field: Field, text: str) -> JsonValue:
    """Return the value of a text in a field. Raise `ValueError` with the required form."""
    word = text.strip()
    match field.kind:
        case Kind.TEXT:
            return text
        case Kind.YES_NO:
            if word.lower() not in _YES | _NO:
                raise ValueError("has to be yes or no")
            return word.lower() in _YES
        case Kind.CHOICE:
            return _choice(field, text)
        case Kind.CHOICES:
            return _choices(field, text)
        case Kind.WHOLE:
            return _number(int, word, "has to be a whole number")
        case Kind.NUMBER:
            return _number(float, word, "has to be a number")
        case Kind.DATE:
            return _date(word)
        case Kind.TIME:
            return _time(word)
        case Kind.MOMENT:
            return _moment(field, word)
        case Kind.DURATION:
            return _seconds(word)
        case Kind.LIST:
            return _list(field, text)
        case Kind.ROW:
            return _row(field, text)
        case Kind.ROWS:
            return _rows(field, text)
        case Kind.JSON:
            return _json(text)
        case Kind.DOCUMENT | Kind.DOCUMENTS:
            raise ValueError("is handed in as a file, and not typed")
        case _:
            return word


def _written(field: Field, value: JsonValue) -> str | None:
    """Return a value in the field's own form; None where that cannot hold it, because it was kept in another form."""
    match field.kind:
        case Kind.YES_NO if isinstance(value, bool):
            return "yes" if value else "no"
        case Kind.CHOICE:
            return _texts(field).get(canonical(value))
        case Kind.ROWS | Kind.LIST if value == []:
            return "[]" if field.nullable else ""
        case Kind.CHOICES:
            chosen = _chosen_of(field, value)
            if chosen == [] and not (field.adds_up and value):
                return "[]" if field.nullable else ""
            ways = [", ".join(chosen), "\n".join(chosen)] if chosen else []
        case Kind.TIME | Kind.MOMENT | Kind.DURATION if isinstance(value, str | int | float):
            ways = [_of_time(field, value)]
        case Kind.LIST if isinstance(value, list) and field.item is not None:
            ways = [write_lines([text_of(field.item, one) for one in value])]
        case Kind.ROW if isinstance(value, dict):
            ways = [write_rows([_cells(field, value)])]
        case Kind.ROWS if isinstance(value, list):
            ways = [write_rows([_cells(field, one) for one in value if isinstance(one, dict)])]
        case _:
            return None
    return next((way for way in ways if _reads_back(field, way, value)), None)


def _reads_back(field: Field, text: str, value: JsonValue) -> bool:
    try:
        read = value_of(field, text)
        if field.kind is Kind.DURATION:
            return _duration.validate_python(read) == _duration.validate_python(value)
    except ValueError:
        return False
    return bool(text.strip()) and canonical(read) == canonical(value)


def _cells(field: Field, record: Mapping[str, JsonValue]) -> list[str]:
    return [text_of(column, record.get(column.name)) for column in field.columns]


# Choices


def chosen_in(field: Field, text: str) -> list[str] | None:
    """Return the choices that a text names; None where it names something else."""
    try:
        return _chosen_of(field, value_of(field, text))
    except ValueError:
        return None


def _texts(field: Field) -> dict[str, str]:
    """Return the value of each choice, as JSON -> its text. As JSON, because True equals 1 in Python."""
    return {canonical(meant): text for text, meant in _meanings(field)}


def _chosen_of(field: Field, value: JsonValue) -> list[str] | None:
    """Return the texts of several choices; None where one of the values is no choice."""
    if field.adds_up:
        bits = [(text, bit) for text, bit in _meanings(field) if isinstance(bit, int) and bit]
        return [text for text, bit in bits if value & bit == bit] if isinstance(value, int) else None
    if not isinstance(value, list):
        return None
    texts = _texts(field)
    chosen = [texts.get(canonical(one)) for one in value]
    return [text for text in chosen if text is not None] if None not in chosen else None


def _meanings(field: Field) -> list[tuple[str, JsonValue]]:
    return list(zip(field.choices, field.meant or field.choices, strict=True))


def _choice(field: Field, text: str) -> JsonValue:
    """Return the value of the choice with exactly this text, else of the only one that is alike in case, name or
    value.
    """
    meanings = _meanings(field)
    for choice, value in meanings:
        if choice == text:
            return value
    word = text.strip().casefold()
    alike = {
        canonical(value): value
        for choice, value in meanings
        if word in {choice.strip().casefold(), choice.replace(" ", "_").casefold(), _plain(value).casefold()}
    }
    if len(alike) != 1:
        raise ValueError(f"has to be one of: {field.choices_named()}")
    return next(iter(alike.values()))


def _plain(value: JsonValue) -> str:
    return value if isinstance(value, str) else canonical(value)


def _choices(field: Field, text: str) -> JsonValue:
    if text.lstrip().startswith("["):
        listed = _json(text)
        chosen = [_choice(field, _plain(one)) for one in listed] if isinstance(listed, list) else []
    else:
        chosen = [value for line in text.split("\n") if line.strip() for value in _on_a_line(field, line)]
    if not field.adds_up:
        return chosen
    total = 0
    for bit in chosen:
        total |= bit if isinstance(bit, int) else 0
    return total


def _on_a_line(field: Field, line: str) -> list[JsonValue]:
    """Return the choices on a line: one whose text may hold commas, or several with commas between."""
    try:
        return [_choice(field, line)]
    except ValueError:
        parts = [part for part in line.split(",") if part.strip()]
        if len(parts) < 2:
            raise
    chosen = []
    for part in parts:
        try:
            chosen.append(_choice(field, part.strip()))
        except ValueError:
            raise ValueError(f"{part.strip()}: is none of: {field.choices_named()}") from None
    return chosen


# Time


def _of_time(field: Field, value: str | int | float) -> str:
    """Return a time, a moment or a duration as people write it; empty where it was kept in another form."""
    try:
        if field.kind is Kind.DURATION:
            return _of_duration(_duration.validate_python(value))
        if field.kind is Kind.TIME:
            return _of_clock(time.fromisoformat(str(value)))
        moment = datetime.fromisoformat(str(value))
    except (ValueError, ValidationError, OverflowError):
        return ""
    zone = "" if moment.tzinfo is None else f" {_of_offset(moment)}"
    return f"{moment.date()} {_of_clock(moment.time())}{zone}"


def _of_clock(clock: time) -> str:
    """Return a time of day without seconds where there are none. A time with a zone stays in ISO form."""
    if clock.second or clock.microsecond or clock.tzinfo is not None:
        return clock.isoformat()
    return clock.isoformat("minutes")


def _of_offset(moment: datetime) -> str:
    offset = moment.utcoffset()
    return "UTC" if not offset else moment.isoformat()[-6:]


def _date(word: str) -> str:
    try:
        if _DATE.fullmatch(word):
            return date.fromisoformat(word).isoformat()
    except ValueError:
        raise ValueError(f"there is no day {word}") from None
    raise ValueError("has to be a date such as 2026-03-01")


def _time(word: str) -> JsonValue:
    return _as_kept(_clock(word))


def _clock(word: str) -> time:
    try:
        found = _TIME.fullmatch(word)
        return time.fromisoformat(word if found is None else word.zfill(len(word) + 2 - len(found[1])))
    except ValueError:
        raise ValueError("has to be a time such as 14:30") from None


def _moment(field: Field, word: str) -> JsonValue:
    found = _MOMENT.fullmatch(word)
    if found is None:
        need = " and a time zone, such as 2026-03-01 14:30 +01:00" if field.zoned else ", such as 2026-03-01 14:30"
        raise ValueError(f"has to be a date with a time{need}")
    moment = datetime.combine(date.fromisoformat(_date(found["date"])), _clock(found["time"]))
    if found["zone"] is not None:
        if field.zoned is False:
            raise ValueError("has to be without a time zone")
        moment = _placed(moment, _zone(found["zone"].strip()))
    elif field.zone is not None:
        moment = _placed(moment, field.zone)
    return _as_kept(moment)


def _zone(word: str) -> tzinfo:
    if word.upper() in ("Z", "UTC", "GMT"):
        return UTC
    offset = _OFFSET.fullmatch(word.upper())
    try:
        if offset is not None:
            iso = f"{offset[1]}{offset[2]:0>2}:{offset[3] or '00'}"
            zone = datetime.fromisoformat(f"2026-01-01T00:00:00{iso}").tzinfo
            assert zone is not None
            return zone
        return ZoneInfo(word)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError(f"{word}: is not a time zone such as +01:00, UTC or Europe/Berlin") from None


def _placed(moment: datetime, zone: tzinfo) -> datetime:
    """Return a time of day in a zone. Raise `ValueError` for a time that the clocks leave out or show twice."""
    first, second = moment.replace(tzinfo=zone, fold=0), moment.replace(tzinfo=zone, fold=1)
    if first.utcoffset() != second.utcoffset():
        if first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != moment:
            raise ValueError(f"the clocks of {zone} leave out {moment:%H:%M} on that day")
        offsets = " or ".join(one.isoformat()[-6:] for one in (first, second))
        raise ValueError(f"the clocks of {zone} show {moment:%H:%M} twice on that day: write {offsets} after it")
    return first


def _as_kept(value: object) -> JsonValue:
    plain: JsonValue = to_jsonable_python(value)
    return plain


def _of_duration(duration: timedelta) -> str:
    left = abs(duration)
    whole, words = left.days * 86_400 + left.seconds, []
    for name, seconds in _PARTS.items():
        number, whole = divmod(whole, seconds)
        if name == "s" and left.microseconds:
            words.append(f"{number}.{left.microseconds:06}".rstrip("0") + " s")
        elif number:
            words.append(f"{number} {name}")
    return ("-" if duration < timedelta(0) else "") + (" ".join(words) or "0 min")


def _seconds(word: str) -> JsonValue:
    text = word.lower().replace(" and ", " ").replace(",", " ")
    sign = -1 if text.startswith("-") else 1
    text = text.removeprefix("-").strip()
    try:
        if text.startswith("p"):
            return _as_kept(_duration.validate_python(word.upper()))
        clock = _CLOCK.fullmatch(text)
        if clock is not None:
            hours, minutes, seconds = (int(part or 0) for part in clock.groups())
            return _as_kept(sign * timedelta(hours=hours, minutes=minutes, seconds=seconds))
        parts = _PART.findall(text)
        if not parts or _PART.sub("", text).strip():
            raise ValueError(text)
        total = timedelta()
        for number, rest, name in parts:
            of_one = _PARTS[_NAMES[name]]
            total += timedelta(seconds=int(number) * of_one)
            total += timedelta(microseconds=int(rest[1:].ljust(6, "0")) * of_one) if rest else timedelta()
        return _as_kept(sign * total)
    except (ValueError, KeyError, OverflowError, ValidationError):
        raise ValueError("has to be a duration such as 2 h 30 min") from None


# Lists and records


def _list(field: Field, text: str) -> JsonValue:
    assert field.item is not None
    if text.lstrip().startswith("["):
        try:
            listed = _json(text)
        except ValueError:
            listed = None  # an ordinary line that begins with a bracket
        if isinstance(listed, list):
            return listed
    made: list[JsonValue] = []
    lines = split_lines(text)
    for number, line in enumerate(lines, 1):
        try:
            made.append(value_of(field.item, line))
        except ValueError as error:
            raise ValueError(f"line {number}: {error}" if len(lines) > 1 else str(error)) from None
    return made


def _row(field: Field, text: str) -> JsonValue:
    if text.lstrip().startswith("{"):
        return _json(text)
    rows = split_rows(text)
    if len(rows) != 1:
        raise ValueError(f"has to be one row: {named(field.columns)}")
    return _record(field, rows[0], where="")


def _rows(field: Field, text: str) -> JsonValue:
    if text.lstrip().startswith(("[{", "[]")):
        return _json(text)  # JSON from a file, or kept in another form
    return [_record(field, row, where=f"row {number}") for number, row in enumerate(split_rows(text), 1)]


def _record(field: Field, row: Sequence[str], *, where: str) -> JsonValue:
    if len(row) != len(field.columns):
        parts = f"{len(row)} part{'' if len(row) == 1 else 's'}"
        raise ValueError(f"{f'{where} has' if where else 'has'} {parts}, and has to be: {named(field.columns)}")
    record: dict[str, JsonValue] = {}
    for column, text in zip(field.columns, row, strict=True):
        place = f"{f'{where}, ' if where else ''}{column.label.lower()}"
        if column.required and not text:
            raise ValueError(f"{place}: is missing")
        if column.nullable and not text:
            record[column.name] = None
        elif text or column.kind is Kind.TEXT or text in column.choices:
            try:
                record[column.name] = value_of(column, text)
            except ValueError as error:
                raise ValueError(f"{place}: {error}") from None
    return record


def _number(kind: type[int] | type[float], word: str, complaint: str) -> int | float:
    try:
        number = kind(word)
    except ValueError:
        raise ValueError(complaint) from None
    if "_" in word or (isinstance(number, float) and not isfinite(number)):
        raise ValueError(complaint)
    return number


def _json(text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise ValueError(f"has to be JSON; the error is at line {error.lineno}, character {error.colno}") from None
    except (ValueError, RecursionError):
        raise ValueError("has to be JSON") from None
    problem = unstorable_value(value)
    if problem is not None:
        raise ValueError(problem)
    return value


def _no_constant(name: str) -> float:
    raise ValueError(name)

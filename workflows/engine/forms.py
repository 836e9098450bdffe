"""The form of a review, drawn from the workflow's output, and what people type into it.

The form knows kinds of fields and nothing of how they are shown; whoever shows it turns each kind into an input.
"""

import json
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from math import isfinite
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from workflows.engine.canonical import canonical, from_body, to_body, unstorable
from workflows.engine.complaints import complaints
from workflows.engine.errors import InvalidOutput
from workflows.engine.form_rows import SEPARATOR, split_rows, write_rows
from workflows.engine.proposal import OutputT


class Kind(StrEnum):
    """What a person enters."""

    TEXT = "text"
    CHOICE = "choice"
    YES_NO = "yes_no"
    WHOLE = "whole number"
    NUMBER = "number"
    AMOUNT = "amount"
    DATE = "date"
    ROWS = "rows"
    """A list of records without lists and objects inside: a row of text each."""
    JSON = "json"
    """Anything else: lists and objects, written as JSON."""


_KINDS: Mapping[object, Kind] = {
    str: Kind.TEXT,
    bool: Kind.YES_NO,
    int: Kind.WHOLE,
    float: Kind.NUMBER,
    Decimal: Kind.AMOUNT,
    date: Kind.DATE,
}
_LEAST_COLUMNS = 2
"""With one, a row of nothing but an empty value would be a blank line."""
_YES, _NO = frozenset({"yes", "true", "1"}), frozenset({"no", "false", "0"})


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field of a form."""

    name: str
    label: str
    kind: Kind
    required: bool
    """May it not be left empty?"""
    nullable: bool = False
    """Left empty, is there no value?"""
    choices: tuple[str, ...] = ()
    help: str | None = None
    max_length: int | None = None
    """Characters, for a text."""
    columns: tuple["Field", ...] = ()
    """The fields of a record, for rows."""


def form_of(output: type[BaseModel]) -> tuple[Field, ...]:
    """The fields of a review's form, in the order in which the output declares them."""
    return tuple(_field(name, info) for name, info in output.model_fields.items())


def entries(output: BaseModel) -> dict[str, str]:
    """What stands in the form for these values: what `read_form` reads back to them."""
    return entries_of(type(output), json.loads(to_body(output)))


def entries_of(output: type[BaseModel], values: Mapping[str, JsonValue]) -> dict[str, str]:
    """The same for values as they are kept, whether or not they fit the output as it is now."""
    return {field.name: _entry(field, values.get(field.name)) for field in form_of(output)}


def _entry(field: Field, value: JsonValue) -> str:
    if value is None:
        return ""
    if isinstance(value, bool) and field.kind is Kind.YES_NO:
        return "yes" if value else "no"
    if field.kind is Kind.ROWS and isinstance(value, list) and all(_is_row(field, record) for record in value):
        records = [record for record in value if isinstance(record, dict)]
        if not records and field.nullable:
            return canonical(value)
        return write_rows([[_entry(column, record.get(column.name)) for column in field.columns] for record in records])
    return value if isinstance(value, str) and field.kind is not Kind.JSON else canonical(value)


def _is_row(field: Field, record: JsonValue) -> bool:
    """May a record stand in a row? It may not if it was kept in another form."""
    return isinstance(record, dict) and record.keys() <= {column.name for column in field.columns}


def read_form(output: type[OutputT], typed: Mapping[str, str]) -> OutputT:
    """Read what a person typed. Raise `InvalidOutput`, saying for each field what is wrong with it.

    A field that may be left empty and is, is None where it can be, and else its default.
    """
    fields = {field.name: field for field in form_of(output)}
    errors = {name: f"is no field; there are: {', '.join(fields)}" for name in typed if name not in fields}
    values: dict[str, JsonValue] = {}
    for name, field in fields.items():
        text = typed.get(name, "")
        problem = unstorable({name: text})
        if problem is not None:
            errors[name] = problem.removeprefix(f"{name}: ")
        elif field.required and not text.strip():
            errors[name] = "is missing"
        elif field.nullable and not text.strip():
            values[name] = None
        elif text.strip() or field.kind in (Kind.TEXT, Kind.ROWS) or text in field.choices:
            try:
                values[name] = value_of(field, text)
            except ValueError as error:
                errors[name] = str(error)
    if errors:
        raise InvalidOutput(errors)
    try:
        return from_body(output, canonical(values))
    except ValidationError as error:
        raise InvalidOutput(_complaints(error, fields)) from error


def _complaints(error: ValidationError, fields: Mapping[str, Field]) -> dict[str, str]:
    """What is wrong with which field; rows are counted as people count them."""
    found: dict[str, str] = {}
    for where, what in complaints(error).items():
        name, *inside = where.split(".")
        if name in fields and fields[name].kind is Kind.ROWS and inside and inside[0].isdigit():
            row = ", ".join([f"row {int(inside[0]) + 1}", *(part.replace("_", " ") for part in inside[1:])])
            found[name] = f"{found[name]}; {row}: {what}" if name in found else f"{row}: {what}"
        else:
            found[where] = what
    return found


def _field(name: str, info: FieldInfo) -> Field:
    annotation, rules, nullable = _unwrapped(info.annotation)
    rules += tuple(info.metadata)
    rules += tuple(limit for rule in rules if isinstance(rule, FieldInfo) for limit in rule.metadata)
    choices: tuple[str, ...] = ()
    columns = _columns(annotation)
    help = info.description
    if get_origin(annotation) is Literal and all(isinstance(choice, str) for choice in get_args(annotation)):
        kind, choices = Kind.CHOICE, get_args(annotation)
    elif isinstance(annotation, type) and issubclass(annotation, StrEnum):
        kind, choices = Kind.CHOICE, tuple(member.value for member in annotation)
    elif columns:
        kind = Kind.ROWS
        help = " ".join(filter(None, [f"A row each: {_named(columns)}.", help]))
    else:
        kind = _KINDS.get(annotation, Kind.JSON)
    limits = [limit for rule in rules if (limit := getattr(rule, "max_length", None)) is not None]
    return Field(
        name=name,
        label=info.title or name.replace("_", " ").capitalize(),
        kind=kind,
        required=info.is_required() and not nullable and "" not in choices and not _may_be_empty(kind, info),
        nullable=nullable,
        choices=choices,
        help=help,
        max_length=min(limits, default=None),
        columns=columns,
    )


def _columns(annotation: Any) -> tuple[Field, ...]:  # Any: an annotation is no type of its own
    """The fields of the records in a list, where each can stand in a row."""
    inner = get_args(annotation)[0] if get_origin(annotation) in (list, Sequence) and get_args(annotation) else None
    if not (isinstance(inner, type) and issubclass(inner, BaseModel)) or len(inner.model_fields) < _LEAST_COLUMNS:
        return ()
    if any(get_origin(info.annotation) is list or info.annotation is inner for info in inner.model_fields.values()):
        return ()
    columns = form_of(inner)
    return columns if all(column.kind not in (Kind.JSON, Kind.ROWS) for column in columns) else ()


def _named(columns: Sequence[Field]) -> str:
    return SEPARATOR.join(column.label for column in columns)


def _unwrapped(annotation: Any) -> tuple[Any, tuple[object, ...], bool]:  # Any: an annotation is no type of its own
    """What an annotation says without Annotated and None: the type, its rules, and whether it may be None."""
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        inner, rules, nullable = _unwrapped(arguments[0])
        return inner, (*rules, *arguments[1:]), nullable
    if type(None) in arguments and get_origin(annotation) in (Union, types.UnionType):
        rest = [argument for argument in arguments if argument is not type(None)]
        if len(rest) == 1:
            inner, rules, _ = _unwrapped(rest[0])
            return inner, rules, True
    if None in arguments and get_origin(annotation) is Literal:
        return Literal[tuple(choice for choice in arguments if choice is not None)], (), True
    return annotation, (), False


def _may_be_empty(kind: Kind, info: FieldInfo) -> bool:
    """Is it a text, or are these rows, whose own validation takes empty ones?"""
    if kind not in (Kind.TEXT, Kind.ROWS):
        return False
    try:
        TypeAdapter(info.rebuild_annotation()).validate_python("" if kind is Kind.TEXT else [])
    except ValidationError:
        return False
    return True


def value_of(field: Field, text: str) -> JsonValue:
    """What a text stands for in a field. Raise `ValueError`, saying what it has to be."""
    word = text.strip()
    match field.kind:
        case Kind.TEXT:
            return text
        case Kind.YES_NO:
            if word.lower() not in _YES | _NO:
                raise ValueError("has to be yes or no")
            return word.lower() in _YES
        case Kind.CHOICE:
            if text not in field.choices:
                raise ValueError(f"has to be one of: {', '.join(field.choices)}")
            return text
        case Kind.WHOLE:
            return _number(int, word, "has to be a whole number")
        case Kind.NUMBER:
            return _number(float, word, "has to be a number")
        case Kind.ROWS:
            return _rows(field, text)
        case Kind.JSON:
            return _json(field.name, text)
        case _:
            return word


def _rows(field: Field, text: str) -> JsonValue:
    if text.lstrip().startswith(("[{", "[]")):
        return _json(field.name, text)  # as it stands in a file, or was kept in another form
    records: list[JsonValue] = []
    for number, row in enumerate(split_rows(text), 1):
        if len(row) != len(field.columns):
            parts = f"{len(row)} part{'' if len(row) == 1 else 's'}"
            raise ValueError(f"row {number} has {parts}, and has to be: {_named(field.columns)}")
        records.append(_record(field, number, row))
    return records


def _record(field: Field, number: int, row: Sequence[str]) -> JsonValue:
    record: dict[str, JsonValue] = {}
    for column, text in zip(field.columns, row, strict=True):
        if column.required and not text:
            raise ValueError(f"row {number}, {column.label.lower()}: is missing")
        if column.nullable and not text:
            record[column.name] = None
        elif text or column.kind is Kind.TEXT or text in column.choices:
            try:
                record[column.name] = value_of(column, text)
            except ValueError as error:
                raise ValueError(f"row {number}, {column.label.lower()}: {error}") from None
    return record


def _number(kind: type[int] | type[float], word: str, complaint: str) -> int | float:
    try:
        number = kind(word)
    except ValueError:
        raise ValueError(complaint) from None
    if "_" in word or (isinstance(number, float) and not isfinite(number)):
        raise ValueError(complaint)
    return number


def _json(name: str, text: str) -> JsonValue:
    try:
        value: JsonValue = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ValueError("has to be JSON") from None
    problem = unstorable({name: value})
    if problem is not None:
        raise ValueError(problem.removeprefix(f"{name}: "))
    return value


def _no_constant(name: str) -> float:
    raise ValueError(name)

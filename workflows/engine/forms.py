"""The form of a review, drawn from the workflow's output, and what people type into it.

The form knows kinds of fields and nothing of how they are shown; whoever shows it turns each kind into an input.
"""

import json
import types
from collections.abc import Mapping
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
    return value if isinstance(value, str) and field.kind is not Kind.JSON else canonical(value)


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
        elif text.strip() or field.kind is Kind.TEXT or text in field.choices:
            try:
                values[name] = value_of(field, text)
            except ValueError as error:
                errors[name] = str(error)
    if errors:
        raise InvalidOutput(errors)
    try:
        return from_body(output, canonical(values))
    except ValidationError as error:
        raise InvalidOutput(complaints(error)) from error


def _field(name: str, info: FieldInfo) -> Field:
    annotation, rules, nullable = _unwrapped(info.annotation)
    rules += tuple(info.metadata)
    rules += tuple(limit for rule in rules if isinstance(rule, FieldInfo) for limit in rule.metadata)
    choices: tuple[str, ...] = ()
    if get_origin(annotation) is Literal and all(isinstance(choice, str) for choice in get_args(annotation)):
        kind, choices = Kind.CHOICE, get_args(annotation)
    elif isinstance(annotation, type) and issubclass(annotation, StrEnum):
        kind, choices = Kind.CHOICE, tuple(member.value for member in annotation)
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
        help=info.description,
        max_length=min(limits, default=None),
    )


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
    """Is it a text whose own validation takes an empty one?"""
    if kind is not Kind.TEXT:
        return False
    try:
        TypeAdapter(info.rebuild_annotation()).validate_python("")
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
        case Kind.JSON:
            return _json(field.name, text)
        case _:
            return word


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

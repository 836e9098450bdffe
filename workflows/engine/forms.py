"""The form of a review, drawn from the workflow's output, and what people type into it.

The form knows kinds of fields and nothing of how they are shown; whoever shows it turns each kind into an input.
"""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import MaxLen
from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from workflows.engine.canonical import canonical, unstorable
from workflows.engine.errors import InvalidOutput
from workflows.engine.intake import complaints
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
    shown: dict[str, str] = {}
    for field in form_of(type(output)):
        value = getattr(output, field.name)
        if value is None:
            shown[field.name] = ""
        elif field.kind is Kind.JSON:
            shown[field.name] = canonical(value)
        elif field.kind is Kind.YES_NO:
            shown[field.name] = "yes" if value else "no"
        elif isinstance(value, Enum):
            shown[field.name] = str(value.value)
        else:
            shown[field.name] = str(value)
    return shown


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
        elif text.strip() or field.kind is Kind.TEXT:
            try:
                values[name] = _value(field, text)
            except ValueError as error:
                errors[name] = str(error)
    if errors:
        raise InvalidOutput(errors)
    try:
        return output.model_validate_json(canonical(values))
    except ValidationError as error:
        raise InvalidOutput(complaints(error)) from error


def _field(name: str, info: FieldInfo) -> Field:
    annotation, nullable = _unwrapped(info.annotation)
    choices: tuple[str, ...] = ()
    if get_origin(annotation) is Literal and all(isinstance(choice, str) for choice in get_args(annotation)):
        kind, choices = Kind.CHOICE, get_args(annotation)
    elif isinstance(annotation, type) and issubclass(annotation, StrEnum):
        kind, choices = Kind.CHOICE, tuple(member.value for member in annotation)
    else:
        kind = _KINDS.get(annotation, Kind.JSON)
    return Field(
        name=name,
        label=info.title or name.replace("_", " ").capitalize(),
        kind=kind,
        required=info.is_required() and not nullable and not (kind is Kind.TEXT and _may_be_empty(info)),
        nullable=nullable,
        choices=choices,
        help=info.description,
        max_length=next((limit.max_length for limit in info.metadata if isinstance(limit, MaxLen)), None),
    )


def _unwrapped(annotation: Any) -> tuple[Any, bool]:  # Any: a type annotation is no type of its own
    if get_origin(annotation) in (Union, types.UnionType):
        inner = [part for part in get_args(annotation) if part is not type(None)]
        if len(inner) == 1 and len(inner) < len(get_args(annotation)):
            return inner[0], True
    return annotation, False


def _may_be_empty(info: FieldInfo) -> bool:
    """Does the field's own validation take an empty text?"""
    try:
        TypeAdapter(info.rebuild_annotation()).validate_python("")
    except ValidationError:
        return False
    return True


def _value(field: Field, text: str) -> JsonValue:
    match field.kind:
        case Kind.TEXT:
            return text
        case Kind.YES_NO:
            word = text.strip().lower()
            if word not in _YES | _NO:
                raise ValueError("has to be yes or no")
            return word in _YES
        case Kind.CHOICE:
            if text not in field.choices:
                raise ValueError(f"has to be one of: {', '.join(field.choices)}")
            return text
        case Kind.JSON:
            try:
                parsed: JsonValue = TypeAdapter(JsonValue).validate_json(text)
            except ValidationError as error:
                raise ValueError("is no JSON") from error
            return parsed
        case _:
            return text.strip()

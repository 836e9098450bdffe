"""The form of a review: the text in it for given values, and the values of the text that people typed."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, tzinfo

from pydantic import BaseModel, JsonValue

from workflows.documents.document import Document, documents_in, holds_documents
from workflows.engine.declare.proposal import OutputT
from workflows.engine.declare.round_trip import read
from workflows.engine.errors import InvalidOutput, Misfit
from workflows.engine.text.canonical_json import canonical, content_hash, to_body, unstorable_value
from workflows.engine.text.form_fields import OF_FILES, Field, Kind, form_of
from workflows.engine.text.form_records import PART, gathered, parts_of
from workflows.engine.text.form_texts import text_of, value_of

_EMPTY_IS_A_VALUE = frozenset({Kind.TEXT, Kind.ROWS, Kind.LIST, Kind.CHOICES})
"""Kinds of fields whose empty entry is a value: an empty text, or an empty list."""


def form_mark(fields: Sequence[Field]) -> str:
    """Return a hash of a form as it is now. A person who has an older form open is shown the present one first."""
    return content_hash(repr(tuple(fields)))[:8]


def defaults_of(output: type[BaseModel]) -> dict[str, str]:
    """Return the form's entries for the fields that have a default."""
    values = {
        name: info.get_default(call_default_factory=False)
        for name, info in output.model_fields.items()
        if not info.is_required() and info.default_factory is None
    }
    return {name: text for name, text in entries_of(output, json.loads(canonical(values))).items() if name in values}


def entries(output: BaseModel) -> dict[str, str]:
    """Return the form's entries for these values; `read_form` reads them back."""
    return entries_of(type(output), json.loads(to_body(output)))


def entries_of(output: type[BaseModel], values: Mapping[str, JsonValue]) -> dict[str, str]:
    """Return the form's entries for kept values, whether or not they fit the output as it is now."""
    return {field.name: text_of(field, values.get(field.name)) for field in form_of(output)}


def read_form(
    output: type[OutputT],
    typed: Mapping[str, str],
    *,
    zone: tzinfo = UTC,
    documents: Mapping[str, Sequence[Document]] | None = None,
    present: Sequence[Document] = (),
) -> OutputT:
    """Read the values that a person typed. Raise `InvalidOutput` with the error of each field.

    An optional field that is left empty becomes None where None is allowed, else its default. `zone`: the time zone of
    a date and time that needs one and was typed without. `documents`: field -> the files for it. Nothing that is typed
    becomes a document, unless it is one of those that are `present` in the value.
    """
    fields = {field.name: field for field in form_of(output, zone=zone)}
    in_parts = {part.name for name, field in fields.items() if field.kind is Kind.ROW for part in parts_of(field)}
    given = {name: [one.model_dump(mode="json") for one in files] for name, files in (documents or {}).items()}
    values = read_entries(output, typed, zone=zone, files=given)
    try:
        made = read(output, canonical(values))
    except Misfit as error:
        entered = {name.split(PART)[0] for name in typed if name in in_parts}
        raise InvalidOutput(_complaints(error.errors, fields, entered)) from error
    if holds_documents(output):
        known = [*present, *(one for files in (documents or {}).values() for one in files)]
        _refuse_typed(made, [one for document in known for one in document.all])
    return made


def read_entries(
    output: type[BaseModel],
    typed: Mapping[str, str],
    *,
    zone: tzinfo = UTC,
    files: Mapping[str, Sequence[JsonValue]] | None = None,
) -> dict[str, JsonValue]:
    """Return the values of what a person typed, each by itself. Raise `InvalidOutput` with the error of each field.

    `files`: field -> the values of the files for it.
    """
    files = files or {}
    fields = {field.name: field for field in form_of(output, zone=zone)}
    parts = {part.name: field for field in fields.values() for part in parts_of(field) if field.kind is Kind.ROW}
    errors = {
        name: f"there is no such field; there are: {', '.join(fields)}"
        for name in typed
        if name not in fields and name not in parts
    }
    values: dict[str, JsonValue] = {}
    for name, field in fields.items():
        if field.kind in OF_FILES:
            if files.get(name):
                values[name] = [*files[name]] if field.kind is Kind.DOCUMENTS else files[name][0]
            elif field.required:
                errors[name] = "is missing"
            elif field.nullable:
                values[name] = None
            continue
        text = typed.get(name, "")
        entered = {part: typed[part] for part, whole in parts.items() if whole is field and part in typed}
        problem = unstorable_value(text) or unstorable_value(list(entered.values()))
        if problem is not None:
            errors[name] = problem
        elif entered:
            record, wrong = gathered(field, entered)
            errors |= wrong
            if record is not None or field.nullable:
                values[name] = dict(record) if record is not None else None
        elif field.required and not text.strip():
            errors[name] = "is missing"
        elif field.nullable and not text.strip():
            values[name] = None
        elif text.strip() or field.kind in _EMPTY_IS_A_VALUE or text in field.choices:
            try:
                values[name] = value_of(field, text)
            except ValueError as error:
                errors[name] = str(error)
    if errors:
        raise InvalidOutput(errors)
    return values


def _refuse_typed(made: BaseModel, known: Sequence[Document]) -> None:
    """Raise `InvalidOutput` for a document that was written as text: it could be any text, and anybody's file."""
    errors: dict[str, str] = {
        name: "a document in it is handed in as a file, and not typed"
        for name, value in made
        if any(one not in known for one in documents_in(value))
    }
    if errors:
        raise InvalidOutput(errors)


def _complaints(errors: Mapping[str, str], fields: Mapping[str, Field], in_parts: Collection[str]) -> dict[str, str]:
    """Return field -> its errors. Rows and lines are counted from 1. `in_parts`: nested records, entered in parts."""
    found: dict[str, str] = {}
    for where, what in errors.items():
        name, *inside = where.split(".")
        if name in in_parts:
            at = f"{name}{PART}{inside[0]}" if inside else name
            found[at] = f"{found[at]}; {what}" if at in found else what
            continue
        if name not in fields or not inside or fields[name].kind is Kind.JSON:
            found[where] = what
            continue
        place = _place(fields[name], inside)
        said = f"{place}: {what}" if place else what
        found[name] = f"{found[name]}; {said}" if name in found else said
    return found


def _place(field: Field, inside: list[str]) -> str:
    """Return the place of an error inside a field, in words; empty for a field without parts that people see."""
    words = [part.replace("_", " ") for part in inside]
    if field.kind is Kind.ROW:
        return ", ".join(words)
    if field.kind not in (Kind.ROWS, Kind.LIST, Kind.CHOICES) or not inside[0].isdecimal():
        return ""
    what = "row" if field.kind is Kind.ROWS else "line" if field.kind is Kind.LIST else "choice"
    rest = words[1:] if field.kind is Kind.ROWS else []
    return ", ".join([f"{what} {int(inside[0]) + 1}", *rest])

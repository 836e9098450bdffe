"""Records in a form: a nested one, whose values are entered one by one, and the rows of a list.

A nested record is entered in parts, each under the name `FIELD/COLUMN`. The rows of a list are no input at all: they
are changed one by one, and the form keeps them as JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from enum import StrEnum

from pydantic import JsonValue

from workflows.engine.text.canonical_json import canonical, content_hash
from workflows.engine.text.form_fields import Field, Kind
from workflows.engine.text.form_texts import text_of, value_of

PART = "/"
"""Stands between the name of a nested record and that of one of its values; no field's name can hold it."""
Record = Mapping[str, JsonValue]


# A nested record


def parts_of(field: Field) -> tuple[Field, ...]:
    """Return the fields of a nested record's values, named as parts of it."""
    return tuple(
        replace(
            column,
            name=f"{field.name}{PART}{column.name}",
            label=f"{field.label}: {column.label}",
            required=field.required and column.required,
        )
        for column in field.columns
    )


def spread(field: Field, text: str) -> dict[str, str] | None:
    """Return the text of each part of a nested record; None where the parts could not give the record back."""
    if field.kind is not Kind.ROW:
        return None
    parts = parts_of(field)
    if not text.strip():
        return {part.name: "" for part in parts}
    try:
        record = value_of(field, text)
    except ValueError:
        return None
    if not isinstance(record, dict):
        return None
    texts = {
        part.name: text_of(column, record.get(column.name)) for part, column in zip(parts, field.columns, strict=True)
    }
    read, errors = gathered(field, texts)
    return texts if not errors and read is not None and canonical(read) == canonical(record) else None


def gathered(field: Field, texts: Mapping[str, str]) -> tuple[Record | None, dict[str, str]]:
    """Return the record that the parts of a nested one make, and the errors by the names of parts.

    None where all parts are empty and the record may be left out.
    """
    parts = parts_of(field)
    if not field.required and not any(texts.get(part.name, "").strip() for part in parts):
        return None, {}
    record, errors = dict[str, JsonValue](), dict[str, str]()
    for part, column in zip(parts, field.columns, strict=True):
        text = texts.get(part.name, "")
        if column.required and not text.strip():
            errors[part.name] = "is missing"
        elif column.nullable and not text.strip():
            record[column.name] = None
        elif text.strip() or column.kind is Kind.TEXT or text in column.choices:
            try:
                record[column.name] = value_of(column, text)
            except ValueError as error:
                errors[part.name] = str(error)
    return record, errors


def spread_out(fields: Sequence[Field], texts: Mapping[str, str]) -> dict[str, str]:
    """Return the texts of a form with each nested record in its parts, where they can hold it."""
    found = dict(texts)
    for field in fields:
        parts = spread(field, texts.get(field.name, ""))
        if parts is not None:
            found.pop(field.name, None)
            found |= {name: texts.get(name, text) for name, text in parts.items()}
    return found


# The rows of a list


def rows_in(field: Field, text: str) -> list[Record] | None:
    """Return the rows that a text of the form holds; None where it holds something else."""
    if field.kind is not Kind.ROWS:
        return None
    try:
        rows = value_of(field, text) if text.strip() else []
    except ValueError:
        return None
    known = {column.name for column in field.columns}
    if not isinstance(rows, list) or not all(isinstance(row, dict) and set(row) <= known for row in rows):
        return None
    return [row for row in rows if isinstance(row, dict)]


def rows_text(rows: Sequence[Record]) -> str:
    """Return the text under which a form keeps rows; `rows_in` reads it back."""
    return canonical([dict(row) for row in rows])


def rows_mark(rows: Sequence[Record]) -> str:
    """Return a hash of rows, so that a change is made to the very rows that the person saw."""
    return content_hash(rows_text(rows))[:12]


def cells_of(field: Field, row: Record) -> dict[str, str]:
    """Return the text of each value of a row, by the column's name."""
    return {column.name: text_of(column, row.get(column.name)) for column in field.columns}


class Fate(StrEnum):
    """The difference between a row and the proposed one in its place."""

    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A row beside the rows that were proposed."""

    row: Record
    fate: Fate
    before: Record | None
    """The proposed row in its place; None for an added one."""


def compared(rows: Sequence[Record], proposed: Sequence[Record]) -> list[Compared]:
    """Compare rows with the proposed ones, each with that in its place."""
    now, then = [canonical(dict(row)) for row in rows], [canonical(dict(row)) for row in proposed]
    found = list[Compared]()
    for kind, first, last, start, end in SequenceMatcher(a=then, b=now, autojunk=False).get_opcodes():
        for place in range(start, end):
            twin = first + place - start
            before = proposed[twin] if kind in ("equal", "replace") and twin < last else None
            if before is not None and not _are_alike(rows[place], before):
                before = None
            fate = Fate.SAME if kind == "equal" else Fate.ADDED if before is None else Fate.CHANGED
            found.append(Compared(row=rows[place], fate=fate, before=before))
    return found


def _are_alike(row: Record, other: Record) -> bool:
    """Tell whether one row may have been made of the other: they share a value, if they have several."""
    return len(row) < 2 or any(row.get(name) == other.get(name) for name in row)


def removed(rows: Sequence[Compared], proposed: Sequence[Record]) -> int:
    """Return how many of the proposed rows are no longer there."""
    return len(proposed) - sum(row.before is not None for row in rows)

"""The changes of an edit, field by field, as far as anybody may be told of them. They outlive the values themselves.

Of values that the author declared it is known which became which. Of texts, dates, numbers and personal fields only
that they were changed and, of numbers, which way and how far.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from pydantic import JsonValue, TypeAdapter

from workflows.engine.declare.personal import personal_fields
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.text.canonical_json import canonical
from workflows.engine.text.form_fields import Field, Kind, form_of
from workflows.engine.text.form_texts import text_of

_NUMBERS = frozenset({Kind.WHOLE, Kind.NUMBER, Kind.AMOUNT})
_DECLARED = frozenset({Kind.CHOICE, Kind.YES_NO})
_YES_NO = ("yes", "no")
_EMPTY: tuple[JsonValue, ...] = (None, "", [])

Output = Mapping[str, JsonValue]
"""An output as it is kept."""


class Way(StrEnum):
    """The way in which a value was changed."""

    FILLED = "filled"
    EMPTIED = "emptied"
    RAISED = "raised"
    LOWERED = "lowered"


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """The change of a field."""

    field: str
    values: tuple[tuple[str | None, str | None], ...] = ()
    """Declared values: what was proposed, and what it became; None for none."""
    way: Way | None = None
    share: Decimal | None = None
    """Change of a number, as a share of what was proposed; None where that is not known."""


_CHANGES: TypeAdapter[tuple[FieldChange, ...]] = TypeAdapter(tuple[FieldChange, ...])


def changes_of(workflow: AnyWorkflow, proposed: Output, decided: Output) -> Sequence[FieldChange]:
    """Return the changes of an edit, in the order of the fields. Fields that the output does not have are left out."""
    personal = personal_fields(workflow.output)
    each = [(field, proposed.get(field.name), decided.get(field.name)) for field in form_of(workflow.output)]
    return [
        FieldChange(field=field.name) if field.name in personal else _change(field, before, now)
        for field, before, now in each
        if canonical(before) != canonical(now)
    ]


def proposed_in(proposal: Mapping[str, JsonValue]) -> Output:
    """Return the output in a proposal as it is kept. One that broke the form of the output is kept as it came."""
    proposed = proposal.get("output", proposal.get("rejected"))
    return proposed if isinstance(proposed, dict) else {}


def changes_to_json(changes: Sequence[FieldChange]) -> str:
    """Write changes as they are kept."""
    return canonical(_CHANGES.dump_python(tuple(changes), mode="json", exclude_defaults=True))


def changes_from_json(kept: str) -> Sequence[FieldChange]:
    """Read changes as they are kept."""
    return _CHANGES.validate_json(kept)


def _change(field: Field, before: JsonValue, now: JsonValue) -> FieldChange:
    if field.kind in _DECLARED:
        one, other = _declared(field, before), _declared(field, now)
        known = one is not None and other is not None
        return FieldChange(field=field.name, values=((one or None, other or None),) if known else ())
    if field.kind is Kind.CHOICES:
        left, added = _chosen(field, before), _chosen(field, now)
        gone = [(value, None) for value in sorted(left - added)]
        return FieldChange(field=field.name, values=(*gone, *((None, value) for value in sorted(added - left))))
    if before in _EMPTY:
        return FieldChange(field=field.name, way=Way.FILLED)
    if now in _EMPTY:
        return FieldChange(field=field.name, way=Way.EMPTIED)
    if field.kind in _NUMBERS:
        return _compared(field, _number(before), _number(now))
    return FieldChange(field=field.name)


def _compared(field: Field, before: Decimal | None, now: Decimal | None) -> FieldChange:
    if before is None or now is None:
        return FieldChange(field=field.name)
    way = Way.RAISED if now > before else Way.LOWERED if now < before else None
    return FieldChange(field=field.name, way=way, share=abs((now - before) / before) if before else None)


def _declared(field: Field, value: JsonValue) -> str | None:
    """Return a value that the author declared, empty for none at all; None for any other value.

    What was kept in an earlier form of the output may be anybody's words.
    """
    text = text_of(field, value)
    return text if text in ("", *field.choices, *(_YES_NO if field.kind is Kind.YES_NO else ())) else None


def _chosen(field: Field, value: JsonValue) -> set[str]:
    """Return those of several values that the author declared."""
    text = text_of(field, value)
    # They stand on lines of their own, or with commas between them.
    each = {part.strip() for line in text.split("\n") for part in (line, *line.split(","))}
    return each & set(field.choices)


def _number(value: JsonValue) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None

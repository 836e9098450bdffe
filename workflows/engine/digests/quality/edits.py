"""The edits of a workflow, grouped by field and by what was changed into what. Pure.

Only declared values are told as they are. Of texts, dates, numbers and personal fields a channel is told how often they
were changed and, of numbers, which way and how far.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from statistics import median

from pydantic import JsonValue

from workflows.engine.declare.personal import personal_fields
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.digests.quality.views import FEW, FieldEdits, ValueChange
from workflows.engine.text.canonical_json import canonical
from workflows.engine.text.form_fields import Field, Kind, form_of
from workflows.engine.text.form_texts import text_of

_VALUES = 5
"""Most changes of values that are told of a field."""
_NUMBERS = frozenset({Kind.WHOLE, Kind.NUMBER, Kind.AMOUNT})
_TEXTS = frozenset({Kind.TEXT, Kind.WORD})
_DECLARED = frozenset({Kind.CHOICE, Kind.YES_NO})
_YES_NO = ("yes", "no")
_EMPTY: tuple[JsonValue, ...] = (None, "", [])

Output = Mapping[str, JsonValue]
"""An output as it is kept."""


@dataclass(kw_only=True)
class _Counted:
    """The changes of one field so far."""

    number: int = 0
    values: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)
    raised: int = 0
    lowered: int = 0
    shares: list[Decimal] = field(default_factory=list)
    """How far each number was changed, as a share of what was proposed."""
    filled: int = 0
    emptied: int = 0


@dataclass(frozen=True, kw_only=True)
class Grouped:
    """The edits of a workflow by field."""

    fields: Sequence[FieldEdits]
    """The most often changed first."""
    few: int
    """Changes of fields that were changed fewer than `FEW` times each."""


def group(workflow: AnyWorkflow, edits: Iterable[tuple[Output, Output]]) -> Grouped:
    """Group edits, each given as what was proposed and what a person decided, by field.

    Fields that the output no longer has are left out.
    """
    personal = personal_fields(workflow.output)
    fields = form_of(workflow.output)
    counted = {one.name: _Counted() for one in fields}
    for proposed, decided in edits:
        for one in fields:
            before, now = proposed.get(one.name), decided.get(one.name)
            if canonical(before) != canonical(now):
                _count(counted[one.name], one, before, now, is_personal=one.name in personal)
    told = [_told(one, counted[one.name]) for one in fields if counted[one.name].number >= FEW]
    few = sum(found.number for found in counted.values() if found.number < FEW)
    return Grouped(fields=sorted(told, key=lambda one: -one.number), few=few)


def _count(found: _Counted, field: Field, before: JsonValue, now: JsonValue, *, is_personal: bool) -> None:
    found.number += 1
    if is_personal:
        return
    if field.kind in _DECLARED:
        one, other = _declared(field, before), _declared(field, now)
        if one is not None and other is not None:
            found.values[one or None, other or None] += 1
    elif field.kind is Kind.CHOICES:
        left, added = _chosen(field, before), _chosen(field, now)
        found.values.update([(value, None) for value in left - added] + [(None, value) for value in added - left])
    elif before in _EMPTY:
        found.filled += 1
    elif now in _EMPTY:
        found.emptied += 1
    elif field.kind in _NUMBERS:
        _compare(found, _number(before), _number(now))


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


def _compare(found: _Counted, before: Decimal | None, now: Decimal | None) -> None:
    if before is None or now is None:
        return
    if now > before:
        found.raised += 1
    elif now < before:
        found.lowered += 1
    if before:
        found.shares.append(abs((now - before) / before))


def _number(value: JsonValue) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _told(field: Field, found: _Counted) -> FieldEdits:
    """Return what a channel is told of the edits of a field."""
    often = [(values, number) for values, number in found.values.most_common(_VALUES) if number >= FEW]
    directions = (found.raised, found.lowered)
    # One that went the other way would be a case that is pointed at.
    is_told = all(number == 0 or number >= FEW for number in directions)
    return FieldEdits(
        label=field.label,
        number=found.number,
        is_text=field.kind in _TEXTS,
        values=[ValueChange(proposed=one, decided=other, number=number) for (one, other), number in often],
        is_several=field.kind is Kind.CHOICES,
        raised=found.raised if is_told else 0,
        lowered=found.lowered if is_told else 0,
        percent=float(median(found.shares) * 100) if is_told and len(found.shares) >= FEW else None,
        filled=found.filled if found.filled >= FEW else 0,
        emptied=found.emptied if found.emptied >= FEW else 0,
    )

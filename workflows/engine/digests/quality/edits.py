"""The edits of a workflow, grouped by field and by what was changed into what. Pure.

Only declared values are told as they are. Of texts, dates, numbers and personal fields a channel is told how often they
were changed and, of numbers, which way and how far.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median

from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.digests.quality.views import FEW, FieldEdits, ValueChange
from workflows.engine.read.edit_changes import FieldChange, Way
from workflows.engine.text.form_fields import Field, Kind, form_of

_VALUES = 5
"""Most changes of values that are told of a field."""
_TEXTS = frozenset({Kind.TEXT, Kind.WORD})


@dataclass(kw_only=True)
class _Counted:
    """The changes of one field so far."""

    number: int = 0
    values: Counter[tuple[str | None, str | None]] = field(default_factory=Counter)
    ways: Counter[Way | None] = field(default_factory=Counter)
    shares: list[Decimal] = field(default_factory=list)
    """Change of each number, as a share of what was proposed."""


@dataclass(frozen=True, kw_only=True)
class Grouped:
    """The edits of a workflow by field."""

    fields: Sequence[FieldEdits]
    """The most often changed first."""
    few: int
    """Changes of fields that were changed fewer than `FEW` times each."""


def group(workflow: AnyWorkflow, edits: Iterable[Sequence[FieldChange]]) -> Grouped:
    """Group edits, each given as its changes, by field.

    Fields that the output no longer has are left out.
    """
    fields = form_of(workflow.output)
    counted = {one.name: _Counted() for one in fields}
    for change in (one for changes in edits for one in changes if one.field in counted):
        found = counted[change.field]
        found.number += 1
        found.values.update(change.values)
        found.ways[change.way] += 1
        if change.share is not None:
            found.shares.append(change.share)
    told = [_told(one, counted[one.name]) for one in fields if counted[one.name].number >= FEW]
    few = sum(found.number for found in counted.values() if found.number < FEW)
    return Grouped(fields=sorted(told, key=lambda one: -one.number), few=few)


def _told(field: Field, found: _Counted) -> FieldEdits:
    """Return what a channel is told of the edits of a field."""
    often = [(values, number) for values, number in found.values.most_common(_VALUES) if number >= FEW]
    raised, lowered, filled, emptied = (found.ways[way] for way in (Way.RAISED, Way.LOWERED, Way.FILLED, Way.EMPTIED))
    # One that went the other way would be a case that is pointed at.
    is_told = all(number == 0 or number >= FEW for number in (raised, lowered))
    return FieldEdits(
        label=field.label,
        number=found.number,
        is_text=field.kind in _TEXTS,
        values=[ValueChange(proposed=one, decided=other, number=number) for (one, other), number in often],
        is_several=field.kind is Kind.CHOICES,
        raised=raised if is_told else 0,
        lowered=lowered if is_told else 0,
        percent=float(median(found.shares) * 100) if is_told and len(found.shares) >= FEW else None,
        filled=filled if filled >= FEW else 0,
        emptied=emptied if emptied >= FEW else 0,
    )

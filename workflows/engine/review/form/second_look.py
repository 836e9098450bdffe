"""Doubts about what a person typed: they bar nothing, and are shown once before it is recorded.

Only fields that the person changed are looked at: whether a number, or a value that has to be quoted, is anywhere in
the case, whether the workflow's checks hold, and whether its second readings have something else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from time import monotonic

from pydantic import BaseModel, JsonValue

from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.errors import Misfit, TimeLimitPassed
from workflows.engine.propose.checks import Held, holds
from workflows.engine.propose.evidence.second_readings import compared as compared_with_readings
from workflows.engine.propose.evidence.second_readings import written
from workflows.engine.review.form.forms import entries
from workflows.engine.text.canonical_json import canonical, content_hash, texts_in
from workflows.engine.text.form_fields import Field, Kind, form_of
from workflows.engine.text.form_records import Fate, compared, rows_in
from workflows.engine.text.stated_values import says
from workflows.errors import Unclear

SECONDS = 1.0
"""Time limit for all checks together: a person waits, and Slack for 3 seconds in all."""
_NUMBERS = frozenset({Kind.WHOLE, Kind.NUMBER, Kind.AMOUNT})


class DoubtCode(StrEnum):
    """The kind of a doubt."""

    NOT_IN_TEXT = "not_in_text"
    DOES_NOT_HOLD = "does_not_hold"
    NOT_CHECKED = "not_checked"
    READ_OTHERWISE = "read_otherwise"
    """A second reading of the case has another value."""
    AS_REFUSED = "as_refused"
    """Nothing differs from the values that were refused."""


@dataclass(frozen=True, kw_only=True)
class EditDoubt:
    """A doubt about what a person typed."""

    field: str
    """Empty for all of it."""
    code: DoubtCode
    said: str = ""
    """The value, or the sentence of the check; of a second reading its own value."""
    row: int | None = None
    """Row of the value, from 1."""
    column: str = ""
    by: str = ""
    """Name of the second reading."""

    @property
    def mark(self) -> str:
        """A hash of the doubt, so that a person passes over exactly what they were shown."""
        return content_hash(canonical([self.field, self.code, self.said, self.row, self.column, self.by]))[:12]

    @property
    def for_audit(self) -> str:
        """The doubt for the audit: the field and the check, and nothing of the case."""
        about = f" ({self.said})" if self.code in (DoubtCode.DOES_NOT_HOLD, DoubtCode.NOT_CHECKED) else ""
        row = f" row {self.row}" if self.row is not None else ""
        return f"{self.field or 'all'}{row}: {self.code}{about}"


def doubts_about(
    workflow: AnyWorkflow, input: str, text: str, output: BaseModel, *, before: Mapping[str, str]
) -> Sequence[EditDoubt]:
    """Return the doubts about a person's values, field by field.

    `input`: the case, as JSON. `text`: as plain text. `before`: field -> the text that the form had at first.
    """
    now = entries(output)
    fields = {field.name: field for field in form_of(workflow.output)}
    changed = [name for name in fields if now[name] != before.get(name, "")]
    if not changed:
        return []
    looked = _Case(texts=[text, *texts_in(input)], numbers=_numbers([text, input]))
    found = [one for name in changed for one in _not_in_text(workflow, fields[name], output, before, now, looked)]
    if not workflow.checks and not workflow.second_readings:
        return found
    form: type[BaseModel] = workflow.input
    try:
        case = within(workflow, "reading the input", lambda: read(form, input))
    except (Misfit, TimeLimitPassed):
        return found  # the case no longer fits its form: the nevers will report it
    until = monotonic() + SECONDS
    return [
        *found,
        *_not_holding(workflow, case, output, changed, until=until),
        *_read_otherwise(workflow, case, output, changed, until=until),
    ]


def prepare() -> None:
    """Load the tables by which numbers are read, which takes a moment."""
    _numbers(["1"])


@dataclass(frozen=True, kw_only=True)
class _Case:
    texts: Sequence[str]
    numbers: frozenset[Decimal] | None
    """All numbers in it, without their signs; None where that cannot be told."""


def _numbers(texts: Sequence[str]) -> frozenset[Decimal] | None:
    from workflows.tools.amounts import amounts_in

    try:
        return frozenset(abs(amount.value) for text in texts for amount in amounts_in(text))
    except Unclear:
        return None


def _not_in_text(
    workflow: AnyWorkflow,
    field: Field,
    output: BaseModel,
    before: Mapping[str, str],
    now: Mapping[str, str],
    case: _Case,
) -> Iterator[EditDoubt]:
    value: object = getattr(output, field.name)
    if field.kind in _NUMBERS:
        if not _has_number(case, value):
            yield EditDoubt(field=field.name, code=DoubtCode.NOT_IN_TEXT, said=_written(value))
    elif field.kind is Kind.ROWS:
        yield from _rows_not_in_text(field, before, now, case)
    elif field.name in workflow.evidence and now[field.name] and not any(says(text, value) for text in case.texts):
        yield EditDoubt(field=field.name, code=DoubtCode.NOT_IN_TEXT, said=now[field.name])


def _rows_not_in_text(
    field: Field, before: Mapping[str, str], now: Mapping[str, str], case: _Case
) -> Iterator[EditDoubt]:
    rows, then = rows_in(field, now[field.name]), rows_in(field, before.get(field.name, ""))
    for place, one in enumerate(compared(rows or [], then or []), 1):
        if one.fate is Fate.SAME:
            continue
        for column in field.columns:
            value, old = one.row.get(column.name), (one.before or {}).get(column.name)
            if column.kind in _NUMBERS and canonical(value) != canonical(old) and not _has_number(case, value):
                yield EditDoubt(
                    field=field.name,
                    code=DoubtCode.NOT_IN_TEXT,
                    said=_written(value),
                    row=place,
                    column=column.label,
                )


def _has_number(case: _Case, value: JsonValue | object) -> bool:
    """Tell whether a number is in the case, with any sign. Nothing, and zero, cannot be looked for."""
    number = _number(value)
    return number is None or not number or case.numbers is None or abs(number) in case.numbers


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _written(value: object) -> str:
    number = _number(value)
    return str(value) if number is None or abs(number.adjusted()) > 20 else f"{number:,f}"


def _not_holding(
    workflow: AnyWorkflow, case: BaseModel, output: BaseModel, changed: Sequence[str], *, until: float
) -> Iterator[EditDoubt]:
    for check in (check for check in workflow.checks if set(check.fields) & set(changed)):
        left = until - monotonic()
        held = holds(workflow, check, case, output, seconds=left) if left > 0 else Held.UNKNOWN
        if held is not Held.YES:
            code = DoubtCode.DOES_NOT_HOLD if held is Held.NO else DoubtCode.NOT_CHECKED
            named = next(name for name in changed if name in check.fields)
            yield EditDoubt(field=named, code=code, said=check.sentence)


def _read_otherwise(
    workflow: AnyWorkflow, case: BaseModel, output: BaseModel, changed: Sequence[str], *, until: float
) -> Iterator[EditDoubt]:
    """Yield the differences from second readings. That one failed was said of the proposal already."""
    left = until - monotonic()
    if left <= 0 or not workflow.second_readings:
        return
    for one in compared_with_readings(workflow, case, output, seconds=left).differences:
        if one.field in changed:
            yield EditDoubt(field=one.field, code=DoubtCode.READ_OTHERWISE, said=written(one.value), by=one.called)


def as_refused() -> EditDoubt:
    """Return the doubt about an answer that does not differ from what was refused."""
    return EditDoubt(field="", code=DoubtCode.AS_REFUSED)

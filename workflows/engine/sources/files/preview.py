"""Preview of a file: what taking it in would do. Nothing is written."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel

from workflows.complaints import WHOLE
from workflows.documents.document import ArrivedIn, names_in, none_arrived_in
from workflows.engine.case.files.columns import refuse_without
from workflows.engine.case.files.intake import accept_row, conflict_in_words, conflicting_rows
from workflows.engine.case.files.rows import Reading, Row, header_of, read_rows
from workflows.engine.case.intake import Accepted, Intake, foreseen, room
from workflows.engine.context import Context
from workflows.engine.declare.personal import MASK, hiding, marked_fields, personal_values
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.errors import InvalidInput
from workflows.engine.text.canonical_json import canonical

_AT_ONCE = 200
"""Rows that are looked up with one read."""
_NAMED = 20
"""Refused rows that are named; more are counted."""


@dataclass(frozen=True, kw_only=True)
class RefusedRow:
    """A row that would not be taken in."""

    row: int
    line: int
    fields: Sequence[str]
    """Names of the fields that are wrong; none where the row is, as a whole."""
    why: str


@dataclass(frozen=True, kw_only=True)
class ExampleRow:
    """A row as it would be read. Personal values are masked, as far as they are declared."""

    row: int
    key: str
    values: Mapping[str, str]
    """Field -> value, as text."""


@dataclass(kw_only=True)
class FilePreview:
    """The effect that taking in a file would have."""

    rows: int = 0
    intakes: Counter[Intake] = field(default_factory=Counter)
    refused: int = 0
    refusals: list[RefusedRow] = field(default_factory=list)
    """The first refused rows."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field -> column that holds it. Of JSON, all names in the first row."""
    answers: Sequence[str] = ()
    """The fields among these that are of the output: they count as right answers, and are kept from the model."""
    unused: Sequence[str] = ()
    """Columns that no field takes."""
    unfilled: Sequence[str] = ()
    """Fields of the input that have no column, and get their default."""
    room: int = 0
    """Number of cases that the queue has room for now."""
    example: ExampleRow | None = None
    """The first row that would be taken in; None where there is none."""

    @property
    def fits(self) -> bool:
        """Tell whether the queue has room for all of it."""
        return self.intakes[Intake.TAKEN_IN] + self.intakes[Intake.REVISED] <= self.room


def preview(
    context: Context,
    workflow: AnyWorkflow,
    file: Path,
    reading: Reading,
    *,
    arrived: ArrivedIn = none_arrived_in,
    advanced: Callable[[], None] = lambda: None,
) -> FilePreview:
    """Tell what `take_in_file` would do now. `arrived`: as there, but keeps nothing. `advanced`: told of each row.

    Raise `InvalidInput` for a file that cannot be read, or one without the columns that are needed.
    """
    found = FilePreview(unused=refuse_without(workflow, file, reading))
    _fill_columns(found, workflow, file, reading)
    conflicts = conflicting_rows(workflow, file, reading, arrived=arrived)
    seen: set[str] = set()
    filled: set[str] = set()
    batch: list[tuple[Accepted, Row]] = []
    for row in read_rows(file, reading):
        found.rows += 1
        filled |= row.values.keys()
        try:
            accepted = accept_row(workflow, row, arrived=arrived)
            if accepted.key in conflicts:
                raise InvalidInput(conflict_in_words(accepted.key, conflicts[accepted.key]))
        except InvalidInput as error:
            named = [name for name in error.errors if name != WHOLE]
            _refuse(found, RefusedRow(row=row.number, line=row.line, fields=named, why=str(error)))
        else:
            if accepted.key in seen:
                found.intakes[Intake.DUPLICATE] += 1
            else:
                seen.add(accepted.key)
                batch.append((accepted, row))
        if len(batch) == _AT_ONCE:
            _look_up(found, context, workflow, batch)
        advanced()
    found.unfilled = [name for name in found.unfilled if name not in filled]
    _look_up(found, context, workflow, batch)
    with context.database.read() as session:
        found.room = room(session, context)
    return found


def _fill_columns(found: FilePreview, workflow: AnyWorkflow, file: Path, reading: Reading) -> None:
    header = header_of(file, reading)
    if header is None:
        first = next((row for row in read_rows(file, reading) if row.problem is None), None)
        names = {name: reading.named.get(name, name) for name in (first.values if first is not None else ())}
        found.unused = [name for name in names if name not in reading.fields]
        found.columns = {name: column for name, column in names.items() if name in reading.fields}
    else:
        places = {name: header.names[place].strip() or f"#{place + 1}" for place, name in header.used.items()}
        found.columns = {name: places[name] for name in reading.fields if name in places}
    inputs = workflow.input.model_fields
    found.answers = [name for name in found.columns if name not in inputs]
    found.unfilled = [name for name in inputs if name not in found.columns]


def _refuse(found: FilePreview, refused: RefusedRow) -> None:
    found.refused += 1
    if len(found.refusals) < _NAMED:
        found.refusals.append(refused)


def _look_up(found: FilePreview, context: Context, workflow: AnyWorkflow, batch: list[tuple[Accepted, Row]]) -> None:
    """Count what would become of rows, and empty their list."""
    with context.database.read() as session:
        told = foreseen(session, context, workflow, [accepted for accepted, _ in batch])
    for (accepted, row), (intake, why) in zip(batch, told, strict=True):
        if why is not None:
            _refuse(found, RefusedRow(row=row.number, line=row.line, fields=(), why=why))
            continue
        found.intakes[intake] += 1
        if found.example is None:
            found.example = _example(workflow, accepted, row)
    batch.clear()


def _example(workflow: AnyWorkflow, accepted: Accepted, row: Row) -> ExampleRow:
    form: type[BaseModel] = workflow.input
    input = read(form, accepted.body)
    hide, marked = hiding(personal_values(input)), marked_fields(form)
    named = {name: names_in(getattr(input, name)) for name in form.model_fields}
    values = {
        name: MASK
        if name in marked and value not in ("", None)
        else hide(named.get(name) or (value if isinstance(value, str) else canonical(value)))
        for name, value in json.loads(accepted.body).items()
    }
    return ExampleRow(row=row.number, key=hide(accepted.key), values=values)

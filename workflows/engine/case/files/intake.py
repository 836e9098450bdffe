"""Takes in a file of inputs, row by row; what is wrong with a row is told of that row, and the rest goes on."""

import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import JsonValue

from workflows.documents.document import ArrivedIn, none_arrived_in
from workflows.engine.case.files.columns import refuse_without
from workflows.engine.case.files.rows import Reading, Row, read_rows
from workflows.engine.case.intake import Accepted, Intake, accept, take_in
from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import InvalidInput, QueueFull
from workflows.engine.text.canonical_json import content_hash, printable

_AT_ONCE = 200
"""Rows that are taken in with one transaction."""
_ROWS_NAMED = 5
"""Rows with one key and different content that are named; more are counted."""


@dataclass(kw_only=True)
class FileTaken:
    """The rows of a file, after they were taken in."""

    rows: int = 0
    intakes: Counter[Intake] = field(default_factory=Counter)
    refused: list[dict[str, JsonValue]] = field(default_factory=list)
    """Row, line and why, of each row that will not do."""
    unused: tuple[str, ...] = ()
    """Columns that no field takes."""
    left_out: int = 0
    """Number of rows that the queue had no room for."""
    cases: list[int] = field(default_factory=list)
    truth: dict[int, Mapping[str, JsonValue]] = field(default_factory=dict)
    """Case -> output field -> the right value that the file names; kept from the model."""
    seconds: float = 0.0


def take_in_file(
    context: Context,
    workflow: AnyWorkflow,
    file: Path,
    reading: Reading,
    *,
    actor: str,
    options: Mapping[str, JsonValue] | None,
    arrived: ArrivedIn = none_arrived_in,
    advanced: Callable[[], None] = lambda: None,
) -> FileTaken:
    """Take in a file. `options`: what the workflow was made from. `arrived`: gives the documents that a row names.
    `advanced`: told of each row.

    Raise `InvalidInput` for a file that cannot be read, or one without the columns that are needed.
    """
    taken = FileTaken(unused=refuse_without(workflow, file, reading))
    wanted = set(workflow.input.model_fields)
    conflicts = conflicting_rows(workflow, file, reading, arrived=arrived)
    truths = [name for name in workflow.output.model_fields if name not in wanted]
    batch: list[tuple[Accepted, Mapping[str, JsonValue], Row]] = []
    started = time.perf_counter()

    def commit(batch: Sequence[tuple[Accepted, Mapping[str, JsonValue], Row]]) -> None:
        accepted = [one for one, *_ in batch]
        source = printable(f"file {file.name}")[:100]
        try:
            receipts = take_in(context, workflow, accepted, source=source, actor=actor, options=options)
        except QueueFull:
            taken.left_out += len(batch)
            return
        except InvalidInput as error:
            # A document of one of them was removed since it was read. The others are taken in all the same.
            if len(batch) > 1:
                for one in batch:
                    commit([one])
                return
            row = batch[0][-1]
            taken.refused.append({"row": row.number, "line": row.line, "why": str(error)})
            return
        for receipt, (_, truth, row) in zip(receipts, batch, strict=True):
            if receipt.why is not None:
                taken.refused.append({"row": row.number, "line": row.line, "why": receipt.why})
                continue
            taken.intakes[receipt.intake] += 1
            taken.cases.append(receipt.case)
            taken.truth[receipt.case] = truth

    for row in read_rows(file, reading):
        taken.rows += 1
        try:
            accepted = accept_row(workflow, row, arrived=arrived)
            if accepted.key in conflicts:
                raise InvalidInput(conflict_in_words(accepted.key, conflicts[accepted.key]))
            truth = {name: row.values[name] for name in truths if row.values.get(name) not in (None, "")}
            batch.append((accepted, truth, row))
        except InvalidInput as error:
            taken.refused.append({"row": row.number, "line": row.line, "why": str(error)})
        if len(batch) == _AT_ONCE:
            commit(batch)
            batch.clear()
        advanced()
    if batch:
        commit(batch)
    taken.seconds = time.perf_counter() - started
    return taken


@dataclass(frozen=True, kw_only=True)
class _Told:
    """The row that brought a key first, with the other rows of that key."""

    row: int
    content: str
    others: tuple[int, ...] = ()
    """Rows with the same key and other content."""


def conflicting_rows(
    workflow: AnyWorkflow, file: Path, reading: Reading, *, arrived: ArrivedIn = none_arrived_in
) -> dict[str, tuple[int, ...]]:
    """Return key -> rows that bring it with different content: nobody knows which of them is right."""
    told: dict[str, _Told] = {}
    for row in read_rows(file, reading):
        try:
            accepted = accept_row(workflow, row, arrived=arrived)
        except InvalidInput:
            continue  # reported when it is taken in
        content = content_hash(accepted.body)
        first = told.setdefault(accepted.key, _Told(row=row.number, content=content))
        if first.content != content:
            told[accepted.key] = replace(first, others=(*first.others, row.number))
    return {key: (first.row, *first.others) for key, first in told.items() if first.others}


def accept_row(workflow: AnyWorkflow, row: Row, *, arrived: ArrivedIn = none_arrived_in) -> Accepted:
    """Check the input of a row. Raise `InvalidInput`."""
    if row.problem is not None:
        raise InvalidInput(row.problem)
    wanted = workflow.input.model_fields
    values = {name: value for name, value in row.values.items() if name in wanted}
    return accept(workflow, values, arrived=arrived(values))


def conflict_in_words(key: str, rows: tuple[int, ...]) -> str:
    """Say why rows with one key are not taken in."""
    more = f" and {len(rows) - _ROWS_NAMED} more" if len(rows) > _ROWS_NAMED else ""
    named = ", ".join(str(row) for row in rows[:_ROWS_NAMED]) + more
    return f"rows {named} have the key {key} and different content, so none of them was taken in"

"""Past inputs of a workflow: a file is read as `countersign run` reads it, and a random part of it is drawn."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from random import Random

from pydantic import BaseModel, JsonValue

from workflows.documents.document import ArrivedIn, none_arrived_in
from workflows.engine.case.files.columns import refuse_without
from workflows.engine.case.files.rows import Reading, Row, read_rows
from workflows.engine.case.intake import accept
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.errors import InvalidInput, InvalidOutput
from workflows.engine.text.canonical_json import content_hash
from workflows.quality.examples.labelled import Unusable
from workflows.quality.examples.scores import read_cells, read_truth

_FEWEST_DAYS = 2
"""Days that the dates of a file span at least, if they are to say how many cases a day brings."""


@dataclass(frozen=True, kw_only=True)
class Past:
    """One past input."""

    body: str
    """Its JSON, as a case keeps it."""
    hash: str
    known: Mapping[str, JsonValue]
    """Output field -> its right value, as far as the file names it."""
    documents: frozenset[str] = frozenset()
    """Hashes of its documents."""


@dataclass(kw_only=True)
class History:
    """The past inputs of a file."""

    inputs: list[Past] = field(default_factory=list)
    unusable: list[Unusable] = field(default_factory=list)
    repeated: int = 0
    """Number of rows with the input of an earlier one; each input is tried once."""
    per_day: float | None = None
    """Rows of a day, by the dates in them; None where they tell none."""

    def drawn(self, size: int, *, seed: int) -> list[Past]:
        """Return so many of the inputs, drawn at random, in the order of the file."""
        if size >= len(self.inputs):
            return list(self.inputs)
        places = sorted(Random(seed).sample(range(len(self.inputs)), size))  # noqa: S311  # a sample, no secret
        return [self.inputs[place] for place in places]


def read_history(
    workflow: AnyWorkflow, file: Path, reading: Reading, *, arrived: ArrivedIn = none_arrived_in
) -> History:
    """Read a file of past inputs. What is wrong with a row is told of that row. Raise `InvalidInput` for the file.

    A column, or a key, with the name of an output field holds the right answer, where it is known; so does `output` in
    a line of `{"input": ..., "output": ...}`. `arrived`: gives the documents that a row names.
    """
    as_table = file.suffix.lower() in (".csv", ".tsv")
    if as_table:
        refuse_without(workflow, file, reading)
    found, seen, days = History(), set[str](), Counter[date]()
    for row in read_rows(file, reading):
        try:
            past = _past(workflow, row, arrived, as_table=as_table)
        except (InvalidInput, InvalidOutput) as error:
            found.unusable.append(Unusable(line=row.line, why=str(error)))
            continue
        day = _day(read(workflow.input, past.body))
        if day is not None:
            days[day] += 1
        if past.hash in seen:
            found.repeated += 1
            continue
        seen.add(past.hash)
        found.inputs.append(past)
    if days and (span := (max(days) - min(days)).days + 1) >= _FEWEST_DAYS:
        found.per_day = days.total() / span
    return found


def _past(workflow: AnyWorkflow, row: Row, arrived: ArrivedIn, *, as_table: bool) -> Past:
    if row.problem is not None:
        raise InvalidInput(row.problem)
    values, wanted = row.values, workflow.input.model_fields
    input, output = values.get("input"), values.get("output")
    known: dict[str, JsonValue]
    if isinstance(input, Mapping) and "input" not in wanted:
        given, known = dict(input), dict(output) if isinstance(output, Mapping) else {}
    else:
        given = {name: value for name, value in values.items() if name in wanted}
        cells = {name: values.get(name) for name in workflow.output.model_fields if name not in wanted}
        known = {name: value for name, value in cells.items() if value not in (None, "")}
        if as_table:
            known = read_cells(workflow.output, {name: str(value) for name, value in known.items()})
    read_truth(workflow.output, known)
    taken = accept(workflow, given, arrived=arrived(given))
    return Past(body=taken.body, hash=content_hash(taken.body), known=known, documents=taken.documents)


def _day(input: BaseModel) -> date | None:
    """Return the day of an input: the first of its fields with a date says it."""
    for name in type(input).model_fields:
        value: object = getattr(input, name)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
    return None

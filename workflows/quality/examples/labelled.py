"""Examples with their right answers, checked as strictly as the inputs of cases.

A row that cannot be used is reported with its line, and the other rows are read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, JsonValue

from workflows.documents.document import Arrived
from workflows.engine.case.files.columns import reading_for, refuse_without
from workflows.engine.case.files.rows import Reading, Row, columns, read_rows
from workflows.engine.case.intake import accept
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.declare.workflow import Example
from workflows.engine.documents.arrivals import by_form
from workflows.engine.errors import InvalidInput, InvalidOutput
from workflows.engine.propose.examples.example_inputs import documents_beside
from workflows.engine.text.canonical_json import canonical, content_hash
from workflows.quality.examples.scores import Truth, read_cells, read_truth


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """An input with the known part of its right answer, ready to be tried."""

    input: BaseModel
    input_hash: str
    """SHA-256 of the input as a case keeps it."""
    truth: Truth
    truth_hash: str


@dataclass(frozen=True, kw_only=True)
class Unusable:
    """A row that cannot be tried."""

    line: int
    """Line of the file on which the row ends, from 1; in a list without lines, the row's number."""
    why: str


@dataclass(kw_only=True)
class Examples:
    """The examples of a file or a list, with the rows that cannot be used."""

    labelled: list[Labelled] = field(default_factory=list)
    unusable: list[Unusable] = field(default_factory=list)
    repeated: int = 0
    """Number of rows with the input and the answer of an earlier one; each is tried once."""
    critical: set[str] = field(default_factory=set)
    """Hashes of the inputs that each new version has to have right: the regression set."""

    def take_in(self, more: "Examples", *, critical: bool) -> None:
        """Add further examples. Those whose input is there already are not added anew, but may become critical."""
        known = {one.input_hash for one in self.labelled}
        self.labelled += [one for one in more.labelled if one.input_hash not in known]
        if critical:
            self.critical |= {one.input_hash for one in more.labelled}

    @property
    def hash(self) -> str:
        """SHA-256 over all inputs with their right answers: two evals with the same hash can be compared."""
        return content_hash("\n".join(sorted(f"{one.input_hash} {one.truth_hash}" for one in self.labelled)))


def read_file(
    workflow: AnyWorkflow, path: Path, reading: Reading | None = None, *, arrived: Arrived | None = None
) -> Examples:
    """Read a .jsonl file of `{"input": ..., "output": ...}`, or one of flat rows as `countersign run` takes them in.

    In a flat row, or a CSV, a column with the name of an output field holds the right answer; an empty cell means that
    the answer is not known. `arrived`: gives the documents that the inputs name; left out, those below its folder are
    read, and not kept. Raise `InvalidInput` for a file that cannot be read, or a CSV without the columns that are
    needed.
    """
    reading = reading or reading_for(workflow)
    as_table = path.suffix.lower() in (".csv", ".tsv")
    if as_table:
        _refuse_columns(workflow, path, reading)
    found = ((row.line, _parted(workflow, row, as_table=as_table)) for row in read_rows(path, reading))
    return _gather(workflow, found, folder=path.parent, arrived=arrived)


def of_list(workflow: AnyWorkflow, examples: Iterable[Example], *, arrived: Arrived | None = None) -> Examples:
    """Read examples that a workflow's own code provides. `arrived`: as for `read_file`."""
    return _gather(workflow, enumerate(examples, start=1), folder=workflow.folder, arrived=arrived)


def _gather(
    workflow: AnyWorkflow,
    found: Iterable[tuple[int, Example | InvalidInput]],
    *,
    folder: Path | None,
    arrived: Arrived | None,
) -> Examples:
    examples = Examples()
    seen: dict[str, tuple[int, str]] = {}
    for line, example in found:
        try:
            if isinstance(example, InvalidInput):
                raise example
            one = _labelled(workflow, example, folder=folder, arrived=arrived)
            earlier, answer = seen.setdefault(one.input_hash, (line, one.truth_hash))
            if answer != one.truth_hash:
                raise InvalidInput(f"it has the input of line {earlier} with another answer")
        except (InvalidInput, InvalidOutput) as error:
            examples.unusable.append(Unusable(line=line, why=str(error)))
            continue
        if earlier != line:
            examples.repeated += 1
        else:
            examples.labelled.append(one)
    return examples


def _labelled(workflow: AnyWorkflow, example: Example, *, folder: Path | None, arrived: Arrived | None) -> Labelled:
    truth = read_truth(workflow.output, example.output)
    if not truth:
        raise InvalidInput(f"no right answer: give the value of {' or '.join(workflow.output.model_fields)}")
    if arrived is None:
        documents = documents_beside(workflow, example.input, folder=folder)
    else:
        documents = by_form(workflow.input, arrived)(example.input)
    body = accept(workflow, example.input, arrived=documents, as_kept=True).body
    # `accept` has already read it back once.
    input: BaseModel = read(workflow.input, body)
    return Labelled(input=input, input_hash=content_hash(body), truth=truth, truth_hash=_hash(truth))


def _hash(truth: Truth) -> str:
    # Escaped: an answer may hold half surrogate pairs, which UTF-8 does not have.
    return sha256(canonical(truth).encode("utf-8", "backslashreplace")).hexdigest()


def _parted(workflow: AnyWorkflow, row: Row, *, as_table: bool) -> Example | InvalidInput:
    """Return a row as an input and an answer, or its error."""
    if row.problem is not None:
        return InvalidInput(row.problem)
    input, output = row.values.get("input"), row.values.get("output")
    if isinstance(input, Mapping) and isinstance(output, Mapping):
        return Example(input=input, output=output)
    wanted = workflow.input.model_fields
    answers = {name: row.values.get(name) for name in workflow.output.model_fields if name not in wanted}
    known: dict[str, JsonValue] = {name: value for name, value in answers.items() if value not in (None, "")}
    if as_table:
        try:
            known = read_cells(workflow.output, {name: str(value) for name, value in known.items()})
        except InvalidOutput as error:
            return InvalidInput(str(error))
    return Example(input={name: value for name, value in row.values.items() if name in wanted}, output=known)


def _refuse_columns(workflow: AnyWorkflow, path: Path, reading: Reading) -> None:
    refuse_without(workflow, path, reading)
    present, inputs = columns(path, reading), workflow.input.model_fields
    answers = [name for name in workflow.output.model_fields if name not in inputs]
    if not any(name in present for name in answers):
        raise InvalidInput(
            f"{path}: no column with right answers ({' or '.join(answers)}); it has: {', '.join(present)}"
        )

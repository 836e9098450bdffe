"""The sample answers of a workflow: `samples.jsonl` beside its declaration.

Each is for the example with its `key`, or for an `input` of its own, such as one that names a document.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue, ValidationError

from workflows.complaints import all_complaints
from workflows.documents.document import documents_in
from workflows.engine.case.files.rows import read_rows
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.workflow import Example
from workflows.engine.errors import InvalidInput
from workflows.engine.propose.examples.example_inputs import input_of
from workflows.engine.propose.placeholders import text_told
from workflows.model.sample_answers import Sample, SampleAnswers

SAMPLES = "samples.jsonl"


@dataclass(frozen=True, kw_only=True)
class _Case:
    key: str
    text: str
    """As a model that reads text only is told it."""
    documents: frozenset[str]
    """Hashes."""


def has_samples(workflow: AnyWorkflow) -> bool:
    """Tell whether a workflow brings sample answers."""
    path = _path(workflow)
    return path is not None and path.is_file()


def sample_answers(workflow: AnyWorkflow, examples: list[Example]) -> SampleAnswers:
    """Return the sample answers of a workflow. `examples`: the cases that they answer by key.

    Documents that they name are read now. Raise `InvalidInput` for a file that cannot be read, or an answer to an
    unknown case.
    """
    path = _path(workflow)
    assert path is not None
    cases = dict(_cases(workflow, examples))
    samples = []
    for row in read_rows(path):
        key, input, envelope = (row.values.get(name) for name in ("key", "input", "envelope"))
        where = f"{path}, row {row.number}"
        if row.problem or not isinstance(envelope, dict) or not (isinstance(key, str) or isinstance(input, dict)):
            raise InvalidInput(f"{where}: {row.problem or 'needs an envelope, and a key or an input'}")
        if isinstance(input, dict):
            case = _case(workflow, input, where=where)
        elif key in cases:
            case = cases[key]
        else:
            raise InvalidInput(f"{where}: there is no example with the key {key!r}")
        said = json.dumps(envelope, ensure_ascii=False)
        samples.append(Sample(text=case.text, documents=case.documents, envelope=said))
    return SampleAnswers(samples)


def _path(workflow: AnyWorkflow) -> Path | None:
    return workflow.folder / SAMPLES if workflow.folder else None


def _cases(workflow: AnyWorkflow, examples: list[Example]) -> Iterator[tuple[str, _Case]]:
    """Yield the key of each example, and its case."""
    for number, example in enumerate(examples, 1):
        case = _case(workflow, example.input, where=f"example {number} of {workflow.name}")
        yield case.key, case


def _case(workflow: AnyWorkflow, values: Mapping[str, JsonValue], *, where: str) -> _Case:
    try:
        input = input_of(workflow, values)
    except ValidationError as error:
        raise InvalidInput(f"{where} does not fit its input: {all_complaints(error)}") from error
    files = frozenset(one.sha256 for one in documents_in(input))
    return _Case(key=workflow.key(input), text=text_told(workflow, input), documents=files)

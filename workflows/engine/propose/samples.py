"""The sample answers of a workflow: `samples.jsonl` beside its declaration, each for the example with its key."""

import json
from pathlib import Path

from pydantic import ValidationError

from workflows.complaints import all_complaints
from workflows.documents.document import documents_in
from workflows.engine.case.files.rows import read_rows
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.workflow import Example
from workflows.engine.errors import InvalidInput
from workflows.engine.propose.example_inputs import input_of
from workflows.engine.propose.placeholders import text_told
from workflows.model.sample_answers import Sample, SampleAnswers

SAMPLES = "samples.jsonl"


def has_samples(workflow: AnyWorkflow) -> bool:
    """Tell whether a workflow brings sample answers."""
    path = _path(workflow)
    return path is not None and path.is_file()


def sample_answers(workflow: AnyWorkflow, examples: list[Example]) -> SampleAnswers:
    """Return the sample answers of a workflow. `examples`: the cases that they answer.

    Raise `InvalidInput` for a file that cannot be read, or an answer to an unknown case.
    """
    path = _path(workflow)
    assert path is not None
    cases = _cases(workflow, examples)
    samples = []
    for row in read_rows(path):
        key, envelope = row.values.get("key"), row.values.get("envelope")
        if row.problem or not isinstance(key, str) or not isinstance(envelope, dict):
            raise InvalidInput(f"{path}, row {row.number}: {row.problem or 'needs a key and an envelope'}")
        if key not in cases:
            raise InvalidInput(f"{path}, row {row.number}: there is no example with the key {key!r}")
        text, files = cases[key]
        samples.append(Sample(text=text, documents=files, envelope=json.dumps(envelope, ensure_ascii=False)))
    return SampleAnswers(samples)


def _path(workflow: AnyWorkflow) -> Path | None:
    return workflow.folder / SAMPLES if workflow.folder else None


def _cases(workflow: AnyWorkflow, examples: list[Example]) -> dict[str, tuple[str, frozenset[str]]]:
    """Return key -> the case as plain text, and the hashes of its documents."""
    cases = {}
    for number, example in enumerate(examples, 1):
        try:
            input = input_of(workflow, example.input)
        except ValidationError as error:
            raise InvalidInput(
                f"example {number} of {workflow.name} does not fit its input: {all_complaints(error)}"
            ) from error
        files = frozenset(one.sha256 for one in documents_in(input))
        cases[workflow.key(input)] = text_told(workflow, input), files
    return cases

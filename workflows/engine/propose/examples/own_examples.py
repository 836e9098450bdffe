"""The labelled examples that a workflow brings, and what the local model learns from them."""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from workflows.complaints import all_complaints
from workflows.engine.case.files.rows import read_rows
from workflows.engine.declare.calls import author_threads
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.workflow import Example
from workflows.engine.errors import CodeExited, InvalidInput, TimeLimitPassed
from workflows.engine.propose.examples.example_inputs import documents_beside, input_of
from workflows.engine.propose.placeholders import text_told
from workflows.model.local import local_model
from workflows.model.local.embedding_folder import EmbeddingFolder
from workflows.model.local.local_model import CannotLearn, LocalModel

T = TypeVar("T")

EXAMPLES = "examples.jsonl"
"""Name of the file with labelled examples, beside a workflow's declaration."""
_WITHIN = 60.0
"""Seconds for which reading a workflow's examples may take."""


def examples_file(workflow: AnyWorkflow) -> Path | None:
    """Return the file of a workflow's examples, which may not be there; None where it has them from elsewhere."""
    has_file = workflow.examples is None and workflow.folder is not None
    return workflow.folder / EXAMPLES if has_file and workflow.folder is not None else None


def examples_of(workflow: AnyWorkflow) -> list[Example]:
    """Return the labelled examples of a workflow; none where it has no file of them.

    Raise `InvalidInput` for a file that cannot be read, naming the row.
    """
    given = workflow.examples
    if given is not None:
        return _within(workflow, lambda: list(given()))
    path = examples_file(workflow)
    if path is None or not path.exists():
        return []
    found = []
    for row in read_rows(path):
        input, output = row.values.get("input"), row.values.get("output")
        if row.problem or not isinstance(input, dict) or not isinstance(output, dict):
            raise InvalidInput(f"{path}, row {row.number}: {row.problem or 'needs an input and an output'}")
        found.append(Example(input=input, output=output))
    return found


def learned(
    workflow: AnyWorkflow,
    *,
    taken: Sequence[Example] = (),
    without: Callable[[Example], bool] = lambda _: False,
    folder: EmbeddingFolder | None = None,
) -> LocalModel:
    """Return the local model of a workflow, learned from its own examples. Raise `CannotLearn` or `CannotEmbed`.

    `taken`: further ones, which people took in from decisions. `without`: tells which of all it does not learn from.
    `folder`: the embedding that it learns with.
    """
    try:
        examples = [one for one in (*examples_of(workflow), *fitting(workflow, taken)) if not without(one)]
    except (InvalidInput, TimeLimitPassed, CodeExited) as error:
        raise CannotLearn(str(error)) from error
    return learned_from(workflow, examples, folder)


def fitting(workflow: AnyWorkflow, taken: Sequence[Example]) -> list[Example]:
    """Return the taken examples that still fit the form of the workflow's input: it may have changed since."""

    def fits(example: Example) -> bool:
        try:
            input_of(workflow, example.input)
        except ValidationError:
            return False
        return True

    return _within(workflow, lambda: [one for one in taken if fits(one)]) if taken else []


def learned_from(
    workflow: AnyWorkflow, examples: Iterable[Example], folder: EmbeddingFolder | None = None
) -> LocalModel:
    """Return the local model of a workflow, learned from these examples. Raise `CannotLearn` or `CannotEmbed`.

    `folder`: the embedding that it learns with.
    """
    try:
        known = list(examples)
        for example in known:
            documents_beside(workflow, example.input)
        taught = _within(
            workflow, lambda: [_to_learn(workflow, number, example) for number, example in enumerate(known, 1)]
        )
    except (InvalidInput, TimeLimitPassed, CodeExited) as error:
        raise CannotLearn(str(error)) from error
    return LocalModel.train(taught, workflow.output, embedding=folder.embedding() if folder is not None else None)


def _within(workflow: AnyWorkflow, call: Callable[[], T]) -> T:
    """Read examples with the author's code, within the time that others wait for the training."""
    seconds = min(workflow.time_limits.code, _WITHIN)
    return author_threads.run(call, what="reading its examples", workflow=workflow.name, seconds=seconds)


def _to_learn(workflow: AnyWorkflow, number: int, example: Example) -> local_model.Example:
    try:
        input = input_of(workflow, example.input)
    except ValidationError as error:
        found = all_complaints(error)
        where = EXAMPLES if workflow.examples is None else "the examples"
        raise InvalidInput(f"{where}, example {number}, does not fit {workflow.input.__name__}: {found}") from error
    labels = {field: value for field, value in example.output.items() if isinstance(value, str)}
    return local_model.Example(text=text_told(workflow, input), labels=labels)

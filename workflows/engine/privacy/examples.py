"""Examples in which words stand that are to be forgotten: named with their rows, and left out by the local model.

The file is the author's, and is never changed here. Until somebody takes the rows out of it, whatever reads the file
still reads them: an eval puts them to a model, and so does whoever looks at it.
"""

from collections.abc import Callable, Sequence

from workflows.engine.context import Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import CountersignError
from workflows.engine.privacy.views import ExampleRows
from workflows.engine.propose.examples.left_out import leave_out, mark_of
from workflows.engine.propose.examples.own_examples import examples_file, examples_of
from workflows.engine.text.canonical_json import canonical


def examples_with(context: Context, stand_in_json: Callable[[str], bool]) -> Sequence[ExampleRows]:
    """Return the examples of all workflows in which the words stand. `stand_in_json`: tells it for a JSON text."""
    found = [_of(context, workflow, stand_in_json) for workflow in context.registry]
    return [one for one in found if one.rows or one.unread is not None]


def leave_them_out(context: Context, found: Sequence[ExampleRows], *, by: str) -> None:
    """Have the local models of all processes learn without these examples, within seconds."""
    with context.database.write() as session:
        for one in found:
            if one.marks:
                leave_out(session, one.marks, one.workflow, team=context.team, by=by, at=context.clock())


def _of(context: Context, workflow: AnyWorkflow, stand_in_json: Callable[[str], bool]) -> ExampleRows:
    file = examples_file(workflow)
    named = str(file) if file is not None else None
    try:
        # The author's code is called outside any transaction.
        examples = examples_of(workflow)
    except CountersignError as error:
        return ExampleRows(workflow=workflow.name, file=named, rows=[], marks=[], unread=type(error).__name__)
    held = [
        (number, one)
        for number, one in enumerate(examples, 1)
        if stand_in_json(canonical({"input": one.input, "output": one.output}))
    ]
    return ExampleRows(
        workflow=workflow.name,
        file=named,
        rows=[number for number, _ in held],
        marks=[mark_of(one, seed=context.seed) for _, one in held],
    )

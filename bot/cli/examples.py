"""`example`: a past decision becomes an example to learn from and to be tried on."""

from pathlib import Path

from bot.app import opened
from bot.cli.completion import PATIENCE
from bot.cli.output import one_line_errors, out, shown
from bot.settings import settings
from store.db.process_locks import exclusive
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused
from workflows.engine.propose.own_examples import examples_file
from workflows.engine.read.history import find_case
from workflows.quality.example_file import Kept, add
from workflows.quality.past_decisions import decided

_LOCK = "examples"


def make_example(reference: str, *, to: Path | None, replace: bool) -> int:
    """Add a decided case to the examples of its workflow; returns the exit code."""
    with one_line_errors(), opened(settings()) as app:
        found = decided(app.context, find_case(app.context, reference))
        path = to if to is not None else _own(found.workflow)
        with exclusive(app.context.database, name=_LOCK, patience=PATIENCE):
            placed = add(path, found.workflow, found.example, replace=replace)
        what = {
            Kept.ADDED: "was added as",
            Kept.REPLACED: "took the place of",
            Kept.THERE_ALREADY: "stands there already as",
        }[placed.kept]
        of = " as corrected" if found.by_correction else ""
        out.print(shown(f"{found.key}{of} {what} line {placed.line} of {path}"))
        return 0


def _own(workflow: AnyWorkflow) -> Path:
    file = examples_file(workflow)
    if file is None:
        raise Refused(f"{workflow.name} has its examples from elsewhere; name a .jsonl file with --to")
    return file

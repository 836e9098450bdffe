"""Discovery of workflows: in the library and in installed packages. Files are loaded by `workflow_files`.

Some are made from options, such as the label column of a CSV. The options are kept with the first case, so that every
later process makes the same workflow again.
"""

from collections.abc import Mapping
from importlib.metadata import entry_points
from typing import Any

from pydantic import JsonValue

from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.workflow import Workflow
from workflows.engine.declare.workflow_files import said_of
from workflows.engine.errors import BadDeclaration
from workflows.library.agent_approval.workflow import approval
from workflows.library.agent_question.workflow import question
from workflows.library.intent_triage.workflow import intent_triage
from workflows.library.invoice_intake.workflow import intake
from workflows.library.support_triage.workflow import triage

ENTRY_POINTS = "countersign.workflows"
"""Entry point group under which other packages bring workflows."""
MADE_BY = "made_by"
"""Option with the name of the maker."""

_MAKERS = {"intent-triage": intent_triage}


def makers() -> tuple[str, ...]:
    """Return the names of the makers of workflows."""
    return tuple(_MAKERS)


def make(options: Mapping[str, JsonValue]) -> AnyWorkflow:
    """Make the workflow that these options describe. Raise `BadDeclaration` where they describe none."""
    rest = {name: value for name, value in options.items() if name != MADE_BY}
    maker = _MAKERS.get(str(options.get(MADE_BY)))
    if maker is None:
        raise BadDeclaration(f"nothing here makes {options.get(MADE_BY)!r} workflows")
    arguments: dict[str, Any] = rest  # Any: checked by the maker's own declaration
    try:
        return maker(**arguments)
    except TypeError as error:
        raise BadDeclaration(f"these options make no {options[MADE_BY]} workflow: {error}") from error


def library() -> list[AnyWorkflow]:
    """Return the workflows that come with Countersign."""
    return [triage, intake, approval, question]


def installed() -> list[AnyWorkflow]:
    """Return the workflows of installed packages. Raise `BadDeclaration` for an entry point that is no workflow."""
    found = []
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            workflow = entry.load()
        except (Exception, SystemExit) as error:  # another package's code; reported as a bad declaration
            raise BadDeclaration(
                f"the entry point {entry.name} = {entry.value} cannot be loaded: {said_of(error)}"
            ) from error
        if not isinstance(workflow, Workflow):
            raise BadDeclaration(f"the entry point {entry.name} = {entry.value} is not a Workflow")
        found.append(workflow)
    return found

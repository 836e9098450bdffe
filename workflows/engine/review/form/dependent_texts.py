"""Texts that depend on other fields: when a person corrects the queue, the drafted reply has to change, too."""

from collections.abc import Mapping

import structlog
from pydantic import BaseModel

from workflows.engine.case.lookup import input_of
from workflows.engine.context import Context
from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.errors import Misfit, TimeLimitPassed

log = structlog.get_logger()


def redrawn(
    context: Context, workflow: AnyWorkflow, review: int, *, proposed: Mapping[str, str], typed: Mapping[str, str]
) -> dict[str, str]:
    """Return the templated texts that no longer fit the chosen values: field -> the text that fits.

    Only texts that the template wrote and that the person did not change. `proposed` and `typed`: as they are in the
    form.
    """
    untouched = [name for name in workflow.templates if proposed.get(name) and typed.get(name) == proposed[name]]
    if not untouched:
        return {}
    try:
        body = input_of(context, review)
        input = within(workflow, "reading the input", lambda: read(workflow.input, body))
    except (Misfit, TimeLimitPassed):
        return {}  # the case no longer fits its form: the text stays, and the nevers will report it
    found = {}
    for name in untouched:
        before, after = (_written(workflow, name, input, chosen) for chosen in (proposed, typed))
        if before == proposed[name] and after is not None and after != typed[name]:
            found[name] = after
    return found


def _written(workflow: AnyWorkflow, name: str, input: BaseModel, chosen: Mapping[str, str]) -> str | None:
    try:
        return within(workflow, f"the template of {name}", lambda: workflow.templates[name](input, chosen))
    except Exception as error:  # noqa: BLE001  # the author's code: where it fails, the text stays
        log.warning("template.failed", workflow=workflow.name, field=name, error=type(error).__name__)
        return None

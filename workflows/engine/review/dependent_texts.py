"""Keeps a text that follows from other fields in step with them: who corrects the queue wants its own reply, too."""

from collections.abc import Mapping

import structlog
from pydantic import BaseModel

from workflows.engine.case.lookup import input_of
from workflows.engine.context import Context
from workflows.engine.declare.author_code import within
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.declare.round_trip import read
from workflows.engine.errors import Misfit, TimeLimitPassed

log = structlog.get_logger()


def redrawn(
    context: Context, workflow: AnyWorkflow, review: int, *, proposed: Mapping[str, str], typed: Mapping[str, str]
) -> dict[str, str]:
    """The templated texts that no longer go with what was chosen: field -> the text that does.

    Only a text that the template had written, and that the person left as it was. `proposed` and `typed`: as they stand
    in the form.
    """
    untouched = [name for name in workflow.templates if proposed.get(name) and typed.get(name) == proposed[name]]
    if not untouched:
        return {}
    try:
        body = input_of(context, review)
        input = within(workflow, "reading the input", lambda: read(workflow.input, body))
    except (Misfit, TimeLimitPassed):
        return {}  # the case no longer fits; its text is left as it is, and the nevers will say so
    found = {}
    for name in untouched:
        before, after = (_written(workflow, name, input, chosen) for chosen in (proposed, typed))
        if before == proposed[name] and after is not None and after != typed[name]:
            found[name] = after
    return found


def _written(workflow: AnyWorkflow, name: str, input: BaseModel, chosen: Mapping[str, str]) -> str | None:
    try:
        return within(workflow, f"the template of {name}", lambda: workflow.templates[name](input, chosen))
    except Exception as error:  # noqa: BLE001  # the author's code: where it fails, the text is left as it is
        log.warning("template.failed", workflow=workflow.name, field=name, error=type(error).__name__)
        return None

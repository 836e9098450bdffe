"""Keeps a text that follows from other fields in step with them: who corrects the queue wants its own reply, too."""

from collections.abc import Mapping

from workflows.engine.canonical import from_body
from workflows.engine.context import Context
from workflows.engine.history import input_of
from workflows.engine.registry import AnyWorkflow


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
    input = from_body(workflow.input, input_of(context, review))
    found = {}
    for name in untouched:
        template = workflow.templates[name]
        if template(input, proposed) == proposed[name] and (text := template(input, typed)) != typed[name]:
            found[name] = text
    return found

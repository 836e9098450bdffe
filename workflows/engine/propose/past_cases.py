"""Decided cases of the past, as a model and people are told of them: only what is a choice of an output, no words.

A written reply or a note of another case is never told: it is made for another customer.
"""

import json
from collections.abc import Mapping

from pydantic import JsonValue, TypeAdapter, ValidationError

from workflows.engine.declare.personal import has_personal, personal_fields, searched_fields
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.text.canonical_json import canonical
from workflows.engine.text.form_fields import Kind, form_of

_LABELS = frozenset({Kind.CHOICE, Kind.CHOICES, Kind.YES_NO, Kind.WHOLE, Kind.NUMBER, Kind.AMOUNT, Kind.DATE})
"""Kinds of fields in which nobody writes words."""


def decided_in(workflow: AnyWorkflow, body: str) -> dict[str, JsonValue]:
    """Return what was decided in an example: choices, yes or no, numbers and dates, and nothing that was written.

    `body`: its JSON. An author's validators are called, so outside transactions.
    """
    output = json.loads(body).get("output")
    if not isinstance(output, Mapping):
        return {}
    personal = personal_fields(workflow.output) | searched_fields(workflow.output)
    fields = [field.name for field in form_of(workflow.output) if field.kind in _LABELS and field.name not in personal]
    return {name: output[name] for name in fields if name in output and _fits(workflow, name, output[name])}


def name_for_all(workflow: AnyWorkflow | None, *, case: int, key: str) -> str:
    """Return how a channel, or another case, may name a case: its key may hold what is personal."""
    return key if workflow is not None and not has_personal(workflow.input) else f"case {case}"


def _fits(workflow: AnyWorkflow, name: str, value: JsonValue) -> bool:
    """Tell whether a value is one of the field as it is now: it may have been a text before."""
    try:
        TypeAdapter(workflow.output.model_fields[name].annotation).validate_json(canonical(value))
    except ValidationError:
        return False
    return True

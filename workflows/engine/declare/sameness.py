"""Sameness: whether what was proposed and what a person decided are one answer to the business.

Values that are written alike are the same. Others are the same where the workflow's own function says so. A function
that fails says nothing: then they differ. It is called outside transactions and within a limit of time.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import structlog
from pydantic import BaseModel, JsonValue, TypeAdapter

from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.text.canonical_json import canonical

log = structlog.get_logger()


def differing(
    workflow: AnyWorkflow, proposed: Mapping[str, JsonValue], decided: Mapping[str, JsonValue]
) -> tuple[str, ...]:
    """Return the names of the output's fields that are not the same, in the order of the form.

    Both are outputs as they are kept. A field that one of them does not have counts as empty. It calls the author's
    code, so it is not called within a transaction.
    """
    found = []
    for name in workflow.output.model_fields:
        one, other = proposed.get(name), decided.get(name)
        if canonical(one) == canonical(other) or _passes(workflow, name, one, other):
            continue
        found.append(name)
    return tuple(found)


def passes(workflow: AnyWorkflow, name: str, proposed: object, decided: object) -> bool:
    """Tell whether the workflow's own function lets a difference of a field pass; False where it declares none.

    Both are values in the field's type.
    """
    same = workflow.sames.get(name)
    if same is None:
        return False
    try:
        return within(workflow, f"the same of {name}", lambda: bool(same(proposed, decided)))
    except Exception as error:  # noqa: BLE001  # a rule that cannot be asked lets nothing pass
        _failed(workflow, name, error)
        return False


def adapter_of(output: type[BaseModel], name: str) -> TypeAdapter[Any]:  # Any: the field's type is the author's
    """Return the reader of one field's values."""
    return _adapter(output, name)


def _passes(workflow: AnyWorkflow, name: str, one: JsonValue, other: JsonValue) -> bool:
    if name not in workflow.sames:
        return False
    read = adapter_of(workflow.output, name)
    try:
        # A validator of the author's is in it.
        values = within(
            workflow,
            f"reading {name}",
            lambda: [read.validate_json(canonical(value), by_alias=False, by_name=True) for value in (one, other)],
        )
    except Exception as error:  # noqa: BLE001  # a value of another form is not the same
        _failed(workflow, name, error)
        return False
    return passes(workflow, name, *values)


def _failed(workflow: AnyWorkflow, name: str, error: Exception) -> None:
    log.error("same.failed", workflow=workflow.name, field=name, error=type(error).__name__)


@lru_cache(maxsize=1_000)
def _adapter(output: type[BaseModel], name: str) -> TypeAdapter[Any]:  # Any: as above
    return TypeAdapter(output.model_fields[name].rebuild_annotation())

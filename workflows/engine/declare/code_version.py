"""The code version of a workflow, so that a run can say with which version it began.

The version does not decide whether a run that waited can go on under newer code; its journal and its forms decide that.
Where it cannot go on, the version explains why.
"""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema

from workflows.engine.declare.documents import has_documents
from workflows.engine.declare.workflow import Workflow
from workflows.engine.text.canonical_json import canonical, content_hash

LENGTH = 12
"""Hex digits of a code version."""


def code_version_of(workflow: Workflow[Any, Any], prompt: str | None) -> str:
    """Return a hash over what the workflow's author wrote.

    It covers the files with the author's functions, the forms, the terms, and the version of the prompt. Code that
    those files import is not in it.
    """
    declared = workflow.effects
    effects = [effect.apply for effect in declared]
    nevers = [never.broken for never in workflow.nevers]
    follow_ups = [one.make for one in workflow.follow_ups]
    functions: list[Callable[..., object]] = [*effects, *nevers, *workflow.templates.values(), *follow_ups]
    if workflow.proposing is not None:
        functions.append(workflow.proposing)
    files = {file for function in functions if (file := _file(function)) is not None}
    parts: dict[str, object] = {
        "files": sorted(content_hash(_text(file)) for file in files),
        "input": _form(workflow.input),
        "output": _form(workflow.output),
        "nevers": [never.sentence for never in workflow.nevers],
        "autonomy": workflow.autonomy.at_least,
        "second opinion": [workflow.autonomy.second_opinion, workflow.autonomy.needs_second],
        "may": [workflow.may, *(effect.does for effect in declared)],
        "prompt": prompt,
    }
    if workflow.autonomy.is_earned:
        parts["promise"] = [workflow.autonomy.wrong, workflow.autonomy.sure]
    if has_documents(workflow):
        parts["documents"] = workflow.documents_as
    return content_hash(canonical(parts))[:LENGTH]


def _form(model: type[BaseModel]) -> object:
    try:
        return model.model_json_schema()
    except PydanticInvalidForJsonSchema:  # a type of the author's own, which has no JSON schema
        return {name: str(info.annotation) for name, info in model.model_fields.items()}


def _file(function: Callable[..., object]) -> Path | None:
    try:
        found = inspect.getsourcefile(inspect.unwrap(function))
    except TypeError:  # not made of Python code
        return None
    return Path(found) if found is not None else None


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:  # typed in a shell, or in an archive
        return str(file.name)

"""Cases that are alike, by their workflow's own key. Only a digest of it is kept: it may hold personal values."""

import hashlib

import structlog
from pydantic import BaseModel

from workflows.engine.declare.calls.author_code import within
from workflows.engine.declare.registry import AnyWorkflow

log = structlog.get_logger()

_DIGITS = 32
"""Hexadecimal digits of a mark."""


def mark_of(workflow: AnyWorkflow, input: BaseModel, output: BaseModel) -> str | None:
    """Return the mark of the cases that are like this one; None where it is like no other."""
    named = name_of(workflow, input, output)
    return hashlib.sha256(f"{workflow.name}\n{named}".encode()).hexdigest()[:_DIGITS] if named is not None else None


def name_of(workflow: AnyWorkflow, input: BaseModel, output: BaseModel) -> str | None:
    """Return the author's words for what makes a case like others; None where there are none.

    Code that fails makes nothing alike: each case is then decided on its own.
    """
    key = workflow.alike_by
    if key is None:
        return None
    try:
        said: object = within(workflow, "what makes cases alike", lambda: key(input, output))
    except Exception as error:  # noqa: BLE001  # the author's code: a case that is like no other is only slower to decide
        log.warning("alike.failed", workflow=workflow.name, error=type(error).__name__)
        return None
    if said is not None and not isinstance(said, str):
        log.warning("alike.failed", workflow=workflow.name, error=f"no text but {type(said).__name__}")
        return None
    return said.strip() or None if said is not None else None

"""What the code of a run may do: a step that does anything else is refused in place of its call.

The boundary follows the code into whatever it calls, also a step within a step, which has no line in the journal. A
thread that the code starts is not followed.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from workflows.engine.declare.workflow import UNDECIDED, Does, Workflow
from workflows.engine.errors import Undeclared


@dataclass(frozen=True, kw_only=True)
class _Boundary:
    """What may be done here."""

    workflow: Workflow[Any, Any]
    usual: tuple[Does, ...]
    """What a step does that says nothing of it."""
    is_decided: bool


_around: ContextVar[_Boundary | None] = ContextVar("countersign_boundary", default=None)


@contextmanager
def before_decision(workflow: Workflow[Any, Any]) -> Iterator[None]:
    """Refuse, for the block, the steps that do what this workflow may not before anything is decided."""
    with _kept(_Boundary(workflow=workflow, usual=("retrieve",), is_decided=False)):
        yield


@contextmanager
def in_delivery(workflow: Workflow[Any, Any], does: tuple[Does, ...]) -> Iterator[None]:
    """Refuse, for the block, the steps that do what this workflow may not. `does`: what the delivery does."""
    with _kept(_Boundary(workflow=workflow, usual=does, is_decided=True)):
        yield


@contextmanager
def _kept(boundary: _Boundary) -> Iterator[None]:
    token = _around.set(boundary)
    try:
        yield
    finally:
        _around.reset(token)


def check(step: str, does: tuple[Does, ...] | None) -> None:
    """Raise `Undeclared` where a step does what the code around it may not. `does`: None: nothing is said of it."""
    around = _around.get()
    if around is None:
        return
    wrong = against(around.workflow, f"the step {step}", does or around.usual, is_decided=around.is_decided)
    if wrong is not None:
        raise Undeclared(wrong)


def against(workflow: Workflow[Any, Any], what: str, does: Sequence[Does], *, is_decided: bool) -> str | None:
    """Why something may not do this, with what to write; None where it may. `what`: names it."""
    undeclared = [one for one in does if one not in workflow.allowed]
    if undeclared:
        return (
            f"workflow {workflow.name}: {what} does {' and '.join(undeclared)}, which the workflow may not. It may: "
            f"{workflow.may_as_declared}. Declare it, in words for people: "
            f"may={{{', '.join(f'{one!r}: ...' for one in undeclared)}}}"
        )
    early = [] if is_decided else [one for one in does if one not in UNDECIDED]
    if early:
        return f"workflow {workflow.name}: {what} does {' and '.join(early)} before anything is decided; deliver it"
    return None

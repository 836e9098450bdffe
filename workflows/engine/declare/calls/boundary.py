"""The boundary of a run's code: a step that does something which is not allowed is refused in place of its call.

The boundary holds in everything that the code calls, also in a step within a step, which has no line in the journal. It
does not hold in a thread that the code starts.
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
    """The limits of what the code here may do."""

    workflow: Workflow[Any, Any]
    usual: tuple[Does, ...]
    """The effects that are assumed of a step that declares none."""
    is_decided: bool


_around: ContextVar[_Boundary | None] = ContextVar("countersign_boundary", default=None)


@contextmanager
def before_decision(workflow: Workflow[Any, Any]) -> Iterator[None]:
    """Refuse, in the block, the steps that this workflow may not call before a decision."""
    with _kept(_Boundary(workflow=workflow, usual=("retrieve",), is_decided=False)):
        yield


@contextmanager
def in_delivery(workflow: Workflow[Any, Any], does: tuple[Does, ...]) -> Iterator[None]:
    """Refuse, in the block, the steps that this workflow may not call at all. `does`: the effects of the delivery."""
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
    """Raise `Undeclared` where a step does something that the code around it may not. `does`: None: the step declares
    nothing.
    """
    around = _around.get()
    if around is None:
        return
    wrong = against(around.workflow, f"the step {step}", does or around.usual, is_decided=around.is_decided)
    if wrong is not None:
        raise Undeclared(wrong)


def against(workflow: Workflow[Any, Any], what: str, does: Sequence[Does], *, is_decided: bool) -> str | None:
    """Return why these effects are not allowed, with what to write; None where they are. `what`: names the code."""
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

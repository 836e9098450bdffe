"""The outcome of a call of another system that an author's own code made, by the error that it ended in. Pure."""

from workflows.engine.errors import (
    Drifted,
    Fenced,
    InputBroken,
    NotAllowed,
    NotDone,
    OutputBroken,
    TryAgain,
    Undeclared,
)
from workflows.tools.calls import CallOutcome

_OURS = (Drifted, Fenced, InputBroken, Undeclared)
"""Errors that say nothing of the other system: it was not called."""


def outcome_of(error: BaseException) -> CallOutcome | None:
    """Return the outcome; None where the system was perhaps not called."""
    if isinstance(error, _OURS):
        return None
    if isinstance(error, OutputBroken):
        return CallOutcome.BROKEN
    if isinstance(error, NotDone) and not isinstance(error, (NotAllowed, TryAgain)):
        return CallOutcome.ANSWERED
    return CallOutcome.FAILED

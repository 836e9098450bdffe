"""Declaration of a workflow whose cases are made from the outcomes of another. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Then:
    """The workflow that follows, with the function that makes its input."""

    workflow: str
    """Name of the workflow that follows."""
    make: Callable[[Any, Any], Any]
    """Given the delivered output and the run; returns the other workflow's input, or None where nothing follows.
    Any: both forms are other workflows' own.
    """

"""Declaration of a workflow whose cases are made from the outcomes of another. Pure."""

from collections.abc import Callable, Mapping, Sequence
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
    form: type[Any] | None = None
    """The form of that input, where the other workflow was given; None where it was named. Any: as above."""


def circle_in(follows: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """Return the names of workflows that follow each other in a circle, the first one again at the end; else nothing.

    `follows`: workflow -> the workflows that follow it.
    """
    done = set[str]()

    def searched(name: str, way: Sequence[str]) -> Sequence[str]:
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return ()
        found = next((found for one in follows.get(name, ()) if (found := searched(one, [*way, name]))), ())
        done.add(name)
        return found

    return next((found for name in follows if (found := searched(name, ()))), ())

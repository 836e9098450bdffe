"""Declaration of a function that looks for cases from time to time. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic

from workflows.engine.declare.proposal import InputT


@dataclass(frozen=True, kw_only=True)
class Fetched(Generic[InputT]):
    """The cases that one look found."""

    inputs: Sequence[InputT]
    cursor: str
    """The place up to which it looked, in words of its own: the next look is given it."""
    more: bool = False
    """True if there is more to fetch at once."""


@dataclass(frozen=True, kw_only=True)
class Fetch(Generic[InputT]):
    """A function that looks for cases, with the time between two looks."""

    name: str
    look: Callable[[str | None], Fetched[InputT]]
    """Given the last cursor; None at the first look."""
    every: timedelta

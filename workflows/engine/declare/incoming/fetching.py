"""Declaration of a function that looks for cases from time to time. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic

from workflows.engine.declare.proposal import InputT
from workflows.engine.errors import BadDeclaration

SHORTEST = timedelta(seconds=10)
"""Least time between two looks."""
LONGEST = timedelta(days=7)
"""Most time between two looks."""
WITHIN = timedelta(minutes=1)
"""Time that a look may take, where its author names no other."""
SHORTEST_LOOK = timedelta(seconds=1)
"""Least time that an author may give a look."""
LONGEST_LOOK = timedelta(minutes=10)
"""Most time that an author may give a look."""
LONGEST_NAME = 100
"""Most characters in the names of a workflow and of its fetch together, with the mark between them."""
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class Fetched(Generic[InputT]):
    """The cases that one look found."""

    inputs: Sequence[InputT | Mapping[str, object]]
    """Inputs, or their values by field, as JSON has them: these are checked one by one when they are taken in, so that
    one that does not fit the form stops none of the others. A file stands there as a `NewDocument`.
    """
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
    within: timedelta = WITHIN
    """Time after which a look is given up."""


def source_name(workflow: str, fetch: str) -> str:
    """Name the source that a fetch is, by its workflow and its own name."""
    return f"{workflow}/{fetch}"


def check_fetch(workflow: str, name: str, *, every: timedelta, within: timedelta, others: Sequence[str]) -> None:
    """Raise `BadDeclaration` for a fetch that cannot work. `others`: names of those that the workflow has already."""
    whose = f"workflow {workflow}: the fetch {name!r}"
    if not _NAME.fullmatch(name):
        raise BadDeclaration(f"{whose} needs another name: lower-case words joined by hyphens")
    if len(source_name(workflow, name)) > LONGEST_NAME:
        raise BadDeclaration(f"{whose} needs a shorter name: {LONGEST_NAME} characters with the workflow's")
    if name in others:
        raise BadDeclaration(f"{whose} is declared twice: give one of them another name")
    if not _is_between(SHORTEST, every, LONGEST):
        raise BadDeclaration(f"{whose}: every is from 10 seconds to 7 days, such as timedelta(minutes=1), not {every}")
    if not _is_between(SHORTEST_LOOK, within, LONGEST_LOOK):
        raise BadDeclaration(f"{whose}: within is from 1 second to 10 minutes, not {within}")


def _is_between(least: timedelta, given: object, most: timedelta) -> bool:
    return isinstance(given, timedelta) and least <= given <= most

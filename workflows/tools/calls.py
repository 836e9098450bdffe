"""Calls of other systems that our own clients made, with their outcome and how long they took.

Whoever makes an author's code run asks here what it called: a client knows neither the case nor the database.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from enum import StrEnum


class CallOutcome(StrEnum):
    """The outcome of one call."""

    ANSWERED = "answered"
    """It answered, if only that it refuses: it is up."""
    FAILED = "failed"
    """It did not answer, or did not take it now, or does not accept us."""
    BROKEN = "broken"
    """It answered in another form than agreed."""


@dataclass(frozen=True, kw_only=True)
class Called:
    """One call."""

    system: str
    """The system's name, as people call it."""
    outcome: CallOutcome
    milliseconds: float
    error: str | None = None
    """Type of the error; None where it answered."""


@dataclass(kw_only=True)
class Noted:
    """The calls of a block."""

    made: list[Called] = field(default_factory=list)
    elsewhere: set[str] = field(default_factory=set)
    """Systems that were called in an inner block, to which these calls belong."""

    @property
    def systems(self) -> set[str]:
        """All systems that were called."""
        return self.elsewhere | {one.system for one in self.made}


_noted: ContextVar[Noted | None] = ContextVar("countersign_calls", default=None)


@contextmanager
def noted() -> Iterator[Noted]:
    """Collect, for the block and this thread, the calls that our clients make.

    Those in an inner block belong to the inner block only.
    """
    inner, outer = Noted(), _noted.get()
    token = _noted.set(inner)
    try:
        yield inner
    finally:
        _noted.reset(token)
        if outer is not None:
            outer.elsewhere |= inner.systems


def note(called: Called) -> None:
    """Note a call."""
    noted = _noted.get()
    if noted is not None:
        noted.made.append(called)


def broke(system: str, error: str) -> None:
    """Note that the last answer of a system, which is noted as answered, has another form than agreed."""
    noted = _noted.get()
    made = noted.made if noted is not None else []
    for place in range(len(made) - 1, -1, -1):
        one = made[place]
        if one.system == system and one.outcome is CallOutcome.ANSWERED:
            made[place] = replace(one, outcome=CallOutcome.BROKEN, error=error)
            return

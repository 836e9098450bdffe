"""The promise of a workflow as the evidence has it now, for those who tell of it. Pure."""

from dataclasses import dataclass

from store.states import Level


@dataclass(frozen=True, kw_only=True)
class PromiseFacts:
    """Facts of how far the live version of a workflow goes by its evidence, and what that rests on."""

    wrong: float
    """Promised: the share of what goes alone that may be wrong, 0 to 1."""
    level: Level
    share: float | None
    """Share of the cases that goes alone, 0 to 1; None: nothing does, or nobody knows."""
    looked_at: int
    """Labels that it rests on."""
    alone: int = 0
    """Cases that ever went alone, over all versions."""
    most_wrong: int | None = None
    """At most so many of these are wrong, with the certainty of the promise; None where none went alone."""
    is_held: bool = False
    """True if nothing goes alone for now."""

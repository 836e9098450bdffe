"""Declaration of how long the content of a case is kept."""

from dataclasses import dataclass, fields

from workflows.engine.errors import BadDeclaration

LONGEST = 36_600
"""Most days: a hundred years."""


@dataclass(frozen=True, kw_only=True)
class Retention:
    """Days for which each kind of content is kept after its case ended; None: until somebody removes it.

    Hashes, times, numbers and who decided are kept. A case that is open, or under a legal hold, keeps its content.
    """

    input: int | None = 365
    """What came in, and what its source answered."""
    output: int | None = 365
    """Proposals, decisions with their reasons, what was delivered, and receipts."""
    steps: int | None = 90
    """What the steps of its runs were given and returned, and error texts."""
    model: int | None = 30
    """What a model was told, and its raw answers: they are the cache, too."""
    examples: int | None = None
    """Examples that were taken from cases."""

    def __post_init__(self) -> None:
        """Raise `BadDeclaration` for anything but whole days from 1 to 36,600."""
        for one in fields(self):
            days = getattr(self, one.name)
            if days is not None and not (type(days) is int and 1 <= days <= LONGEST):
                raise BadDeclaration(f"retention of {one.name} is 1 to {LONGEST:,} whole days, or None, not {days!r}")

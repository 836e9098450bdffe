"""Declaration of how long the content of a case is kept."""

from dataclasses import dataclass, fields
from enum import StrEnum

from workflows.engine.errors import BadDeclaration

LONGEST = 36_600
"""Most days: a hundred years."""


class ContentClass(StrEnum):
    """The classes of content that are kept for different times: the names of the fields of `Retention`."""

    INPUT = "input"
    OUTPUT = "output"
    STEPS = "steps"
    MODEL = "model"
    EXAMPLES = "examples"


@dataclass(frozen=True, kw_only=True)
class Retention:
    """Days for which each kind of content is kept after its case ended; None: until somebody removes it.

    Hashes, times, numbers and who decided are kept. A case that is open, or under a legal hold, keeps its content.
    """

    input: int | None = 365
    """Inputs, and answers of their source."""
    output: int | None = 365
    """Proposals, decisions with their reasons, what was delivered, and receipts."""
    steps: int | None = 90
    """Inputs and results of the steps of its runs, and error texts."""
    model: int | None = 30
    """Questions to a model and its raw answers: they are the cache, too."""
    examples: int | None = None
    """Examples that were taken from cases."""

    def __post_init__(self) -> None:
        """Raise `BadDeclaration` for anything but whole days from 1 to 36,600."""
        for one in fields(self):
            days = getattr(self, one.name)
            if days is not None and not (type(days) is int and 1 <= days <= LONGEST):
                raise BadDeclaration(f"retention of {one.name} is 1 to {LONGEST:,} whole days, or None, not {days!r}")

    def days(self, of: ContentClass) -> int | None:
        """Return the days for which a class of content is kept; None for no limit.

        Steps and what a model was told repeat the input and the output. So they are removed with the last of the two,
        at the latest.
        """
        days: int | None = getattr(self, of)
        if of not in (ContentClass.STEPS, ContentClass.MODEL) or self.input is None or self.output is None:
            return days
        longest = max(self.input, self.output)
        return longest if days is None else min(days, longest)

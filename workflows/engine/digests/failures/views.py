"""Read models of the failure summary: counts, ids and names, but no words of a case."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Cause:
    """A cause for which cases stopped."""

    step: str | None
    """Name of the step; None: the error was outside any step."""
    error: str | None
    """Type of the error; None: there was no error, because the process ended in the middle."""
    cases: int


@dataclass(frozen=True, kw_only=True)
class StoppedCase:
    """A case that is stopped."""

    case: int
    in_doubt: bool
    """True if its delivery may have happened or not. It can only be run again after a person has looked."""


@dataclass(frozen=True, kw_only=True)
class Unproposed:
    """A reason for which cases went to people without a proposal."""

    code: str
    cases: int


@dataclass(frozen=True, kw_only=True)
class PausedSince:
    """The pause of a workflow, without its reason, which may name a case."""

    at: datetime
    by_itself: bool
    """True if Countersign paused it, and no person."""
    held: int
    """Cases that are resolved, and whose delivery is held."""


@dataclass(frozen=True, kw_only=True)
class WorkflowFigures:
    """The figures of one workflow in the period of a digest. "Now" is the time when the digest was made."""

    workflow: str
    taken_in: int
    alone: int
    """Cases resolved alone and delivered."""
    by_people: int
    """Cases decided by a person, and delivered or closed."""
    waiting: int
    """Cases that wait for a person now."""
    stopped: int
    """Cases that failed, were parked or came in doubt in the period."""
    still_stopped: int
    """Those of these cases that are still stopped now."""
    still_stopped_cases: Sequence[StoppedCase]
    """The first few of them."""
    older: int
    """Cases that stopped before the period, and are still stopped now."""
    older_cases: Sequence[StoppedCase]
    """The first few of them."""
    causes: Sequence[Cause]
    """The most frequent causes, the most frequent first. A case that stopped twice may have two."""
    more_causes: int
    """Number of further causes."""
    cost: Decimal
    """US dollars spent in the period."""
    unproposed: Sequence[Unproposed] = field(default_factory=list)
    """Reasons for which cases went to people without a proposal in the period, the most frequent first."""
    paused: PausedSince | None = None
    """Its pause; None: it was not paused when the digest was made."""
    samples: int = 0
    """Cases taken in whose proposals were written by hand for a demonstration. The other numbers leave them out, except
    where they stopped.
    """

    reported: int = 0
    """Reports that a case was wrong."""
    corrected: int = 0
    """Cases for which a correction was delivered: errors that were found, each confirmed by a person."""
    lapsed: int = 0
    """Cases that were delivered or closed because nobody answered in time."""
    by_hand: timedelta | None = None
    """Time that a person needs for such a case without Countersign, as its author states it; None: not stated."""

    @property
    def work_alone(self) -> timedelta:
        """The work of people that the cases resolved alone replace. Cases that people decided replace none: nobody
        knows how long people took over them.
        """
        return self.alone * self.by_hand if self.by_hand is not None else timedelta(0)

    @property
    def is_quiet(self) -> bool:
        """True if there is nothing to report of the workflow."""
        resolved = self.alone or self.by_people or self.lapsed
        happened = self.taken_in or resolved or self.waiting or self.stopped or self.older
        spent_or_stood = self.cost or self.unproposed or self.paused is not None
        found_wrong = self.reported or self.corrected
        return not happened and not self.samples and not spent_or_stood and not found_wrong


@dataclass(frozen=True, kw_only=True)
class FailureFigures:
    """The figures of a failure summary."""

    workflows: Sequence[WorkflowFigures]
    """The workflows with something to report."""

    @property
    def stopped(self) -> int:
        """Cases that failed, were parked or came in doubt."""
        return sum(figures.stopped for figures in self.workflows)

    @property
    def still_stopped(self) -> int:
        """Those of these cases that were still stopped when the digest was made."""
        return sum(figures.still_stopped for figures in self.workflows)

    @property
    def older(self) -> int:
        """Cases that stopped before the period, and were still stopped when the digest was made."""
        return sum(figures.older for figures in self.workflows)

    @property
    def cost(self) -> Decimal:
        """US dollars spent."""
        return sum((figures.cost for figures in self.workflows), Decimal(0))

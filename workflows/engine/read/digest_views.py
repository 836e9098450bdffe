"""What is shown of a digest: frozen read models, the same for every surface. Counts, ids and names; no case's words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal


@dataclass(frozen=True, kw_only=True)
class Cause:
    """Why cases stopped."""

    step: str | None
    """None: it was outside any step."""
    error: str | None
    """The error's type. None: there was no error, the process ended in the middle of it."""
    cases: int


@dataclass(frozen=True, kw_only=True)
class StandingCase:
    """A case that stands stopped."""

    case: int
    in_doubt: bool
    """Its delivery may have happened or not; it can only be run again once a person has looked."""


@dataclass(frozen=True, kw_only=True)
class Unproposed:
    """Why cases went to people without a proposal."""

    code: str
    cases: int


@dataclass(frozen=True, kw_only=True)
class PausedSince:
    """That a workflow is paused. Why is not told here: it may name a case."""

    at: datetime
    by_itself: bool
    """Countersign paused it, and no person."""
    held: int
    """Cases that are resolved, and whose delivery is held."""


@dataclass(frozen=True, kw_only=True)
class WorkflowFigures:
    """One workflow in the period of a digest. "Now" is when the digest was made."""

    workflow: str
    taken_in: int
    alone: int
    """Cases resolved alone and delivered."""
    by_people: int
    """Cases decided by a person, and delivered or closed."""
    waiting: int
    """For a person, now."""
    stopped: int
    """Cases that failed, were parked or came in doubt in the period."""
    standing: int
    """Of these, how many stand so now."""
    standing_cases: Sequence[StandingCase]
    """The first few of them."""
    older: int
    """Cases that stopped before the period, and stand so now."""
    older_cases: Sequence[StandingCase]
    """The first few of them."""
    causes: Sequence[Cause]
    """The most frequent ones, the first of them first. A case that stopped twice may have two."""
    more_causes: int
    """How many others there are."""
    cost: Decimal
    """US dollars spent in the period."""
    unproposed: Sequence[Unproposed] = field(default_factory=list)
    """Cases that went to people without a proposal in the period; the most frequent reason first."""
    paused: PausedSince | None = None
    """None: it was not paused when the digest was made."""
    samples: int = 0
    """Cases taken in whose proposals were written by hand for a demonstration. None of the other numbers counts them,
    but for what stopped."""

    by_hand: timedelta | None = None
    """How long a person takes for such a case without Countersign, as its author says; None: that is not said."""

    @property
    def work_alone(self) -> timedelta:
        """The work of people that the cases stand for that went alone. Those that people decided stand for none: how
        long they took over them nobody knows."""
        return self.alone * self.by_hand if self.by_hand is not None else timedelta(0)

    @property
    def is_quiet(self) -> bool:
        """Is there nothing to tell of it?"""
        happened = self.taken_in or self.alone or self.by_people or self.waiting or self.stopped or self.older
        spent_or_stood = self.cost or self.unproposed or self.paused is not None
        return not happened and not self.samples and not spent_or_stood


@dataclass(frozen=True, kw_only=True)
class DigestView:
    """What team leads are told of one or more days."""

    id: int
    first: date
    """The first local date that it covers."""
    last: date
    missed: int
    """How many days before the last one had no digest; where they are too many, `first` is later than their first."""
    workflows: Sequence[WorkflowFigures]
    """Those of which there is something to tell."""

    @property
    def stopped(self) -> int:
        """Cases that failed, were parked or came in doubt."""
        return sum(figures.stopped for figures in self.workflows)

    @property
    def standing(self) -> int:
        """Of these, how many stood so when the digest was made."""
        return sum(figures.standing for figures in self.workflows)

    @property
    def older(self) -> int:
        """Cases that stopped before, and stood so when the digest was made."""
        return sum(figures.older for figures in self.workflows)

    @property
    def cost(self) -> Decimal:
        """US dollars."""
        return sum((figures.cost for figures in self.workflows), Decimal(0))

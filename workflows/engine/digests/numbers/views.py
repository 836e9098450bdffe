"""Read models of the business numbers: counts, times, money and estimates, but nothing of a case or a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from workflows.engine.digests.numbers.estimates import FEWEST_MEASURED, Estimate


@dataclass(frozen=True, kw_only=True)
class Times:
    """Percentiles of times: each is one of them."""

    number: int
    p50: timedelta
    p90: timedelta


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """The time of a case by hand, from the baseline."""

    minutes: float
    timings: int | None
    """Number of cases that were timed; None: somebody stated the minutes."""


class WhyNotFreed(StrEnum):
    """The reason why no hours freed are told."""

    NO_BASELINE = "no_baseline"
    NOT_MEASURED = "not_measured"
    """Too few decisions were measured, so people's time is not known."""


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """The business numbers of a workflow, or of all together. `definitions.py` says what each is."""

    workflow: str | None
    """Its name; None for all together."""
    cases_in: int
    alone: int
    by_people: int
    """Cases that people approved, edited or answered."""
    rejected: int
    lapsed: int
    """Cases that nobody answered in time."""
    edited: int
    corrected: int
    arrival_to_delivery: Times | None
    card_to_decision: Times | None
    decisions: int
    measured: int
    """Decisions of which the seconds are known."""
    seconds: float | None
    """Mean seconds for a decision; None where fewer than 5 were measured."""
    cost: Decimal
    """US dollars."""
    backlog: int
    oldest: datetime | None
    """Time since when the oldest of the backlog waits."""
    reviews_a_day: int | None
    looks: int
    """Spot checks that were looked at."""
    wrong_share: Estimate | None
    """Share of what went alone that is wrong, 0 to 1; None where too few were looked at."""
    hours_freed: Estimate | None
    freed_by: int
    """Workflows whose hours are in it: of all together, those with a baseline."""
    why_not_freed: WhyNotFreed | None
    by_hand: ByHand | None
    """Of the baseline; None for all together."""
    stated_by_hand: timedelta | None
    """Time of a case by hand as the workflow's author states it; None where they do not, or for all together."""
    takes_off_cost: bool
    """True if the models' cost is taken off the hours freed: the baseline says what an hour costs."""

    @property
    def resolved(self) -> int:
        """Cases resolved in any way."""
        return self.alone + self.by_people + self.rejected + self.lapsed

    @property
    def reviewed(self) -> int:
        """Cases that a person decided."""
        return self.by_people + self.rejected

    @property
    def straight_through(self) -> float | None:
        """Share of the resolved that went alone, 0 to 1."""
        return self.alone / self.resolved if self.resolved else None

    @property
    def cost_per_case(self) -> Decimal | None:
        """US dollars for each case resolved."""
        return self.cost / self.resolved if self.resolved else None

    @property
    def peoples_time(self) -> timedelta | None:
        """The time of people; None where it is not known."""
        if not self.decisions:
            return timedelta(0)
        return timedelta(seconds=self.seconds * self.decisions) if self.seconds is not None else None

    @property
    def time_per_case(self) -> timedelta | None:
        """The time of people for each case reviewed."""
        return self.peoples_time / self.reviewed if self.reviewed and self.peoples_time is not None else None

    @property
    def is_measured(self) -> bool:
        """True if enough decisions were measured to tell of people's time, or there were none."""
        return not self.decisions or self.measured >= FEWEST_MEASURED

    @property
    def is_quiet(self) -> bool:
        """True if there is nothing to tell."""
        return not (self.cases_in or self.resolved or self.decisions or self.backlog or self.cost or self.corrected)


@dataclass(frozen=True, kw_only=True)
class DayNumbers:
    """A day of the trend, of all workflows together."""

    day: date
    alone: int
    by_people: int
    rejected: int
    lapsed: int
    corrected: int
    cost: Decimal
    """US dollars."""

    @property
    def resolved(self) -> int:
        """Cases resolved in any way."""
        return self.alone + self.by_people + self.rejected + self.lapsed

    @property
    def straight_through(self) -> float | None:
        """Share of the resolved that went alone, 0 to 1; None where none were resolved."""
        return self.alone / self.resolved if self.resolved else None


@dataclass(frozen=True, kw_only=True)
class NumberFigures:
    """The business numbers."""

    total: Numbers
    workflows: Sequence[Numbers]
    """Those of each workflow with something to tell."""
    trend: Sequence[DayNumbers]
    """The last 14 days or more, the oldest first."""


@dataclass(frozen=True, kw_only=True)
class OwnDay:
    """A day of one person's decisions."""

    day: date
    decisions: int
    measured: int
    seconds: float
    """Sum over those that were measured."""


@dataclass(frozen=True, kw_only=True)
class OwnNumbers:
    """One person's decisions, for that person alone."""

    days: Sequence[OwnDay]
    """The days with decisions, the oldest first."""

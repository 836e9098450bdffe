"""Read models of causes of failures. Pure: only what a reader sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from store.states import ACTIVE, BulkState, CauseState, RunState
from workflows.engine.causes.advice import Advice
from workflows.engine.review.rerun.bulk_rules import WhyStopped


@dataclass(frozen=True, kw_only=True)
class Example:
    """A case that stopped for a cause, and stands so."""

    run: int
    case: int
    key: str
    """As a channel may be shown it."""
    state: RunState


@dataclass(frozen=True, kw_only=True)
class CauseLineView:
    """A cause in a list."""

    name: str
    """Its short name: the beginning of its fingerprint."""
    fingerprint: str
    workflow: str
    step: str
    error: str
    """Type of the error."""
    dependency: str | None
    """The other system that it is about."""
    message: str
    state: CauseState
    changed_by: str
    """The one who brought it into this state."""
    changed_at: datetime
    count: int
    first_at: datetime
    last_at: datetime
    cost: Decimal
    """US dollars."""
    failed_in: str | None
    """Code version of the newest failure."""
    resolved_in: str | None
    """Code version in which it was last resolved; None where it never was."""
    went_through: int = 0
    """Number of reruns that got past what failed, without another version of the code."""
    came_back: int = 0
    """Number of reruns that failed for it once more, without another version of the code."""
    advice: Advice | None = None
    """Advice on reruns from these and the error's type; None where nothing is known."""


@dataclass(frozen=True, kw_only=True)
class BulkView:
    """A bulk rerun of a cause."""

    bulk: int
    state: BulkState
    why_stopped: WhyStopped | None
    total: int
    """Number of cases that stood stopped when it began."""
    begun: int
    left_out: int
    """Number of cases that it left for a person."""
    under_way: int
    through: int
    again: int
    """Number of its reruns that stopped for the same cause."""
    otherwise: int
    """Number of its reruns that stopped for another one."""
    began_by: str
    began_at: datetime
    changed_by: str
    """The one who brought it into this state."""
    changed_at: datetime
    is_paused: bool
    """True if its workflow is paused, so that nothing is begun."""
    planned_for: datetime | None = None
    """Time at which it begins by itself, at the latest; None where a person began it at once."""
    waits_for: str | None = None
    """System for which it waits until then."""

    @property
    def is_active(self) -> bool:
        """Tell whether it goes on by itself."""
        return self.state in ACTIVE


@dataclass(frozen=True, kw_only=True)
class AllAgain:
    """The cases that can be run again at once, and what that means."""

    total: int
    delivers_only: int
    proposes: int
    cost: Decimal
    """US dollars that the new proposals may cost at most."""


@dataclass(frozen=True, kw_only=True)
class CauseView:
    """A cause with all that its card shows."""

    generation: int
    """Number of restores from a backup so far."""
    cause: int
    version: int
    """Number of its changes of state."""
    line: CauseLineView
    owner: str | None
    """The workflow's owner; None where this process does not know the workflow."""
    opened_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    is_by_itself: bool
    """True if nobody resolved it, since no failed run was left."""
    ignored_until: datetime | None
    ignored_count: int | None
    """Number of further failures up to which it is ignored."""
    ignored_rate: int | None
    """Number of failures within an hour up to which it is ignored."""
    follow_ups: Sequence[int]
    """Cases whose follow-ups stand failed, the oldest few."""
    follow_ups_failed: int
    """Number of follow-ups that stand failed."""
    hours: Sequence[int]
    """Failures of each of the last hours of the clock, the oldest first."""
    last_hour: datetime
    """Beginning of the last of these hours."""
    examples: Sequence[Example]
    next_run: int | None
    """The failed run that is run again next; None where none can be."""
    failed: int
    """Number of failed and parked runs."""
    in_doubt: int
    under_way: int
    """Number of reruns that are not through yet."""
    through: int
    """Number of reruns that got past what failed, since it is broken."""
    down_since: datetime | None
    """Time since which the other system is known to be down."""
    is_in_trouble: bool = False
    """True if the other system is known to be down or in trouble: a rerun can wait until it is well."""
    bulk: BulkView | None = None
    """The newest bulk rerun since it is broken; None where there was none."""
    last_bulk: int = 0
    """The newest bulk rerun of all; 0 where there was none."""
    all_again: AllAgain | None = None
    """None where this process does not know the workflow."""

    def hour_at(self, place: int) -> datetime:
        """Return the beginning of one of the hours, by its place from 0."""
        return self.last_hour - timedelta(hours=len(self.hours) - 1 - place)

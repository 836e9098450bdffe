"""Read models of the numbers that a monitoring system asks for. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from store.states import CauseState, DeliveryState, OutboxState, Resolution, RunState
from workflows.engine.health.views import Kind


@dataclass(frozen=True, kw_only=True)
class WorkflowNumbers:
    """The numbers of one workflow, or of all those together that are not declared any more."""

    workflow: str | None
    """Its name; None for the others together."""
    taken_in: int
    """Cases that it ever took in."""
    resolved: Mapping[Resolution, int]
    """Runs that were ever resolved to the end, by resolution."""
    runs: Mapping[RunState, int]
    """Runs with which somebody, or a worker, has something left to do, by state."""
    oldest_ready: timedelta
    """Time for which the run that is ready for longest has waited for a worker; zero where none is ready."""
    open_reviews: int
    overdue_reviews: int
    """Open reviews that should have been answered by now."""
    oldest_review: timedelta
    """Age of the oldest open review; zero where none is open."""
    causes: Mapping[CauseState, int]
    is_paused: bool
    per_day: Decimal | None
    """US dollars that it may spend in a day; None for the others together."""
    left_today: Decimal | None
    """US dollars of it that are neither spent nor reserved, in its own time zone's day; None for the others."""


@dataclass(frozen=True, kw_only=True)
class NumbersView:
    """All that is counted from rows, at one time."""

    at: datetime
    workflows: Sequence[WorkflowNumbers]
    deliveries: Mapping[DeliveryState, int]
    """Deliveries that wait for another attempt, and those in doubt."""
    messages: Mapping[OutboxState, int]
    """Messages to people that are not sent, by state."""
    late: timedelta
    """Time since when the first of them could have been sent; zero where none could."""
    webhooks: Mapping[OutboxState, int]
    """Messages to programs that are not sent, by state."""
    webhooks_oldest: timedelta
    """Age of the oldest of them that is still to be sent; zero where none is."""
    troubles: Mapping[Kind, int]
    """Systems of which many calls fail, by kind."""
    models_down: int
    targets_down: int
    fetches_failing: int
    """Functions that look for cases whose last look failed."""
    fetches_late: timedelta
    """Time by which the look that is longest overdue is late; zero where none is."""
    unsealed: int
    """Audit rows that are not sealed yet, at most 100,000."""
    unsealed_for: timedelta
    """Age of the first of them; zero where all are sealed."""
    backed_up_at: datetime | None
    """Time of the last backup that is known; None where none is."""

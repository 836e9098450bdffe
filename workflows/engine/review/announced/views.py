"""Read models of announced cases. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.states import AnnouncementState, RunState
from workflows.engine.deliver.views import DeliveryView
from workflows.engine.review.views import Hidden, ValueView


@dataclass(frozen=True, kw_only=True)
class AnnouncedView:
    """An announced case, as its card shows it."""

    generation: int
    """Number of restores from a backup so far. After a restore, numbers are given out again."""
    announcement: int
    state: AnnouncementState
    case: int
    key: str
    workflow: str
    subject: str
    """The case in one line."""
    question: str
    """The decision that the workflow takes."""
    values: Sequence[ValueView]
    """The values that are delivered, with their confidences."""
    target: str
    """The system that they are delivered to, as people call it."""
    announced_at: datetime
    until: datetime
    """Time at which it is delivered."""
    ended_at: datetime | None
    stopped_by: str | None
    """The person who stopped it."""
    run: int
    run_state: RunState
    delivery: DeliveryView | None
    is_newest: bool
    """True if the case has not moved on since: it can be corrected once it is delivered."""
    hidden: Hidden

    @property
    def is_open(self) -> bool:
        """True if it is still to go out."""
        return self.state is AnnouncementState.OPEN


@dataclass(frozen=True, kw_only=True)
class AnnouncedLine:
    """An announced case in a list, as a channel may be shown it."""

    generation: int
    announcement: int
    case: int
    workflow: str
    key: str
    subject: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class AnnouncedList:
    """The announced cases that go out next."""

    lines: Sequence[AnnouncedLine]
    total: int

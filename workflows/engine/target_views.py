"""What is told of a target of deliveries that is down. Pure: only what a reader sees."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class LateView:
    """A delivery that is tried in vain for long."""

    case: int
    key: str
    workflow: str
    target: str | None
    """As people call it."""
    attempts: int
    reason: str
    """What became of the last one."""
    not_confirmed: bool
    """It may have been made all the same."""
    waiting_since: datetime | None
    """None: it waits no longer."""
    next_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class TargetView:
    """A time in which a target is down."""

    target: str
    """As people call it."""
    reason: str
    """What it said last, or what became of the attempt."""
    began_at: datetime
    ended_at: datetime | None
    """None: it lasts."""
    waiting: int
    """The decisions that wait for it; once it is over, those that waited at its end."""
    next_at: datetime
    """When it is tried again."""

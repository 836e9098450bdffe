"""Read models of assignments and absences. Pure: frozen, the same for every face."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class WhyAssigned(StrEnum):
    """The reason why the assignee of a review changed."""

    BY_HAND = "by_hand"
    LEAST_BUSY = "least_busy"
    AWAY = "away"
    """Whoever it was assigned to is away."""
    GONE = "gone"
    """Whoever it was assigned to may no longer decide it."""


class Wrong(StrEnum):
    """The part of an absence that cannot be so."""

    SINCE = "since"
    UNTIL = "until"
    DELEGATE = "delegate"


@dataclass(frozen=True, kw_only=True)
class AssignmentView:
    """A change of a review's assignee, as it was told."""

    to: str | None
    """The person; None for nobody."""
    by: str
    why: WhyAssigned
    until: datetime | None
    """The time until which the one before is away; None where that is not why."""


@dataclass(frozen=True, kw_only=True)
class AbsenceView:
    """A time in which a person is away."""

    person: str
    since: datetime
    until: datetime
    delegate: str | None
    """The person who takes what is assigned to them meanwhile."""
    has_begun: bool
    """False for one that is still to come."""

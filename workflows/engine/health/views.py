"""Read models of how other systems are. Pure: only what a reader sees."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from store.states import Health


class Kind(StrEnum):
    """The kinds of systems."""

    MODEL = "model"
    SYSTEM = "system"
    """A target of deliveries, or a system that a step calls."""
    SLACK = "slack"


class HowEnded(StrEnum):
    """The ways in which a trouble ends."""

    WELL = "well"
    DOWN = "down"
    """It is an outage now, which has a message of its own."""
    UNUSED = "unused"
    """Nobody called it any more."""


@dataclass(frozen=True, kw_only=True)
class SystemView:
    """The health of a system, by its calls."""

    kind: Kind
    name: str
    state: Health
    since: datetime | None
    """Time since which it is in that state; None where it is well."""
    is_outage: bool
    """True if it is a target or a model that is down: what waits for it is told beside it."""
    window: timedelta
    """Time that the numbers are of, until now."""
    answered: int
    failed: int
    broken: int
    """Number of answers of another form than agreed. They are not among the answered ones."""
    seconds: float | None
    """Seconds that an answer took, on average; None where there was none."""
    last_ok_at: datetime | None
    """Time of the last call that was answered well; None where there was none within a day."""
    last_at: datetime | None
    """Time of the last call; None where there was none within a day."""
    expires_on: date | None = None
    """Day on which what lets us use it ends, as its workflow's code says; None where it says nothing."""

    @property
    def total(self) -> int:
        """Number of calls within the window."""
        return self.answered + self.failed + self.broken


@dataclass(frozen=True, kw_only=True)
class TroubleView:
    """A time in which many calls of a system fail."""

    kind: Kind
    name: str
    state: Health
    began_at: datetime
    spells: int
    """Number of times that it was in trouble since then: what comes back soon is the same trouble."""
    spell_at: datetime
    """Beginning of the last of these times."""
    changed_at: datetime
    ended_at: datetime | None
    end: HowEnded | None
    window: timedelta
    total: int
    """Number of calls within the window before the last change of its state."""
    failed: int
    broken: int
    error: str | None
    """Type of the last error then."""


@dataclass(frozen=True, kw_only=True)
class ExpiryView:
    """The end of what lets us use a system."""

    system: str
    workflow: str
    owner: str
    expires_on: date
    days: int
    """Days until then."""

"""Read models of schedules of looks for cases, and of what is told of them: frozen, the same for every face."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class ScheduleView:
    """A function that looks for cases, with its last and its next look."""

    source: str
    workflow: str
    fetch: str
    every: timedelta | None
    """Time between two looks; None where this process does not know it."""
    cursor: str | None
    looked_at: datetime | None
    """Time of the last look that succeeded; None: none did yet."""
    next_at: datetime | None
    """Time from which the next look is due; None: no process has served it yet."""
    failures: int
    """Looks that failed since one succeeded."""
    error: str | None
    """Type of the last error; None where the last look succeeded."""
    is_ended: bool
    """True if somebody ended the source: nothing of it is taken in."""
    late: timedelta
    """Time by which the next look is late."""


@dataclass(frozen=True, kw_only=True)
class RefusedNote:
    """Inputs of one look that were refused for one cause."""

    source: str
    owner: str | None
    """Owner of the workflow; None where it is not known here."""
    number: int
    row: int
    """Place of the first of them in what the look returned, from 1."""
    why: str
    after: str | None
    """The cursor that the look was given; None: it was the first one."""


@dataclass(frozen=True, kw_only=True)
class TroubleNote:
    """A schedule whose looks fail, or that looks again."""

    source: str
    owner: str | None
    error: str
    """Type of the last error."""
    failures: int
    since: datetime | None
    """Time of the last look that succeeded; None: none did yet."""

"""Read models of a workflow's pause, frozen, the same for every face."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Pause:
    """The pause of a workflow."""

    workflow: str
    at: datetime
    by: str
    """A person's id, or the name for Countersign itself."""
    by_itself: bool
    """True if Countersign paused it, and no person."""
    reason: str
    holds_deliveries: bool

    @property
    def who(self) -> str:
        """The one who paused it, in words."""
        return "Countersign" if self.by_itself else self.by


@dataclass(frozen=True, kw_only=True)
class PauseStatus:
    """The pause of a workflow, if there is one, and the numbers of its cases that wait."""

    workflow: str
    pause: Pause | None
    waiting: int
    """Cases that wait for a person."""
    empty: int
    """Those of the waiting cases that have no proposal."""
    held: int
    """Cases that are resolved, and whose delivery is held."""


@dataclass(frozen=True, kw_only=True)
class Paused:
    """The result of a request to pause a workflow."""

    pause: Pause
    """The pause as it is now."""
    changed: bool
    """False: it was like this before."""


@dataclass(frozen=True, kw_only=True)
class Resumed:
    """The result of a request to resume a workflow."""

    status: PauseStatus
    """The status right after it; held deliveries are about to be made."""
    changed: bool
    """False: it was not paused."""


@dataclass(frozen=True, kw_only=True)
class HandNote:
    """The text of a note that a person paused or resumed a workflow."""

    workflow: str
    by: str
    """The person who did it."""
    at: datetime
    pause: Pause | None
    """The pause, if it has not ended since."""

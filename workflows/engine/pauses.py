"""What is known of a pause: frozen read models, the same for every surface."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Pause:
    """That a workflow is paused."""

    workflow: str
    at: datetime
    by: str
    """A person's id, or the name of Countersign's own doing."""
    by_itself: bool
    """Countersign paused it, and no person."""
    reason: str
    holds_deliveries: bool

    @property
    def who(self) -> str:
        """Who paused it, in words."""
        return "Countersign" if self.by_itself else self.by


@dataclass(frozen=True, kw_only=True)
class PauseStatus:
    """How a workflow stands."""

    workflow: str
    pause: Pause | None
    waiting: int
    """Cases that wait for a person."""
    empty: int
    """Of these, how many have no proposal."""
    held: int
    """Cases that are resolved, and whose delivery is held."""


@dataclass(frozen=True, kw_only=True)
class Paused:
    """What came of a wish to pause a workflow."""

    pause: Pause
    """As it stands."""
    changed: bool
    """False: it stood so already."""


@dataclass(frozen=True, kw_only=True)
class Resumed:
    """What came of a wish to resume a workflow."""

    status: PauseStatus
    """Right after it; what is held is about to be delivered."""
    changed: bool
    """False: it was not paused."""


@dataclass(frozen=True, kw_only=True)
class HandNote:
    """What is told of a person's pause, or of its end."""

    workflow: str
    by: str
    """Who did it."""
    at: datetime
    pause: Pause | None
    """The pause, if it stands still."""

"""The clock of the made-up past, which goes where the play is."""

from datetime import datetime, timedelta


class PastClock:
    """A clock that stands still until it is moved, and never goes back."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def __call__(self) -> datetime:
        return self._at

    def move_to(self, at: datetime) -> None:
        """Move the clock to a time, unless it is later already."""
        self._at = max(self._at, at)

    def move_by(self, time: timedelta) -> None:
        """Move the clock forward."""
        self._at += time

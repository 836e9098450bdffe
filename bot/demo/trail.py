"""The audit trail, as far as the demo has not told it yet."""

from collections.abc import Sequence

from workflows.engine.context import Context
from workflows.engine.read.trail import TrailLine, lines_after


class Trail:
    """Remembers how far it was read."""

    def __init__(self, context: Context, *, after: int) -> None:
        """Read what is recorded after a line."""
        self._context = context
        self._read = after

    def news(self) -> Sequence[TrailLine]:
        """Return all that was recorded since the last time, oldest first."""
        found = lines_after(self._context, self._read)
        self._read = max((line.id for line in found), default=self._read)
        return found

"""What happened, as the audit trail tells it."""

from collections.abc import Sequence

from store.governance import audit
from store.governance.audit import AuditLine
from workflows.engine.context import Context


class Trail:
    """Remembers how far it was read."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._read = 0

    def news(self) -> Sequence[AuditLine]:
        """All that was recorded since the last time, oldest first."""
        with self._context.database.read() as session:
            found = audit.since(session, team=self._context.team, row=self._read)
        self._read = max((line.id for line in found), default=self._read)
        return found

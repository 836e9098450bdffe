"""The scope of a digest: its days, and its workflows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.governance import teams
from workflows.engine.context import Context
from workflows.engine.digests.days import Days


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The scope of a digest. Whoever gathers its figures reads, and writes nothing."""

    context: Context
    days: Days
    at: datetime
    """Time at which it is made: "now" in its figures."""
    workflow: str | None = None
    """Name of the only workflow; None: all."""

    @property
    def team(self) -> int:
        """Id of the team."""
        return self.context.team

    def workflows(self, session: Session) -> Sequence[schema.Workflow]:
        """Return the workflows that took in a case, by id."""
        every = teams.workflows(session, team=self.team)
        return [row for row in every if self.workflow in (None, row.name)]

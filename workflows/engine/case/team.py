"""The rows that a database holds before any case: its team, the options of made workflows, and its restores."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.db.database import Database
from store.governance import teams
from store.governance.teams import Restores


@dataclass(frozen=True, kw_only=True)
class Team:
    """Whose rows a database holds."""

    id: int
    options: Mapping[str, Mapping[str, Any]]
    """Workflow -> the options that it was made from; empty for one that is declared."""
    restores: Restores


def team_of(database: Database, *, at: datetime) -> Team:
    """Read whose rows a migrated database holds. Its team is made where there is none yet."""
    with database.read() as session:
        team = teams.first_team(session)
    if team is None:
        with database.write() as session:
            team = teams.add_local_team(session, at=at)
    with database.read() as session:
        return Team(
            id=team,
            options={row.name: row.options for row in teams.workflows(session, team=team)},
            restores=teams.restores(session, team=team),
        )

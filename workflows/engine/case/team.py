"""The team whose rows a database holds, and what is kept of it: its workspace, its made workflows, its restores."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.db.database import Database
from store.governance import teams
from store.governance.teams import Restores
from workflows.engine.context import Context


@dataclass(frozen=True, kw_only=True)
class Team:
    """The owner of all rows of a database."""

    id: int
    options: Mapping[str, Mapping[str, Any]]
    """Workflow -> the options that it was made from; empty for one that is declared."""
    restores: Restores
    seed: str
    """Secret from which it follows which of its runs are drawn for a spot check."""


def team_of(database: Database, *, at: datetime) -> Team:
    """Read whose rows a migrated database holds. Its team is made where there is none yet."""
    with database.read() as session:
        team = teams.first_team(session)
    if team is None:
        with database.write() as session:
            team = teams.add_local_team(session, at=at)
    seed = seed_of(database, team=team)
    with database.read() as session:
        return Team(
            id=team,
            seed=seed,
            options={row.name: row.options for row in teams.workflows(session, team=team)},
            restores=teams.restores(session, team=team),
        )


def seed_of(database: Database, *, team: int) -> str:
    """Return the secret of a team. It is made where there is none yet: of two processes that do so, one wins."""
    with database.read() as session:
        seed = teams.seed_of(session, team=team)
    if seed is None:
        with database.write() as session:
            teams.give_seed(session, team=team, seed=new_seed())
            seed = teams.seed_of(session, team=team)
    assert seed is not None
    return seed


def new_seed() -> str:
    """Return a new secret."""
    return secrets.token_hex(16)


def made_at(context: Context) -> datetime:
    """Return when the team was first known here."""
    with context.database.read() as session:
        return teams.made_at(session, team=context.team)


def workspace_of(context: Context) -> str | None:
    """Return the id of the workspace that the database belongs to; None before there is one."""
    with context.database.read() as session:
        return teams.slack_id_of(session, team=context.team)


def adopt(context: Context, *, workspace: str, name: str) -> str:
    """Make the database a workspace's where it is nobody's; returns the workspace that it belongs to now."""
    with context.database.write() as session:
        return teams.adopt(session, team=context.team, slack_id=workspace, name=name)

"""The team that a process works for, and what is kept of it: its workspace, its made workflows, its restores."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.db.database import Database
from store.governance import teams
from store.governance.teams import Restores, TeamLine
from workflows.engine.context import Context, lock_of
from workflows.engine.errors import Refused
from workflows.engine.text.choices import choices
from workflows.engine.text.sanitize import one_line


@dataclass(frozen=True, kw_only=True)
class Team:
    """An owner of rows of a database."""

    id: int
    workspace: str | None
    """Slack's id of it; None before Slack was first connected."""
    name: str
    is_oldest: bool
    """True for the first team of the database: what had no team in its name before there were several is this one's."""
    options: Mapping[str, Mapping[str, Any]]
    """Workflow -> the options that it was made from; empty for one that is declared."""
    restores: Restores
    seed: str
    """Secret from which it follows which of its runs are drawn for a spot check."""


def team_of(database: Database, *, at: datetime, workspace: str | None = None) -> Team:
    """Return the team of a migrated database that is to be worked for. It is made where there is none yet.

    `workspace`: Slack's id of it; left out, the only one. Raise `Refused` where several are there and none is named, or
    there is none of this name.
    """
    with database.read() as session:
        known = teams.all_teams(session)
    if not known and workspace is None:
        with database.write() as session:
            teams.add_local_team(session, at=at)
        with database.read() as session:
            known = teams.all_teams(session)
    return _read(database, _chosen(known, workspace), is_oldest_of=known)


def team_with(database: Database, id: int) -> Team:
    """Return a team by its id."""
    with database.read() as session:
        known = teams.all_teams(session)
    (line,) = (one for one in known if one.id == id)
    return _read(database, line, is_oldest_of=known)


def all_teams_of(database: Database, *, at: datetime) -> Sequence[Team]:
    """Return all teams of a migrated database, the oldest first; one is made where there is none yet."""
    with database.read() as session:
        known = teams.all_teams(session)
    if not known:
        return [team_of(database, at=at)]
    return [_read(database, line, is_oldest_of=known) for line in known]


def locks_of_all(database: Database, name: str) -> Sequence[str]:
    """Return the names of a lock that each team has for itself. Raise `store.db.database.Unavailable`."""
    with database.read() as session:
        known = teams.all_teams(session)
    return [lock_of(name, team=one.id, is_oldest=one.id == known[0].id) for one in known] or [name]


def _chosen(known: Sequence[TeamLine], workspace: str | None) -> TeamLine:
    if workspace is None and len(known) == 1:
        return known[0]
    connected = [f"{one.workspace} ({one.name})" for one in known if one.workspace is not None]
    listed = choices(connected, typed=workspace or "")
    if workspace is None:
        raise Refused(
            f"the database is of several workspaces; name one with --workspace or COUNTERSIGN_WORKSPACE: {listed}"
        )
    for one in known:
        if one.workspace == workspace:
            return one
    raise Refused(
        f"there is no workspace {one_line(workspace, 40)} in the database; "
        f"{f'there are: {listed}' if connected else 'none was connected to it yet'}"
    )


def _read(database: Database, line: TeamLine, *, is_oldest_of: Sequence[TeamLine]) -> Team:
    seed = seed_of(database, team=line.id)
    with database.read() as session:
        return Team(
            id=line.id,
            workspace=line.workspace,
            name=line.name,
            is_oldest=line.id == is_oldest_of[0].id,
            seed=seed,
            options={row.name: row.options for row in teams.workflows(session, team=line.id)},
            restores=teams.restores(session, team=line.id),
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

"""Installations in workspaces, of all teams of a database: recorded, found, ended, their tokens encrypted anew.

What stands here works on all teams, as nothing else of the engine does: a process asks it whom to serve.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from store.db.database import Database
from store.governance import teams
from store.governance.teams import TeamLine
from store.slack import installations
from store.slack.installations import Granted, Installed
from store.states import InstallationEnd


def all_teams(database: Database) -> Sequence[TeamLine]:
    """Return all teams, the oldest first. Raise `store.db.database.Unavailable`."""
    with database.read() as session:
        return teams.all_teams(session)


def of_all(database: Database) -> Sequence[Installed]:
    """Return the installations of all teams, also those that ended. Raise `store.db.database.Unavailable`."""
    with database.read() as session:
        return installations.all_of_them(session)


def install(
    database: Database,
    *,
    workspace: str,
    name: str,
    granted: Granted,
    sealed_token: str,
    by: str | None,
    at: datetime,
) -> int:
    """Record an installation, and return its team: the workspace's own, nobody's, or a new one."""
    with database.write() as session:
        team = installations.team_for(session, workspace=workspace, name=name, at=at)
        installations.record(session, team=team, granted=granted, sealed_token=sealed_token, by=by, at=at)
        return team


def end(database: Database, *, team: int, why: InstallationEnd, at: datetime, turn: int | None = None) -> bool:
    """End an installation and forget its token; False where none stands.

    `turn`: only if it was neither installed anew nor ended since it had this turn.
    """
    with database.write() as session:
        return installations.end(session, team=team, why=why, at=at, turn=turn)


def encrypt_anew(database: Database, encrypt: Callable[[Installed], str]) -> int:
    """Put a new encryption in the place of each token that is kept; returns how many.

    `encrypt`: makes it from an installation. One that is installed anew meanwhile is left alone: its token is newer.
    """
    done = 0
    for one in of_all(database):
        if one.sealed_token is None:
            continue
        new = encrypt(one)
        with database.write() as session:
            done += installations.replace_token(session, team=one.team, old=one.sealed_token, new=new)
    return done

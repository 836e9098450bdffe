"""Installations in workspaces, of all teams of a database: recorded, found, ended, their tokens encrypted anew.

What stands here works on all teams, as nothing else of the engine does: a process asks it whom to serve.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.db.database import Database
from store.governance import audit, teams
from store.governance.teams import TeamLine
from store.slack import installations
from store.slack.installations import Granted, Installed
from store.states import InstallationEnd
from store.subjects import SubjectKind
from workflows.engine.context import SYSTEM

__all__ = [
    "Granted",
    "InstallationEnd",
    "Installed",
    "Recorded",
    "all_teams",
    "encrypt_anew",
    "end",
    "install",
    "of_all",
]


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """An installation that was recorded."""

    team: int
    is_first: bool
    """False where the app was installed there before."""


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
    invited_by: str | None = None,
) -> Recorded:
    """Record an installation, for the workspace's own team, nobody's, or a new one.

    `by`: the person in Slack who installed it; None where an operator added it. `invited_by`: the operator.
    """
    with database.write() as session:
        team = installations.team_for(session, workspace=workspace, name=name, at=at)
        is_first = installations.record(session, team=team, granted=granted, sealed_token=sealed_token, by=by, at=at)
        _audit(
            session,
            team,
            "workspace.installed" if is_first else "workspace.installed_again",
            by=by or invited_by or SYSTEM,
            at=at,
            workspace=workspace,
            app=granted.app_id,
            invited_by=invited_by,
        )
        return Recorded(team=team, is_first=is_first)


def end(
    database: Database, *, team: int, why: InstallationEnd, at: datetime, turn: int | None = None, by: str = SYSTEM
) -> bool:
    """End an installation and forget its token; False where none stands.

    `turn`: only if it was neither installed anew nor ended since it had this turn. `by`: who ended it, where it was
    not Slack that said so.
    """
    with database.write() as session:
        ended = installations.end(session, team=team, why=why, at=at, turn=turn)
        if ended:
            _audit(session, team, "workspace.ended", by=by, at=at, why=why)
        return ended


def encrypt_anew(
    database: Database, encrypt: Callable[[Installed], str | None], *, by: str, at: datetime
) -> Sequence[Installed]:
    """Put a new encryption in the place of each token that needs one; returns the installations for which it did.

    `encrypt`: makes it; None where the present one is good. One that is installed anew meanwhile is left alone: its
    token is newer.
    """
    done = []
    for one in of_all(database):
        new = encrypt(one) if one.sealed_token is not None else None
        if one.sealed_token is None or new is None:
            continue
        with database.write() as session:
            if installations.replace_token(session, team=one.team, old=one.sealed_token, new=new):
                _audit(session, one.team, "workspace.encrypted_anew", by=by, at=at)
                done.append(one)
    return done


def _audit(session: Session, team: int, action: str, *, by: str, at: datetime, **details: str | None) -> None:
    subject = SubjectKind.TEAM.of(team)
    told: dict[str, str | int | None] = {name: value for name, value in details.items() if value is not None}
    audit.record(session, team=team, at=at, actor=by, action=action, subject=subject, case=None, details=told)

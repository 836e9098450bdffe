"""Installations of the app in workspaces, each with its encrypted token, and invitations to install it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, delete, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.governance.teams import nobodys_team
from store.schema import Installation, Invitation, Team
from store.states import InstallationEnd


@dataclass(frozen=True, kw_only=True)
class Granted:
    """Identity and scopes that Slack granted with an installation."""

    app_id: str
    enterprise_id: str | None
    is_whole: bool
    bot_user: str
    bot_id: str
    scopes: str
    """Separated by commas."""


@dataclass(frozen=True, kw_only=True)
class Installed:
    """An installation, as it stands."""

    team: int
    workspace: str
    """Slack's id of the workspace, or of the organisation that it is installed in as a whole."""
    name: str
    granted: Granted
    sealed_token: str | None
    """None once it has ended."""
    installed_by: str | None
    installed_at: datetime
    ended_at: datetime | None
    ended_why: InstallationEnd | None
    turn: int
    """Grows whenever it is installed or ends."""


def team_for(session: Session, *, workspace: str, name: str, at: datetime) -> int:
    """Return the team of a workspace: its own, else the one that is nobody's yet, else a new one.

    Of two workspaces at once one takes the team that is nobody's. Two that ask for one workspace get the same team.
    """
    renamed = update(Team).where(Team.slack_id == workspace).values(name=name).returning(Team.id)
    found: int | None = session.scalar(renamed)
    if found is not None:
        return found
    nobodys = nobodys_team(session)
    if nobodys is not None:
        taking = update(Team).where(Team.id == nobodys, Team.slack_id.is_(None))
        taken: int | None = session.scalar(taking.values(slack_id=workspace, name=name).returning(Team.id))
        if taken is not None:
            return taken
    added = rows.add_new(session, Team, ("slack_id",), name=name, slack_id=workspace, created_at=at)
    return added if added is not None else session.scalars(select(Team.id).where(Team.slack_id == workspace)).one()


def record(session: Session, *, team: int, granted: Granted, sealed_token: str, by: str | None, at: datetime) -> bool:
    """Note that the app was installed for a team; True the first time, False where it is installed anew."""
    values: dict[str, Any] = {
        "app_id": granted.app_id,
        "enterprise_id": granted.enterprise_id,
        "is_whole": granted.is_whole,
        "bot_user": granted.bot_user,
        "bot_id": granted.bot_id,
        "scopes": granted.scopes,
        "sealed_token": sealed_token,
        "installed_by": by,
        "installed_at": at,
        "ended_at": None,
        "ended_why": None,
    }
    anew = (
        update(Installation)
        .where(Installation.team_id == team)
        .values(**values, turn=Installation.turn + 1)
        .returning(Installation.id)
    )
    if session.execute(anew).all():
        return False
    if rows.add_new(session, Installation, ("team_id",), team_id=team, turn=1, **values) is not None:
        return True
    session.execute(anew)
    return False


def end(session: Session, *, team: int, why: InstallationEnd, at: datetime, turn: int | None = None) -> bool:
    """End an installation that stands, and forget its token; False where none stands.

    `turn`: only if nothing changed since: a token that was refused may be one that was replaced meanwhile.
    """
    query = update(Installation).where(Installation.team_id == team, Installation.ended_at.is_(None))
    if turn is not None:
        query = query.where(Installation.turn == turn)
    ended = query.values(sealed_token=None, ended_at=at, ended_why=why, turn=Installation.turn + 1)
    return bool(session.execute(ended.returning(Installation.id)).all())


def all_of_them(session: Session) -> Sequence[Installed]:
    """Return the installations of all teams, also those that have ended, the oldest team first."""
    query = select(Installation, Team.slack_id, Team.name).join(Team, Team.id == Installation.team_id)
    return [
        Installed(
            team=row.team_id,
            workspace=workspace,
            name=name,
            granted=Granted(
                app_id=row.app_id,
                enterprise_id=row.enterprise_id,
                is_whole=row.is_whole,
                bot_user=row.bot_user,
                bot_id=row.bot_id,
                scopes=row.scopes,
            ),
            sealed_token=row.sealed_token,
            installed_by=row.installed_by,
            installed_at=row.installed_at,
            ended_at=row.ended_at,
            ended_why=row.ended_why,
            turn=row.turn,
        )
        for row, workspace, name in session.execute(query.order_by(Team.id))
        if workspace is not None
    ]


def replace_token(session: Session, *, team: int, old: str, new: str) -> bool:
    """Put another encryption of a token in the place of the former; False where that changed meanwhile."""
    same = (Installation.team_id == team, Installation.sealed_token == old)
    changed = update(Installation).where(*same).values(sealed_token=new).returning(Installation.id)
    return bool(session.execute(changed).all())


def invite(session: Session, *, digest: str, for_workspace: str | None, by: str, at: datetime, until: datetime) -> None:
    """Add an invitation."""
    rows.add(
        session,
        Invitation,
        digest=digest,
        for_workspace=for_workspace,
        made_by=by,
        made_at=at,
        expires_at=until,
        used_at=None,
    )


@dataclass(frozen=True, kw_only=True)
class Invited:
    """An invitation, to whoever has its secret."""

    for_workspace: str | None
    """Workspace or organisation that alone may take it; None: any."""
    by: str
    """The operator who made it."""
    until: datetime


def use_invitation(session: Session, *, digest: str, at: datetime) -> Invited | None:
    """Use an invitation, which is possible once and until it expires; None where that is not so.

    Of two who use it at once, one does.
    """
    used = update(Invitation).where(*_is_open(digest, at)).values(used_at=at).returning(*_INVITED)
    return _invited(session, used)


def open_invitation(session: Session, *, digest: str, at: datetime) -> Invited | None:
    """Return an invitation that can still be used; None where there is none."""
    return _invited(session, select(*_INVITED).where(*_is_open(digest, at)))


def forget_invitations(session: Session, *, before: datetime) -> None:
    """Delete the invitations that expired before a time."""
    session.execute(delete(Invitation).where(Invitation.expires_at < before))


_INVITED = (Invitation.for_workspace, Invitation.made_by, Invitation.expires_at)


def _is_open(digest: str, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return Invitation.digest == digest, Invitation.used_at.is_(None), Invitation.expires_at > at


def _invited(session: Session, query: Executable) -> Invited | None:
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    for_workspace, by, until = found
    return Invited(for_workspace=for_workspace, by=by, until=until)

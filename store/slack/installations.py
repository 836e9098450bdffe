"""Installations of the app in workspaces, each with its encrypted token, and invitations to install it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.governance.teams import nobodys_team
from store.schema import Installation, Invitation, Team
from store.states import InstallationEnd


@dataclass(frozen=True, kw_only=True)
class Granted:
    """What Slack granted with an installation."""

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
    """Return the team of a workspace: its own, else the one that is nobody's yet, else a new one."""
    found = session.scalar(select(Team.id).where(Team.slack_id == workspace))
    if found is None:
        found = nobodys_team(session)
    if found is None:
        return rows.add(session, Team, name=name, slack_id=workspace, created_at=at)
    session.execute(update(Team).where(Team.id == found).values(slack_id=workspace, name=name))
    return found


def record(session: Session, *, team: int, granted: Granted, sealed_token: str, by: str | None, at: datetime) -> None:
    """Note that the app was installed for a team, for the first time or anew."""
    values = {
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
    changed = session.execute(
        update(Installation)
        .where(Installation.team_id == team)
        .values(**values, turn=Installation.turn + 1)
        .returning(Installation.id)
    ).all()
    if not changed:
        rows.add(session, Installation, team_id=team, turn=1, **values)


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


def invite(session: Session, *, digest: str, for_workspace: str | None, at: datetime, until: datetime) -> None:
    """Add an invitation."""
    rows.add(session, Invitation, digest=digest, for_workspace=for_workspace, made_at=at, expires_at=until)


@dataclass(frozen=True, kw_only=True)
class Invited:
    """An invitation that was used."""

    for_workspace: str | None
    """Workspace or organisation that alone may take it; None: any."""


def use_invitation(session: Session, *, digest: str, at: datetime) -> Invited | None:
    """Use an invitation, which is possible once and until it expires; None where that is not so.

    Of two who use it at once, one does.
    """
    used = (
        update(Invitation)
        .where(Invitation.digest == digest, Invitation.used_at.is_(None), Invitation.expires_at > at)
        .values(used_at=at)
        .returning(Invitation.for_workspace)
    )
    found = session.execute(used).one_or_none()
    return None if found is None else Invited(for_workspace=found.for_workspace)


def is_open(session: Session, *, digest: str, at: datetime) -> bool:
    """Tell whether an invitation can still be used."""
    query = select(Invitation.id).where(
        Invitation.digest == digest, Invitation.used_at.is_(None), Invitation.expires_at > at
    )
    return session.scalar(query) is not None


def forget_invitations(session: Session, *, before: datetime) -> None:
    """Delete the invitations that expired before a time."""
    session.execute(delete(Invitation).where(Invitation.expires_at < before))

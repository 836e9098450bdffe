"""Teams and their workflows: all other rows belong to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, bindparam, func, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Team, Workflow

LOCAL = "local"
_oldest: WeakKeyDictionary[Engine, int] = WeakKeyDictionary()
"""Database -> the first team in it."""


def first_team(session: Session) -> int | None:
    """Return the id of the only team; None before there is one."""
    return session.scalar(select(Team.id).order_by(Team.id).limit(1))


def is_oldest(session: Session, *, team: int) -> bool:
    """Tell whether a team is the first one of the database. No team is ever removed, so it is asked once."""
    engine = session.get_bind().engine
    if engine not in _oldest:
        _oldest[engine] = session.scalars(select(func.min(Team.id))).one()
    return _oldest[engine] == team


def nobodys_team(session: Session) -> int | None:
    """Return the id of the team that no workspace was connected to yet; None where there is none."""
    return session.scalar(select(Team.id).where(Team.slack_id.is_(None)).order_by(Team.id).limit(1))


@dataclass(frozen=True, kw_only=True)
class TeamLine:
    """A team, by its names."""

    id: int
    workspace: str | None
    """Slack's id of it; None before Slack was first connected."""
    name: str


def all_teams(session: Session) -> list[TeamLine]:
    """Return all teams of a database, the oldest first."""
    query = select(Team.id, Team.slack_id, Team.name).order_by(Team.id)
    return [TeamLine(id=id, workspace=slack_id, name=name) for id, slack_id, name in session.execute(query)]


def add_local_team(session: Session, *, at: datetime) -> int:
    """Return the id of the only team; add it where there is none. Its Slack id follows when Slack is connected."""
    found = first_team(session)
    return rows.add(session, Team, name=LOCAL, slack_id=None, created_at=at) if found is None else found


def adopt(session: Session, *, team: int, slack_id: str, name: str) -> str:
    """Give a team without a Slack id this one and its name; returns the Slack id that the team has now."""
    nobodys = update(Team).where(Team.id == team, Team.slack_id.is_(None)).values(slack_id=slack_id, name=name)
    session.execute(nobodys)
    return slack_id_of(session, team=team) or slack_id


def slack_id_of(session: Session, *, team: int) -> str | None:
    """Return the Slack id of a team; None before Slack was first connected."""
    return session.scalars(select(Team.slack_id).where(Team.id == team)).one()


def name_of(session: Session, *, team: int) -> str:
    """Return the name of a team."""
    return session.scalars(select(Team.name).where(Team.id == team)).one()


def made_at(session: Session, *, team: int) -> datetime:
    """Return the time when a team was first known here."""
    return session.scalars(select(Team.created_at).where(Team.id == team)).one()


@dataclass(frozen=True, kw_only=True)
class Restores:
    """The times that the database was put back from a backup."""

    number: int
    """Number of times that an operator ran `countersign restored`."""
    at: datetime | None
    """Time of the last one; None where there was none."""


def restores(session: Session, *, team: int) -> Restores:
    """Return the number and the last time of restores that an operator reported."""
    number, at = session.execute(select(Team.restores, Team.restored_at).where(Team.id == team)).one()
    return Restores(number=number, at=at)


def mark_restored(session: Session, *, team: int, at: datetime) -> None:
    """Note that the database was put back from a backup."""
    session.execute(update(Team).where(Team.id == team).values(restored_at=at, restores=Team.restores + 1))


def seed_of(session: Session, *, team: int) -> str | None:
    """Return the secret of a team from which its draws follow; None where it has none yet."""
    return session.scalars(select(Team.seed).where(Team.id == team)).one()


def give_seed(session: Session, *, team: int, seed: str) -> None:
    """Give a team its secret, unless it has one: it never changes."""
    session.execute(update(Team).where(Team.id == team, Team.seed.is_(None)).values(seed=seed))


def workflow_id(session: Session, *, team: int, name: str, options: Mapping[str, Any] | None, at: datetime) -> int:
    """Return the id of a workflow's row; add the row where there is none.

    `options`: what its declaration is made from; None leaves the kept ones unchanged.
    """
    query = select(Workflow.id, Workflow.options).where(Workflow.team_id == team, Workflow.name == name)
    found = session.execute(query).one_or_none()
    if found is None:
        return rows.add(session, Workflow, team_id=team, name=name, options=dict(options or {}), created_at=at)
    # Written only where they differ: all workers of the workflow would wait for it.
    if options is not None and found.options != options:
        session.execute(update(Workflow).where(Workflow.id == found.id).values(options=dict(options)))
    return int(found.id)


def find_workflow(session: Session, *, team: int, name: str) -> int | None:
    """Return the id of a workflow's row; None where there is none yet."""
    return session.scalar(select(Workflow.id).where(Workflow.team_id == team, Workflow.name == name))


# Each look for work needs it: it is built once.
_WORKFLOWS = select(Workflow).where(Workflow.team_id == bindparam("team")).order_by(Workflow.name)


def workflows(session: Session, *, team: int) -> list[Workflow]:
    """Return all workflows that ever took in a case, were paused, or began with terms, by name."""
    return list(session.scalars(_WORKFLOWS, {"team": team}))


def workflow_name(session: Session, workflow: int, *, team: int) -> str:
    """Return the name of a workflow by the id of its row. Raise `sqlalchemy.exc.NoResultFound` where there is none."""
    return session.scalars(select(Workflow.name).where(Workflow.id == workflow, Workflow.team_id == team)).one()

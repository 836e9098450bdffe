"""Teams and their workflows: the rows that everything else belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Team, Workflow

LOCAL = "local"


def first_team(session: Session) -> int | None:
    """The id of the only team; None before there is one."""
    return session.scalar(select(Team.id).order_by(Team.id).limit(1))


def add_local_team(session: Session, *, at: datetime) -> int:
    """The id of the only team, made where there is none yet. Its Slack id follows when Slack is first connected."""
    found = first_team(session)
    return rows.add(session, Team, name=LOCAL, slack_id=None, created_at=at) if found is None else found


def adopt(session: Session, *, team: int, slack_id: str, name: str) -> str:
    """Make a team that has no Slack id yet the workspace with this one; returns the Slack id that it has now."""
    nobodys = update(Team).where(Team.id == team, Team.slack_id.is_(None)).values(slack_id=slack_id, name=name)
    session.execute(nobodys)
    return slack_id_of(session, team=team) or slack_id


def slack_id_of(session: Session, *, team: int) -> str | None:
    """The Slack id of a team; None before Slack was first connected."""
    return session.scalars(select(Team.slack_id).where(Team.id == team)).one()


def made_at(session: Session, *, team: int) -> datetime:
    """When a team was first known here."""
    return session.scalars(select(Team.created_at).where(Team.id == team)).one()


@dataclass(frozen=True, kw_only=True)
class Restores:
    """What is known of a database that was a backup."""

    number: int
    """How often an operator said that it is one."""
    at: datetime | None
    """When that was said last; None where nobody did."""


def restores(session: Session, *, team: int) -> Restores:
    """How often, and when, an operator said that the database is a backup."""
    number, at = session.execute(select(Team.restores, Team.restored_at).where(Team.id == team)).one()
    return Restores(number=number, at=at)


def mark_restored(session: Session, *, team: int, at: datetime) -> None:
    """Note that the database is a backup."""
    session.execute(update(Team).where(Team.id == team).values(restored_at=at, restores=Team.restores + 1))


def workflow_id(session: Session, *, team: int, name: str, options: Mapping[str, Any] | None, at: datetime) -> int:
    """The id of a workflow's row, made where there is none yet.

    `options`: what its declaration is made from, kept anew where given; None leaves them as they are.
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
    """The id of a workflow's row; None where there is none yet."""
    return session.scalar(select(Workflow.id).where(Workflow.team_id == team, Workflow.name == name))


def workflows(session: Session, *, team: int) -> list[Workflow]:
    """All workflows that ever took in a case, or were paused, by name."""
    return list(session.scalars(select(Workflow).where(Workflow.team_id == team).order_by(Workflow.name)))


def workflow_name(session: Session, workflow: int, *, team: int) -> str:
    """The name of a workflow's row that is there."""
    return session.scalars(select(Workflow.name).where(Workflow.id == workflow, Workflow.team_id == team)).one()

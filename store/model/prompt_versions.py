"""Versions of prompts: kept when a process first loads them, and never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import PromptVersion


@dataclass(frozen=True, kw_only=True)
class SeenLine:
    """A kept version, without its text."""

    workflow: str
    version: str
    name: str
    """Name of its file."""
    seen_at: datetime
    """Time at which a process first loaded it."""


def keep(
    session: Session,
    *,
    team: int,
    workflow: str,
    version: str,
    name: str,
    source: str,
    form: str,
    at: datetime,
) -> bool:
    """Keep a version; False where it is kept already. `form`: the JSON schema of the answer."""
    added = rows.add_new(
        session,
        PromptVersion,
        ("team_id", "workflow", "version"),
        team_id=team,
        workflow=workflow,
        version=version,
        name=name,
        source=source,
        form=form,
        seen_at=at,
    )
    return added is not None


def first_seen(session: Session, *, team: int, versions: Sequence[str]) -> list[SeenLine]:
    """Return when these versions were first loaded, oldest first."""
    row = PromptVersion
    query = select(row.workflow, row.version, row.name, row.seen_at).where(row.team_id == team)
    found = session.execute(query.where(row.version.in_(versions)).order_by(row.id))
    return [SeenLine(**line) for line in found.mappings()]


def of_workflow(session: Session, *, team: int, workflow: str) -> Sequence[PromptVersion]:
    """Return all kept versions of a workflow's prompts, oldest first."""
    query = select(PromptVersion).where(PromptVersion.team_id == team, PromptVersion.workflow == workflow)
    return session.scalars(query.order_by(PromptVersion.id)).all()


def beginning_with(session: Session, *, team: int, workflow: str, version: str) -> Sequence[PromptVersion]:
    """Return the kept versions of a workflow whose hash begins with these digits."""
    return [kept for kept in of_workflow(session, team=team, workflow=workflow) if kept.version.startswith(version)]

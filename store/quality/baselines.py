"""Baselines: figures of work by hand. Rows are only ever added."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Baseline


def add(session: Session, *, team: int, **row: Any) -> int:
    """Add figures that somebody recorded; returns the row's id."""
    return rows.add(session, Baseline, team_id=team, **row)


def of_team(session: Session, *, team: int) -> Sequence[Baseline]:
    """Return all that was recorded, newest first."""
    return list(session.scalars(select(Baseline).where(Baseline.team_id == team).order_by(Baseline.id.desc())))


def of_workflow(session: Session, *, team: int, workflow: int) -> Sequence[Baseline]:
    """Return what was recorded of a workflow, newest first."""
    query = select(Baseline).where(Baseline.team_id == team, Baseline.workflow_id == workflow)
    return list(session.scalars(query.order_by(Baseline.id.desc())))

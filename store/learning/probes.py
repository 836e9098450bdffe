"""Probes: a day's answers of a live version to a few examples that stay the same. Rows are added once and stay."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Probe


def first(session: Session, deployment: int, *, team: int) -> Probe | None:
    """Return the row with which a deployment's answers are compared; None where it was never asked."""
    query = select(Probe).where(Probe.team_id == team, Probe.deployment_id == deployment)
    return session.scalar(query.order_by(Probe.day).limit(1))


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day of a deployment in numbers."""

    day: str
    """Local date as YYYY-MM-DD."""
    asked: int
    changed: int
    """Answers that are others than those of the first day; on the first day, those that differ when asked again."""
    right: int
    models: Sequence[str]


def days(session: Session, deployment: int, *, team: int, limit: int) -> list[Day]:
    """Return the newest days of a deployment, oldest first."""
    row = Probe
    query = select(row.day, row.asked, row.changed, row.right, row.models)
    query = query.where(row.team_id == team, row.deployment_id == deployment).order_by(row.day.desc()).limit(limit)
    return [
        Day(day=day, asked=asked, changed=changed, right=right, models=models)
        for day, asked, changed, right, models in session.execute(query).all()[::-1]
    ]


def has(session: Session, deployment: int, day: str, *, team: int) -> bool:
    """Tell whether a deployment was asked on a day. `day`: as YYYY-MM-DD."""
    query = select(Probe.id).where(Probe.team_id == team, Probe.deployment_id == deployment, Probe.day == day)
    return session.scalar(query) is not None


def add(
    session: Session,
    deployment: int,
    *,
    team: int,
    day: str,
    answers: Mapping[str, Any],
    asked: int,
    changed: int,
    right: int,
    models: Sequence[str],
    cost: Decimal,
    at: datetime,
) -> int | None:
    """Keep a day of a deployment; None where another process has kept it. Any: as the schema says."""
    return rows.add_new(
        session,
        Probe,
        ("deployment_id", "day"),
        team_id=team,
        deployment_id=deployment,
        day=day,
        answers=dict(answers),
        asked=asked,
        changed=changed,
        right=right,
        models=list(models),
        cost=cost,
        at=at,
    )

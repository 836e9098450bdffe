"""Outages of targets. A target has one outage at a time, whichever process noticed it first."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Content, TargetOutage


def begin(session: Session, *, team: int, target: str, problem_id: int, at: datetime, next_at: datetime) -> int | None:
    """Note that a target is down; returns the outage's id, or None where it has one already."""
    return rows.add_new(
        session,
        TargetOutage,
        ("team_id", "target", "is_open"),
        team_id=team,
        target=target,
        problem_id=problem_id,
        began_at=at,
        is_open=True,
        probes=0,
        next_at=next_at,
    )


def of_target(session: Session, target: str, *, team: int) -> TargetOutage | None:
    """Return the open outage of a target; None where it is not down."""
    return session.scalar(
        select(TargetOutage).where(
            TargetOutage.team_id == team, TargetOutage.target == target, TargetOutage.is_open.is_(True)
        )
    )


def all_open(session: Session, *, team: int) -> Sequence[TargetOutage]:
    """Return the outages that are open."""
    query = select(TargetOutage).where(TargetOutage.team_id == team, TargetOutage.is_open.is_(True))
    return session.scalars(query.order_by(TargetOutage.id)).all()


def told_by(session: Session, case: int, *, team: int) -> list[int]:
    """Return the outages whose last answer was one to a delivery of this case."""
    query = select(TargetOutage.id).join(Content, Content.id == TargetOutage.problem_id)
    found = query.where(Content.case_id == case, TargetOutage.team_id == team).order_by(TargetOutage.id)
    return list(session.scalars(found))


def last_end(session: Session, target: str, *, team: int) -> datetime | None:
    """Return the time when a target was last found to be up again; None where it was never down."""
    query = select(func.max(TargetOutage.ended_at)).where(TargetOutage.team_id == team, TargetOutage.target == target)
    return session.scalar(query)


def let_through(session: Session, outage: TargetOutage, *, run: int, next_at: datetime) -> bool:
    """Make a run the probe; False where another became it since the outage was read. `next_at`: of the next probe."""
    to = {"probes": outage.probes + 1, "probe_run": run, "next_at": next_at}
    return rows.change(session, TargetOutage, outage.id, where={"is_open": True, "probes": outage.probes}, to=to)


def failed(session: Session, outage: TargetOutage, *, problem_id: int, next_at: datetime) -> None:
    """Note that the probe failed, and why."""
    to = {"problem_id": problem_id, "next_at": next_at}
    rows.change(session, TargetOutage, outage.id, where={"is_open": True}, to=to)


def end(session: Session, outage: TargetOutage, *, waited: int, at: datetime) -> bool:
    """Note that a target is up again; False where that was noted already."""
    to = {"is_open": None, "ended_at": at, "waited": waited}
    return rows.change(session, TargetOutage, outage.id, where={"is_open": True}, to=to)


def get(session: Session, outage: int, *, team: int) -> TargetOutage | None:
    """Return an outage by its id."""
    return rows.get(session, TargetOutage, outage, team=team)

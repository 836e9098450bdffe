"""Bulk reruns, moved by compare-and-set, and what became of their runs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import BulkRerun, Run
from store.states import ACTIVE, STOPPED, BulkState, RunState
from store.types import literally


@dataclass(frozen=True, kw_only=True)
class Choice:
    """The runs that a bulk rerun is about: those of a cause that stand stopped, and stopped within a time."""

    cause: int
    states: Collection[RunState]
    since: datetime | None
    """None for all."""
    until: datetime


@dataclass(frozen=True, kw_only=True)
class RunKind:
    """The stopped runs that would go on alike, and their number."""

    state: RunState
    is_resolved: bool
    """True if somebody, or the workflow alone, decided it: only its delivery is left."""
    number: int


@dataclass(frozen=True, kw_only=True)
class Ends:
    """The number of runs of a bulk rerun that stopped."""

    again: int
    """Those that stopped for the same cause."""
    otherwise: int


def add(
    session: Session,
    *,
    team: int,
    cause: int,
    since: datetime | None,
    total: int,
    by: str,
    at: datetime,
    planned_for: datetime | None = None,
    waits_for: str | None = None,
) -> int:
    """Add a bulk rerun that has begun nothing yet; returns its id.

    `planned_for`: the time at which it begins by itself; None for at once. `waits_for`: a system for which it waits
    until then.
    """
    return rows.add(
        session,
        BulkRerun,
        team_id=team,
        cause_id=cause,
        state=BulkState.TRIAL if planned_for is None else BulkState.PLANNED,
        since=since,
        total=total,
        begun=0,
        left_out=0,
        wave=0,
        position=0,
        began_by=by,
        began_at=at,
        changed_by=by,
        changed_at=at,
        why_stopped=None,
        planned_for=planned_for,
        waits_for=waits_for,
    )


def get(session: Session, bulk: int, *, team: int) -> BulkRerun | None:
    """Return a bulk rerun by its id, as it is kept now."""
    return rows.get(session, BulkRerun, bulk, team=team, anew=True)


def hold(session: Session, bulk: int, *, team: int) -> None:
    """Lock a bulk rerun until the transaction ends."""
    rows.hold(session, BulkRerun, bulk, team=team)


def change(session: Session, bulk: BulkRerun, **changes: Any) -> bool:
    """Change a bulk rerun; False where it moved, or came to another run, since it was read."""
    where = {"team_id": bulk.team_id, "state": bulk.state, "wave": bulk.wave, "position": bulk.position}
    return rows.change(session, BulkRerun, bulk.id, where=where, to=changes)


def newest(session: Session, cause: int, *, team: int) -> BulkRerun | None:
    """Return the newest bulk rerun of a cause."""
    query = select(BulkRerun).where(BulkRerun.team_id == team, BulkRerun.cause_id == cause)
    return session.scalars(query.order_by(BulkRerun.id.desc()).limit(1)).one_or_none()


def active(session: Session, *, team: int) -> Sequence[BulkRerun]:
    """Return those that go on by themselves, the oldest first."""
    # The words of the index's condition.
    is_active = BulkRerun.state.in_([literally(state) for state in ACTIVE])
    query = select(BulkRerun).where(BulkRerun.team_id == team, is_active)
    return list(session.scalars(query.order_by(BulkRerun.id)))


def is_any_active(session: Session, *, team: int) -> bool:
    """Tell whether one goes on by itself."""
    is_active = BulkRerun.state.in_([literally(state) for state in ACTIVE])
    return session.scalar(select(BulkRerun.id).where(BulkRerun.team_id == team, is_active).limit(1)) is not None


def kinds(session: Session, choice: Choice, *, team: int) -> list[RunKind]:
    """Count the runs of a choice by how they would go on."""
    is_resolved = Run.resolution.is_not(None)
    query = select(Run.state, is_resolved, func.count()).where(Run.team_id == team, Run.cause_id == choice.cause)
    query = query.where(Run.state.in_(choice.states), Run.changed_at <= choice.until)
    if choice.since is not None:
        query = query.where(Run.changed_at >= choice.since)
    found = session.execute(query.group_by(Run.state, is_resolved).order_by(Run.state, is_resolved))
    return [RunKind(state=state, is_resolved=bool(resolved), number=number) for state, resolved, number in found]


def following(session: Session, choice: Choice, *, team: int, bulk: int, after: int, limit: int) -> list[Run]:
    """Return the next runs of a choice, by id, that this bulk rerun did not begin itself. `after`: the id before."""
    found = list[Run]()
    for state in choice.states:
        query = select(Run).where(Run.team_id == team, Run.cause_id == choice.cause, Run.state == state, Run.id > after)
        query = query.where(Run.changed_at <= choice.until, Run.bulk_id.is_distinct_from(bulk))
        if choice.since is not None:
            query = query.where(Run.changed_at >= choice.since)
        found += session.scalars(query.order_by(Run.id).limit(limit))
    return sorted(found, key=lambda run: run.id)[:limit]


def run_counts(session: Session, bulk: int, *, team: int) -> dict[RunState, int]:
    """Count the runs that a bulk rerun began, by state."""
    query = select(Run.state, func.count()).where(Run.team_id == team, Run.bulk_id == bulk)
    return dict(session.execute(query.group_by(Run.state)).all())


def ends(session: Session, bulk: int, *, team: int, cause: int) -> Ends:
    """Count the runs that a bulk rerun of a cause began and that stopped."""
    is_again = Run.cause_id == cause
    query = select(is_again, func.count()).where(Run.team_id == team, Run.bulk_id == bulk, Run.state.in_(STOPPED))
    found = {bool(again): number for again, number in session.execute(query.group_by(is_again)).all()}
    return Ends(again=found.get(True, 0), otherwise=found.get(False, 0))

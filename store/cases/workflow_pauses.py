"""Pauses of workflows, and the deliveries held meanwhile. The workflow's row settles all races about a pause.

Code that depends on a pause reads it with `held=True`, in the transaction that acts on it: on PostgreSQL a change of
the pause and that transaction then wait for each other. The workflow's row is locked before any case's or run's, so
that no two transactions block each other.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, Dialect, bindparam, exists, false, func, or_, select, update
from sqlalchemy.orm import Session

from store.cases.waiting_runs import kept_back
from store.db import rows
from store.db.statements import MOST, Statement, compiled, connection_of
from store.schema import Delivery, Run, Workflow
from store.states import DeliveryState, RunState


@dataclass(frozen=True, kw_only=True)
class PauseLine:
    """The pause of a workflow."""

    workflow: str
    at: datetime
    by: str
    reason: str
    holds_deliveries: bool


_COLUMNS = (
    Workflow.name,
    Workflow.paused_at,
    Workflow.paused_by,
    Workflow.pause_reason,
    Workflow.holds_deliveries,
)


@lru_cache(maxsize=MOST)
def _current(dialect: Dialect, held: bool) -> Statement:
    # Every run needs this query, so it is compiled once.
    query = select(*_COLUMNS).where(Workflow.id == bindparam("workflow"), Workflow.team_id == bindparam("team"))
    return compiled(query.with_for_update(read=True, of=Workflow) if held else query, dialect)


def row_of(session: Session, *, team: int, name: str, at: datetime) -> int:
    """Return the id of a workflow's row; add the row before the first case, since that workflow may be paused too."""
    key = ("team_id", "name")
    added = rows.add_new(session, Workflow, key, team_id=team, name=name, options={}, created_at=at)
    if added is not None:
        return added
    return session.scalars(select(Workflow.id).where(Workflow.team_id == team, Workflow.name == name)).one()


def current(session: Session, workflow: int, *, team: int, held: bool = False) -> PauseLine | None:
    """Return the pause of a workflow's row; None where it is not paused. `held`: it stays so until the transaction
    ends.
    """
    dialect = connection_of(session).dialect
    query = _current(dialect, held and dialect.name == "postgresql")
    found = query.all(session, {"workflow": workflow, "team": team})
    return line_of(*found[0]) if found else None


def line_of(name: str, at: datetime | None, by: str | None, reason: str | None, holds: bool) -> PauseLine | None:
    """Return a pause from the columns of a workflow's row; None where it is not paused."""
    if at is None:
        return None
    return PauseLine(workflow=name, at=at, by=by or "", reason=reason or "", holds_deliveries=holds)


def all_current(session: Session, *, team: int) -> list[PauseLine]:
    """Return the pauses of all workflows, by name."""
    query = select(*_COLUMNS).where(Workflow.team_id == team, Workflow.paused_at.is_not(None)).order_by(Workflow.name)
    return [line for found in session.execute(query) if (line := line_of(*found)) is not None]


def pause(
    session: Session, workflow: int, *, team: int, by: str, reason: str, holds_deliveries: bool, at: datetime
) -> bool:
    """Pause a workflow; False where it is paused already."""
    pausing = (
        update(Workflow)
        .where(Workflow.id == workflow, Workflow.team_id == team, Workflow.paused_at.is_(None))
        .values(paused_at=at, paused_by=by, pause_reason=reason, holds_deliveries=holds_deliveries)
        .returning(Workflow.id)
    )
    return session.scalar(pausing) is not None


def hold_deliveries(session: Session, workflow: int, *, team: int, reason: str) -> bool:
    """Have a paused workflow hold its deliveries too; False where it is not paused, or holds them already."""
    holding = (
        update(Workflow)
        .where(
            Workflow.id == workflow,
            Workflow.team_id == team,
            Workflow.paused_at.is_not(None),
            Workflow.holds_deliveries.is_(false()),
        )
        .values(pause_reason=reason, holds_deliveries=True)
        .returning(Workflow.id)
    )
    return session.scalar(holding) is not None


def lift(session: Session, workflow: int, *, team: int) -> bool:
    """End a workflow's pause; False where it is not paused."""
    lifted = (
        update(Workflow)
        .where(Workflow.id == workflow, Workflow.team_id == team, Workflow.paused_at.is_not(None))
        .values(paused_at=None, paused_by=None, pause_reason=None, holds_deliveries=False)
        .returning(Workflow.id)
    )
    return session.scalar(lifted) is not None


def releasable(session: Session, *, team: int, limit: int) -> list[Run]:
    """Held runs whose workflow holds no deliveries, oldest first; nobody else's transaction may add one now.

    Those in their grace period are none of them, and neither are those that wait for their target, or behind an older
    delivery of their case that does either.
    """
    held = _releasable(team)
    found = select(Run.workflow_id).join(Workflow, Workflow.id == Run.workflow_id).where(*held).distinct()
    workflows = list(session.scalars(found))
    if not workflows:
        return []
    if session.get_bind().dialect.name == "postgresql":
        alone = select(Workflow.id).where(Workflow.id.in_(workflows)).order_by(Workflow.id)
        session.execute(alone.with_for_update(key_share=True))
    query = (
        select(Run)
        .join(Workflow, Workflow.id == Run.workflow_id)
        .where(*held, Run.workflow_id.in_(workflows))
        .order_by(Run.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def is_releasable(session: Session, *, team: int) -> bool:
    """Tell whether there is a run that `releasable` would find."""
    query = select(Run.id).join(Workflow, Workflow.id == Run.workflow_id)
    return session.scalar(query.where(*_releasable(team)).limit(1)) is not None


def _releasable(team: int) -> tuple[ColumnElement[bool], ...]:
    free = or_(Workflow.paused_at.is_(None), ~Workflow.holds_deliveries)
    return (Run.team_id == team, Run.state == RunState.HOLDING, Run.held_until.is_(None), free, ~kept_back())


def numbers(session: Session, *, team: int, states: Collection[RunState]) -> dict[tuple[str, RunState], int]:
    """Count the runs in each of these states, by (workflow, state), without those that wait for their target."""
    waits = exists().where(
        Delivery.run_id == Run.id, Delivery.state == DeliveryState.WAITING, Delivery.next_at.is_not(None)
    )
    query = (
        select(Workflow.name, Run.state, func.count())
        .select_from(Run)
        .join(Workflow, Workflow.id == Run.workflow_id)
        .where(Run.team_id == team, Run.state.in_(states), ~waits)
        .group_by(Workflow.name, Run.state)
    )
    return {(name, state): number for name, state, number in session.execute(query)}

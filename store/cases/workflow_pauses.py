"""Which workflows are paused, and what is held meanwhile. The workflow's row settles all races about it.

Whoever acts on whether a workflow is paused reads it with `held=True`, in the transaction that acts: on PostgreSQL a
pause or its end then waits for that transaction, and the other way round. Its row is taken before any case's or run's,
so that no two stop each other.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, exists, false, func, or_, select, update
from sqlalchemy.orm import Session

from store.cases.waiting_runs import kept_back
from store.db import rows
from store.schema import Delivery, Run, Workflow
from store.states import DeliveryState, RunState


@dataclass(frozen=True, kw_only=True)
class PauseLine:
    """That a workflow is paused."""

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
# Each run asks for it: it is built once.
_STANDING = select(*_COLUMNS).where(Workflow.id == bindparam("workflow"), Workflow.team_id == bindparam("team"))


def row_of(session: Session, *, team: int, name: str, at: datetime) -> int:
    """The id of a workflow's row, made where there is none yet: it may be paused before its first case."""
    key = ("team_id", "name")
    added = rows.add_new(session, Workflow, key, team_id=team, name=name, options={}, created_at=at)
    if added is not None:
        return added
    return session.scalars(select(Workflow.id).where(Workflow.team_id == team, Workflow.name == name)).one()


def standing(session: Session, workflow: int, *, team: int, held: bool = False) -> PauseLine | None:
    """The pause of a workflow's row; None where it is not paused. `held`: it stays so until the transaction ends."""
    query = _STANDING
    if held and session.get_bind().dialect.name == "postgresql":
        query = query.with_for_update(read=True, of=Workflow)
    found = session.execute(query, {"workflow": workflow, "team": team}).one_or_none()
    return line_of(*found) if found is not None else None


def line_of(name: str, at: datetime | None, by: str | None, reason: str | None, holds: bool) -> PauseLine | None:
    """A pause from the columns of a workflow's row; None where it is not paused."""
    if at is None:
        return None
    return PauseLine(workflow=name, at=at, by=by or "", reason=reason or "", holds_deliveries=holds)


def all_standing(session: Session, *, team: int) -> list[PauseLine]:
    """The workflows that are paused, by name."""
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

    Those that wait for their target, or behind an older delivery of their case that does, are none of them.
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
    """Is there a run that `releasable` would find?"""
    query = select(Run.id).join(Workflow, Workflow.id == Run.workflow_id)
    return session.scalar(query.where(*_releasable(team)).limit(1)) is not None


def _releasable(team: int) -> tuple[ColumnElement[bool], ...]:
    free = or_(Workflow.paused_at.is_(None), ~Workflow.holds_deliveries)
    return (Run.team_id == team, Run.state == RunState.HOLDING, free, ~kept_back())


def numbers(session: Session, *, team: int, states: Collection[RunState]) -> dict[tuple[str, RunState], int]:
    """How many runs are in each of these states, by (workflow, state); those that wait for their target left out."""
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

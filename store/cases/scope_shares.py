"""The share of its cases that a workflow looks at, as people set it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from store.schema import Workflow


@dataclass(frozen=True, kw_only=True)
class ScopeShare:
    """The share that people set for a workflow's row."""

    row: int
    workflow: str
    chosen: float | None
    """None: nobody set one."""


def of_row(session: Session, workflow: int, *, team: int) -> ScopeShare | None:
    """Return the share that was set for a workflow's row; None where there is no such row."""
    return _one(session, Workflow.id == workflow, team=team)


def of_name(session: Session, name: str, *, team: int) -> ScopeShare | None:
    """Return the share that was set for a workflow; None where it has no row yet."""
    return _one(session, Workflow.name == name, team=team)


def _one(session: Session, which: ColumnElement[bool], *, team: int) -> ScopeShare | None:
    query = select(Workflow.id, Workflow.name, Workflow.scope_share).where(which, Workflow.team_id == team)
    found = session.execute(query).one_or_none()
    return ScopeShare(row=found[0], workflow=found[1], chosen=found[2]) if found is not None else None


def choose(session: Session, workflow: int, *, team: int, seen: float | None, share: float) -> bool:
    """Set the share of a workflow's row; False where it is another one than was seen."""
    changing = (
        update(Workflow)
        .where(Workflow.id == workflow, Workflow.team_id == team, Workflow.scope_share.is_not_distinct_from(seen))
        .values(scope_share=share)
        .returning(Workflow.id)
    )
    return session.scalar(changing) is not None

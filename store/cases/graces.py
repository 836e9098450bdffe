"""Runs in their grace period: decided, and not delivered before the person's time to take it back is over."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from store.schema import Run
from store.states import RunState

CLOCKS_DIFFER = timedelta(minutes=5)
"""Most by which the clocks of two processes differ. A decision from further ahead was made before the clock was put
back."""


def over(session: Session, *, team: int, at: datetime, limit: int) -> list[Run]:
    """Return runs whose grace period is over, oldest first."""
    query = select(Run).where(*_over(team, at)).order_by(Run.id).limit(limit)
    return list(session.scalars(query))


def is_any_over(session: Session, *, team: int, at: datetime) -> bool:
    """Tell whether there is a run that `over` would find."""
    return session.scalar(select(Run.id).where(*_over(team, at)).limit(1)) is not None


def _over(team: int, at: datetime) -> tuple[ColumnElement[bool], ...]:
    is_time = or_(Run.held_until <= at, Run.changed_at > at + CLOCKS_DIFFER)
    return (Run.held_until.is_not(None), Run.team_id == team, Run.state == RunState.HOLDING, is_time)

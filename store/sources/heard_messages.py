"""Messages of watched channels that were heard, and wait to be taken in."""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import HeardMessage


def add(session: Session, *, team: int, workflow: str, place: str, content: str, at: datetime) -> int:
    """Add a message; returns its id."""
    return rows.add(
        session,
        HeardMessage,
        team_id=team,
        workflow=workflow,
        place=place,
        content=content,
        due_at=at,
        problem=None,
        heard_at=at,
    )


def get(session: Session, message: int, *, team: int) -> HeardMessage | None:
    """Return the message with this id."""
    return rows.get(session, HeardMessage, message, team=team, anew=True)


def due(session: Session, *, team: int, at: datetime, limit: int) -> list[int]:
    """Return the messages that are due, in the order in which they were heard."""
    query = select(HeardMessage.id).where(
        HeardMessage.team_id == team, HeardMessage.content.is_not(None), HeardMessage.due_at <= at
    )
    return list(session.scalars(query.order_by(HeardMessage.due_at, HeardMessage.id).limit(limit)))


def is_earlier_waiting(session: Session, message: HeardMessage, *, team: int) -> bool:
    """Tell whether an earlier form of the same message still waits to be taken in by the same workflow."""
    query = select(HeardMessage.id).where(
        HeardMessage.team_id == team,
        HeardMessage.content.is_not(None),
        HeardMessage.place == message.place,
        HeardMessage.workflow == message.workflow,
        HeardMessage.id < message.id,
    )
    return session.scalar(query.limit(1)) is not None


def remove(session: Session, message: int, *, team: int) -> bool:
    """Delete a message that waits; False where another process took it in."""
    gone = delete(HeardMessage).where(
        HeardMessage.id == message, HeardMessage.team_id == team, HeardMessage.content.is_not(None)
    )
    deleted = session.scalar(gone.returning(HeardMessage.id), execution_options={"synchronize_session": False})
    return deleted is not None


def put_off(session: Session, message: int, *, team: int, until: datetime) -> None:
    """Have a message taken in later."""
    later = update(HeardMessage).where(HeardMessage.id == message, HeardMessage.team_id == team)
    session.execute(later.values(due_at=until), execution_options={"synchronize_session": False})


def take_up(session: Session, message: HeardMessage, *, team: int, until: datetime) -> bool:
    """Take a message up for work that takes long, so that no other process does until then; False where one did."""
    claimed = (
        update(HeardMessage)
        .where(
            HeardMessage.id == message.id,
            HeardMessage.team_id == team,
            HeardMessage.content.is_not(None),
            HeardMessage.due_at == message.due_at,
        )
        .values(due_at=until)
        .returning(HeardMessage.id)
    )
    return session.scalar(claimed, execution_options={"synchronize_session": False}) is not None


def fail(session: Session, message: int, *, team: int, problem: str) -> bool:
    """Note that a message cannot be taken in, and empty it; False where another process settled it."""
    failed = (
        update(HeardMessage)
        .where(HeardMessage.id == message, HeardMessage.team_id == team, HeardMessage.content.is_not(None))
        .values(content=None, problem=problem)
        .returning(HeardMessage.id)
    )
    return session.scalar(failed, execution_options={"synchronize_session": False}) is not None


def count_failed(session: Session, *, team: int, workflow: str, problem: str, since: datetime) -> int:
    """Count the messages that failed for one cause, of those heard since a time."""
    query = select(func.count()).where(
        HeardMessage.team_id == team,
        HeardMessage.workflow == workflow,
        HeardMessage.problem == problem,
        HeardMessage.heard_at >= since,
    )
    return session.scalar(query) or 0


def forget(session: Session, *, team: int, before: datetime) -> None:
    """Delete the messages that were heard before a time: they failed, or no process knows their workflow."""
    old = delete(HeardMessage).where(HeardMessage.team_id == team, HeardMessage.heard_at < before)
    session.execute(old, execution_options={"synchronize_session": False})

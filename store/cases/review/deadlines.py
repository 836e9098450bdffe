"""Reviews about which something is to be done by itself, or people reminded, since nobody has decided them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from store.schema import Review
from store.states import ReviewState
from store.types import literally

UNDECIDED = tuple(literally(state) for state in (ReviewState.OPEN, ReviewState.AWAITING_SECOND))
"""States of a review that waits for people."""


def due(session: Session, *, team: int, at: datetime, limit: int, after: int = 0) -> Sequence[Review]:
    """Return reviews that something is to be done about now, by id. `after`: only those with a higher one."""
    return _reached(session, Review.due_at, team=team, at=at, limit=limit, after=after)


def to_remind_of(session: Session, *, team: int, at: datetime, limit: int, after: int = 0) -> Sequence[Review]:
    """Return reviews of which people are to be reminded now, by id. `after`: only those with a higher one."""
    return _reached(session, Review.remind_at, team=team, at=at, limit=limit, after=after)


def _reached(
    session: Session, time: InstrumentedAttribute[datetime | None], *, team: int, at: datetime, limit: int, after: int
) -> Sequence[Review]:
    query = select(Review).where(
        time.is_not(None),
        Review.team_id == team,
        Review.state.in_(UNDECIDED),
        time <= at,
        Review.id > after,
    )
    return session.scalars(query.order_by(Review.id).limit(limit)).all()

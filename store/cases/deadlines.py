"""Reviews about which something is to be done by itself, since nobody has decided them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.schema import Review
from store.states import ReviewState
from store.types import literally

_UNDECIDED = tuple(literally(state) for state in (ReviewState.OPEN, ReviewState.AWAITING_SECOND))


def due(session: Session, *, team: int, at: datetime, limit: int, after: int = 0) -> Sequence[Review]:
    """Return reviews that something is to be done about now, by id. `after`: only those with a higher one."""
    query = select(Review).where(
        Review.due_at.is_not(None),
        Review.team_id == team,
        Review.state.in_(_UNDECIDED),
        Review.due_at <= at,
        Review.id > after,
    )
    return session.scalars(query.order_by(Review.id).limit(limit)).all()

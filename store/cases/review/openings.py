"""Times at which people opened a review's form, or a step of their review session: one row for a person and a review.

They say how long a decision took, and nothing else depends on them.
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Opening


def note(session: Session, *, team: int, review: int, by: str, at: datetime) -> None:
    """Note that a person opened a review now, in place of the time before."""
    added = rows.add_new(session, Opening, ("review_id", "by"), team_id=team, review_id=review, by=by, at=at)
    if added is None:
        known = update(Opening).where(Opening.review_id == review, Opening.team_id == team, Opening.by == by)
        session.execute(known.values(at=at))


def opened_at(session: Session, *, team: int, review: int, by: str) -> datetime | None:
    """Return when a person opened a review; None where they have not."""
    query = select(Opening.at).where(Opening.review_id == review, Opening.team_id == team, Opening.by == by)
    return session.scalar(query)


def forget(session: Session, *, team: int, review: int, by: str) -> None:
    """Forget that a person opened a review."""
    gone = delete(Opening).where(Opening.review_id == review, Opening.team_id == team, Opening.by == by)
    session.execute(gone)


def sweep(session: Session, *, team: int, before: datetime) -> None:
    """Forget what was opened before a time."""
    session.execute(delete(Opening).where(Opening.team_id == team, Opening.at < before))

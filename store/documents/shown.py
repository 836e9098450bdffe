"""Files that were given to a face: pictures of pages, and originals that somebody asked to see."""

from datetime import datetime

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from store.schema import ShownFile

_AS_IT_IS = {"synchronize_session": False}


def take_back(session: Session, case: int, *, team: int, at: datetime) -> int:
    """Have all files of a case that are at a face be taken back from this time on; returns their number.

    Of each file of the case nothing is left by which its document is known, whether or not it stands any more.
    """
    theirs = update(ShownFile).where(ShownFile.case_id == case, ShownFile.team_id == team)
    standing = theirs.where(ShownFile.removed_at.is_(None), or_(ShownFile.until.is_(None), ShownFile.until > at))
    taken = session.scalars(standing.values(until=at).returning(ShownFile.id), execution_options=_AS_IT_IS).all()
    session.execute(theirs.where(ShownFile.sha256 != "").values(sha256=""), execution_options=_AS_IT_IS)
    return len(taken)


def standing(session: Session, case: int, *, team: int) -> int:
    """Count the files of a case that are at a face."""
    query = select(func.count()).select_from(ShownFile)
    theirs = (ShownFile.case_id == case) & (ShownFile.team_id == team) & ShownFile.removed_at.is_(None)
    return session.scalar(query.where(theirs)) or 0

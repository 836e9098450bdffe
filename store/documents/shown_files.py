"""Files that a face was given: pictures of pages, and originals that people asked to see. Each is taken back once.

A file counts as given from before its bytes are sent: whatever happens then, it is known which file to take back.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import ShownFile

_AS_IT_IS = {"synchronize_session": False}


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Files that a face does not give back."""

    error: str
    """The face's code."""
    number: int


def add(
    session: Session,
    *,
    team: int,
    case: int,
    sha256: str,
    file: str,
    at: datetime,
    page: int | None = None,
    fields: Sequence[str] = (),
    review: int | None = None,
    channel: str | None = None,
    by: str | None = None,
    until: datetime | None = None,
) -> int:
    """Note a file that a face is about to be given; returns its row. The arguments are the columns of the table."""
    return rows.add(
        session,
        ShownFile,
        team_id=team,
        case_id=case,
        sha256=sha256,
        page=page,
        fields=list(fields),
        review_id=review,
        channel=channel,
        file=file,
        by=by,
        at=at,
        until=until,
        uploaded_at=None,
        attempts=0,
        error=None,
        removed_at=None,
    )


def note_uploaded(session: Session, row: int, *, team: int, at: datetime) -> None:
    """Note that a face has all of a file."""
    one = update(ShownFile).where(ShownFile.id == row, ShownFile.team_id == team)
    session.execute(one.values(uploaded_at=at), execution_options=_AS_IT_IS)


def of_review(session: Session, review: int, *, case: int, team: int) -> list[ShownFile]:
    """Return the pictures of pages for a review that are not to go, in the order in which they were made."""
    return _standing(session, case, team, review=review)


def unmarked(session: Session, case: int, *, team: int) -> list[ShownFile]:
    """Return the pictures of a case's pages without marks that are not to go, and are of no review."""
    return [one for one in _standing(session, case, team, review=None) if one.page is not None]


def _standing(session: Session, case: int, team: int, *, review: int | None) -> list[ShownFile]:
    query = select(ShownFile).where(
        ShownFile.team_id == team,
        ShownFile.case_id == case,
        ShownFile.removed_at.is_(None),
        ShownFile.review_id == review,
        ShownFile.by.is_(None),
        ShownFile.until.is_(None),
    )
    return list(session.scalars(query.order_by(ShownFile.id)))


def original(session: Session, case: int, sha256: str, *, team: int, by: str, at: datetime) -> ShownFile | None:
    """Return the document that a person was given, while they have it."""
    query = select(ShownFile).where(
        ShownFile.team_id == team,
        ShownFile.case_id == case,
        ShownFile.removed_at.is_(None),
        ShownFile.sha256 == sha256,
        ShownFile.page.is_(None),
        ShownFile.by == by,
        ShownFile.until > at,
        ShownFile.error.is_(None),
    )
    return session.scalars(query.order_by(ShownFile.id.desc()).limit(1)).first()


def take_back(session: Session, case: int, *, team: int, at: datetime) -> int:
    """Have all files of a case taken back; returns how many."""
    theirs = (ShownFile.team_id == team, ShownFile.case_id == case, ShownFile.removed_at.is_(None))
    # What is left of a case has no hash of its content.
    session.execute(update(ShownFile).where(*theirs).values(sha256=""), execution_options=_AS_IT_IS)
    return _take_back(session, *theirs, at=at)


def take_back_of_reviews(session: Session, case: int, reviews: Collection[int], *, team: int, at: datetime) -> int:
    """Have the pictures of pages for some reviews of a case taken back; returns how many."""
    of_case = (ShownFile.team_id == team, ShownFile.case_id == case, ShownFile.removed_at.is_(None))
    return _take_back(session, *of_case, ShownFile.review_id.in_(reviews), at=at)


def take_back_unmarked(session: Session, case: int, *, team: int, at: datetime) -> int:
    """Have the pictures of a case's pages without marks taken back that are of no review; returns how many."""
    of_case = (ShownFile.team_id == team, ShownFile.case_id == case, ShownFile.removed_at.is_(None))
    unmarked = (ShownFile.review_id.is_(None), ShownFile.by.is_(None), ShownFile.page.is_not(None))
    return _take_back(session, *of_case, *unmarked, at=at)


def _take_back(session: Session, *where: ColumnElement[bool], at: datetime) -> int:
    left = or_(ShownFile.until.is_(None), ShownFile.until > at)
    going = update(ShownFile).where(and_(*where), left).values(until=at)
    return len(session.scalars(going.returning(ShownFile.id), execution_options=_AS_IT_IS).all())


def to_take_back(
    session: Session, *, team: int, at: datetime, begun_before: datetime, limit: int
) -> Sequence[ShownFile]:
    """Return files whose time is over, the longest first.

    `begun_before`: one whose upload began later, and is not known to be finished, is left: it may be under way.
    """
    query = select(ShownFile).where(
        ShownFile.team_id == team,
        # Written out as in the index of these rows.
        ShownFile.removed_at.is_(None),
        ShownFile.until.is_not(None),
        ShownFile.until <= at,
        or_(ShownFile.uploaded_at.is_not(None), ShownFile.at < begun_before),
    )
    return session.scalars(query.order_by(ShownFile.until).limit(limit)).all()


def note_removed(session: Session, row: int, *, team: int, at: datetime) -> None:
    """Note that a face has a file no more. The hash of its content goes with it."""
    one = update(ShownFile).where(ShownFile.id == row, ShownFile.team_id == team)
    session.execute(one.values(removed_at=at, sha256="", error=None), execution_options=_AS_IT_IS)


def note_refused(session: Session, row: int, *, team: int, error: str, until: datetime) -> None:
    """Note that a face did not give a file back. `until`: time of the next attempt."""
    one = update(ShownFile).where(ShownFile.id == row, ShownFile.team_id == team)
    changes = {"attempts": ShownFile.attempts + 1, "error": error[:100], "until": until}
    session.execute(one.values(changes), execution_options=_AS_IT_IS)


def not_given_back(session: Session, *, team: int) -> list[Refused]:
    """Count the files that a face does not give back, by its code for the reason."""
    query = (
        select(ShownFile.error, func.count())
        .where(
            ShownFile.team_id == team,
            ShownFile.removed_at.is_(None),
            ShownFile.until.is_not(None),
            ShownFile.error.is_not(None),
        )
        .group_by(ShownFile.error)
        .order_by(ShownFile.error)
    )
    return [Refused(error=str(error), number=number) for error, number in session.execute(query)]

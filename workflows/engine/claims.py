"""Who is at a review: by a claim, or with its form open. It bars nobody, and it ends by itself."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from store import audit, reviews, schema, teams
from workflows.engine import notices
from workflows.engine.cards import known_workflow
from workflows.engine.context import Context
from workflows.engine.errors import Refused
from workflows.engine.reviews import still_open
from workflows.engine.states import ReviewState

CLAIM_LASTS = timedelta(minutes=30)
"""For which somebody who claimed a review, or opened its form, is taken to be at it."""


def claim(context: Context, review: int, *, by: str) -> None:
    """Say that a person works on a review. It bars nobody: a colleague may still decide.

    Raise `Unknown`, `Stale` where it is no longer open, or `Refused` where somebody else claimed it lately.
    """
    with context.database.write(urgent=True) as session:
        row = still_open(session, review)
        at = context.clock()
        if not reviews.claim(session, review=review, state=ReviewState.OPEN, by=by, at=at, lasts=CLAIM_LASTS):
            raise Refused(f"{row.claimed_by} has claimed it")
        _note_claim(session, context, row, by=by)


def take_in_hand(context: Context, review: int, shown: int, *, by: str) -> None:
    """Note that a person has a review's form open: as a claim, or, where a colleague has claimed it, beside it.

    It bars nobody, but nothing is changed under it for `CLAIM_LASTS`. Raise `Unknown`, or `Stale`.
    """
    with context.database.write(urgent=True) as session:
        row = still_open(session, review, shown)
        at, held_by = context.clock(), row.claimed_by
        if not reviews.claim(session, review=review, state=ReviewState.OPEN, by=by, at=at, lasts=CLAIM_LASTS):
            reviews.touch_claim(session, review=review, state=ReviewState.OPEN, at=at)
        elif held_by != by:
            _note_claim(session, context, row, by=by)


def is_in_hand(claimed_at: datetime | None, *, at: datetime) -> bool:
    """Does a claim count at a time? Who made it may be at it still. One from long after then is a wrong clock's."""
    return claimed_at is not None and abs(at - claimed_at) <= CLAIM_LASTS


def _note_claim(session: Session, context: Context, row: schema.Review, *, by: str) -> None:
    at = context.clock()
    declared = known_workflow(context, teams.workflow_name(session, row.workflow_id))
    audit.record(
        session,
        team=row.team_id,
        at=at,
        actor=by,
        action="review.claimed",
        subject=f"review:{row.id}",
        case=row.case_id,
    )
    notices.card(session, row, declared.review, at=at)

"""Claims: who is working on a review. A claim is said on the card and bars nobody from deciding."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from store import schema
from store.cases.review import openings, reviews
from store.governance import audit, teams
from store.subjects import SubjectKind
from workflows.engine.case import notices
from workflows.engine.case.lookup import known_workflow
from workflows.engine.context import Context
from workflows.engine.errors import Refused
from workflows.engine.review.lateness import still_open
from workflows.engine.review.standing import DECIDABLE


class Claimed(Refused):
    """A colleague has claimed the review."""


CLAIM_LASTS = timedelta(minutes=30)
"""Time for which a person who claimed a review, or opened its form, is taken to work on it."""


def claim(context: Context, review: int, *, by: str, shown: int | None = None, over: bool = False) -> None:
    """Claim a review for a person. A claim is advisory: a colleague may still decide.

    `shown`: the version that the person saw; None: whichever it is at. `over`: take it over from a colleague. Raise
    `Unknown`, `Stale` where it is no longer open, or `Claimed` where somebody else's claim has not expired.
    """
    with context.database.write(urgent=True) as session:
        row = still_open(session, review, shown, team=context.team)
        at, lasts = context.clock(), None if over else CLAIM_LASTS
        if not reviews.claim(session, team=context.team, review=review, by=by, at=at, lasts=lasts):
            raise Claimed(f"{row.claimed_by} has claimed it")
        _note_claim(session, context, row, by=by)


def take_in_hand(context: Context, review: int, shown: int, *, by: str) -> None:
    """Note that a person has a review's form open: as a claim, or beside a colleague's claim.

    It bars nobody, but for `CLAIM_LASTS` Countersign itself does not change the review. Raise `Unknown`, or `Stale`.
    """
    with context.database.write(urgent=True) as session:
        row = still_open(session, review, shown, team=context.team, states=DECIDABLE)
        at, held_by = context.clock(), row.claimed_by
        openings.note(session, team=context.team, review=review, by=by, at=at)
        if not reviews.claim(session, team=context.team, review=review, by=by, at=at, lasts=CLAIM_LASTS):
            reviews.touch_claim(session, team=context.team, review=review, at=at)
        elif held_by != by:
            _note_claim(session, context, row, by=by)


def is_in_hand(claimed_at: datetime | None, *, at: datetime) -> bool:
    """Tell whether a claim has not expired. A claim from far in the future comes from a wrong clock and does not
    count.
    """
    return claimed_at is not None and abs(at - claimed_at) <= CLAIM_LASTS


def _note_claim(session: Session, context: Context, row: schema.Review, *, by: str) -> None:
    at = context.clock()
    declared = known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))
    audit.record(
        session,
        team=row.team_id,
        at=at,
        actor=by,
        action="review.claimed",
        subject=SubjectKind.REVIEW.of(row.id),
        case=row.case_id,
    )
    notices.card(session, row, declared.review, at=at)

"""Reviews of which people were reminded, and the direct messages that remind them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from store.cases.review.deadlines import UNDECIDED
from store.db import rows
from store.schema import Decision, DirectReminder, Review, Workflow


def waiting(session: Session, *, team: int, person: str, workflows: Collection[str], limit: int) -> Sequence[Review]:
    """Return undecided reviews that may concern a person and of which people were told, most urgent first.

    `workflows`: those in which this person is named.
    """
    query = (
        select(Review)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(
            Review.team_id == team,
            Review.state.in_(UNDECIDED),
            or_(Review.reminders > 0, Review.escalated_at.is_not(None), Review.assignee == person),
            or_(Review.claimed_by == person, Review.assignee == person, Workflow.name.in_(workflows)),
        )
    )
    return session.scalars(query.order_by(Review.precedence, Review.answer_by, Review.id).limit(limit)).all()


def recent_deciders(
    session: Session, *, team: int, workflow: str, since: datetime, among: int, without: Collection[str]
) -> Sequence[str]:
    """Return the people who decided reviews of a workflow since a time, as far as the last decisions of the team tell.

    `among`: number of these. `without`: names in decisions that are nobody's.
    """
    # The newest are read from the end, and not all of the team by its index.
    of_team = func.coalesce(Decision.team_id, 0) == team
    last = select(Decision).where(of_team).order_by(Decision.id.desc()).limit(among).subquery()
    query = (
        select(last.c.by)
        .join(Review, Review.id == last.c.review_id)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(Workflow.name == workflow, Workflow.team_id == team, last.c.at >= since, last.c.by.not_in(without))
    )
    return sorted(set(session.scalars(query)))


def want_direct(session: Session, *, team: int, person: str, at: datetime) -> None:
    """Have a person reminded by a direct message, unless one is wanted already."""
    found = _direct(session, team=team, person=person)
    if found is None:
        rows.add_new(
            session, DirectReminder, ("team_id", "person"), team_id=team, person=person, wanted_at=at, sent_at=None
        )
    elif found.wanted_at is None:
        rows.change(session, DirectReminder, found.id, where={"team_id": team}, to={"wanted_at": at})


def wanted_direct(session: Session, *, team: int, at: datetime, lasts: timedelta) -> Sequence[DirectReminder]:
    """Return the direct messages that are due. `lasts`: longest wait of one; what is put off more was so by a wrong
    clock.
    """
    is_due = or_(DirectReminder.wanted_at <= at, DirectReminder.wanted_at > at + lasts)
    query = select(DirectReminder).where(DirectReminder.team_id == team, DirectReminder.wanted_at.is_not(None), is_due)
    return session.scalars(query.order_by(DirectReminder.id)).all()


def direct(session: Session, row: int, *, team: int) -> DirectReminder | None:
    """Return the direct messages to a person as they are kept now. `row`: their id."""
    return rows.get(session, DirectReminder, row, team=team, anew=True)


def take_direct(session: Session, wanted: DirectReminder, *, wanted_at: datetime | None) -> bool:
    """Note that a direct message is made, or put off to a time; False where another process was faster."""
    where = {"team_id": wanted.team_id, "wanted_at": wanted.wanted_at}
    return rows.change(session, DirectReminder, wanted.id, where=where, to={"wanted_at": wanted_at})


def note_direct_sent(session: Session, *, team: int, person: str, at: datetime) -> None:
    """Note when a person was last reminded by a direct message."""
    found = _direct(session, team=team, person=person)
    if found is not None:
        rows.change(session, DirectReminder, found.id, where={"team_id": team}, to={"sent_at": at})


def _direct(session: Session, *, team: int, person: str) -> DirectReminder | None:
    query = select(DirectReminder).where(DirectReminder.team_id == team, DirectReminder.person == person)
    return session.scalar(query)

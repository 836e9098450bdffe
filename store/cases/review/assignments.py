"""The people to whom open reviews are assigned, and the reviews to which somebody is to be assigned."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import PersonRow, Review, Workflow
from store.states import ReviewState


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """A person to whom open reviews of a workflow are assigned."""

    person: str
    workflow: str


@dataclass(frozen=True, kw_only=True)
class Load:
    """The reviews of a person."""

    open: int
    """Open reviews that are assigned to them."""
    assigned_at: datetime | None
    """Time at which one was last assigned to them; None where none was."""


def to_assign(session: Session, *, team: int, at: datetime, limit: int, after: int = 0) -> Sequence[Review]:
    """Return open reviews to which somebody is to be assigned now, by id. `after`: only those with a higher one."""
    query = select(Review).where(
        Review.assign_at.is_not(None),
        Review.team_id == team,
        Review.state == ReviewState.OPEN,
        Review.assign_at <= at,
        Review.id > after,
    )
    return session.scalars(query.order_by(Review.id).limit(limit)).all()


def put_off(session: Session, review: Review, *, until: datetime | None) -> bool:
    """Have a person assigned later, or not at all. False where the review changed."""
    where = {"team_id": review.team_id, "state": ReviewState.OPEN, "assignments": review.assignments}
    return rows.change(session, Review, review.id, where=where, to={"assign_at": until})


def assigned(session: Session, *, team: int) -> Sequence[Assigned]:
    """Return the people to whom open reviews are assigned, once for each workflow."""
    query = (
        select(Review.assignee, Workflow.name)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(Review.assignee.is_not(None), Review.team_id == team, Review.state == ReviewState.OPEN)
        .distinct()
        .order_by(Review.assignee, Workflow.name)
    )
    return [Assigned(person=person, workflow=name) for person, name in session.execute(query) if person is not None]


def of_person(session: Session, person: str, *, team: int, workflow: str, limit: int, after: int = 0) -> Sequence[int]:
    """Return the open reviews of a workflow that are assigned to a person, by id. `after`: only higher ones."""
    query = (
        select(Review.id)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(
            Review.assignee.is_not(None),
            Review.assignee == person,
            Review.team_id == team,
            Review.state == ReviewState.OPEN,
            Workflow.name == workflow,
            Review.id > after,
        )
    )
    return session.scalars(query.order_by(Review.id).limit(limit)).all()


def has_any(session: Session, person: str, *, team: int) -> bool:
    """Tell whether an open review is assigned to a person."""
    query = select(Review.id).where(
        Review.assignee.is_not(None),
        Review.assignee == person,
        Review.team_id == team,
        Review.state == ReviewState.OPEN,
    )
    return session.scalar(query.limit(1)) is not None


def loads(session: Session, people: Collection[str], *, team: int) -> dict[str, Load]:
    """Return the reviews of these people."""
    count = (
        select(Review.assignee, func.count())
        .where(
            Review.assignee.is_not(None),
            Review.assignee.in_(people),
            Review.team_id == team,
            Review.state == ReviewState.OPEN,
        )
        .group_by(Review.assignee)
    )
    numbers = dict(session.execute(count).all())
    last = select(PersonRow.person, PersonRow.assigned_at).where(
        PersonRow.team_id == team, PersonRow.person.in_(people)
    )
    times = dict(session.execute(last).all())
    return {one: Load(open=numbers.get(one, 0), assigned_at=times.get(one)) for one in people}

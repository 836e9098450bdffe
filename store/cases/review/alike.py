"""Reviews that are alike, found by the mark that their workflow's own key gave them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.schema import Case, Proposal, Review, Run, Workflow
from store.states import ReviewState

SHOWN = (ReviewState.OPEN, ReviewState.ASKED)
"""States in which a review is a row of its group: it waits for a person, or for its source."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """The open reviews that are alike."""

    workflow: str
    review: int
    """One of them."""
    number: int


@dataclass(frozen=True, kw_only=True)
class AlikeLine:
    """A review of a group."""

    id: int
    version: int
    case: int
    key: str
    run: int
    state: ReviewState
    reasons_id: int
    input_id: int
    proposal_id: int
    """Content of its proposal."""
    claimed_by: str | None
    claimed_at: datetime | None
    assignee: str | None
    answer_by: datetime | None


def groups(session: Session, *, team: int, workflows: Collection[str], limit: int) -> list[Group]:
    """Return the groups of two or more open reviews, the largest first."""
    meant = select(Workflow.id).where(Workflow.team_id == team, Workflow.name.in_(workflows))
    # Of a group the newest is named, since the others are decided before it.
    number, newest = func.count(), func.max(Review.id)
    counted = (
        select(Review.workflow_id, number.label("number"), newest.label("review"))
        .where(
            Review.team_id == team,
            Review.state == ReviewState.OPEN,
            Review.alike.is_not(None),
            Review.workflow_id.in_(meant),
        )
        .group_by(Review.workflow_id, Review.alike)
        .having(number > 1)
        .order_by(number.desc(), newest)
        .limit(limit)
        .subquery()
    )
    query = (
        select(Workflow.name, counted.c.review, counted.c.number)
        .join(counted, counted.c.workflow_id == Workflow.id)
        .order_by(counted.c.number.desc(), counted.c.review)
    )
    return [Group(workflow=name, review=review, number=many) for name, review, many in session.execute(query)]


def count(session: Session, *, team: int, workflow: int, alike: str) -> int:
    """Count the open reviews with a mark."""
    query = (
        select(func.count())
        .select_from(Review)
        .where(
            Review.team_id == team,
            Review.state == ReviewState.OPEN,
            Review.workflow_id == workflow,
            Review.alike == alike,
        )
    )
    return session.scalar(query) or 0


def lines(
    session: Session,
    *,
    team: int,
    workflow: int,
    alike: str | None = None,
    only: Collection[int] | None = None,
    first: int = 0,
    limit: int,
) -> list[AlikeLine]:
    """Return reviews of a workflow that have a proposal, by their deadlines; `first`: from this place on.

    `alike`: those with this mark that wait. `only`: these, however they stand.
    """
    query = (
        select(Review, Case.key, Run.input_id, Proposal.content_id)
        .join(Case, Case.id == Review.case_id)
        .join(Run, Run.id == Review.run_id)
        .join(Proposal, Proposal.run_id == Run.id)
        .where(Review.team_id == team, Review.workflow_id == workflow)
        .order_by(Review.answer_by, Review.id)
        .offset(first)
        .limit(limit)
    )
    if only is not None:
        query = query.where(Review.id.in_(only))
    else:
        query = query.where(Review.state.in_(SHOWN), Review.alike == alike, Review.alike.is_not(None))
    return [
        AlikeLine(
            id=review.id,
            version=review.version,
            case=review.case_id,
            key=key,
            run=review.run_id,
            state=review.state,
            reasons_id=review.reasons_id,
            input_id=input_id,
            proposal_id=proposal_id,
            claimed_by=review.claimed_by,
            claimed_at=review.claimed_at,
            assignee=review.assignee,
            answer_by=review.answer_by,
        )
        for review, key, input_id, proposal_id in session.execute(query)
    ]

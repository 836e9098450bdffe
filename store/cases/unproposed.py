"""Open reviews without a proposal: people were given an empty form.

Blind ones have one, which nobody sees yet, and those out of scope are to have none.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.cases import contents
from store.schema import Content, Decision, Review, Workflow
from store.states import ReviewState


def without_proposal(session: Session, *, team: int, since: datetime, until: datetime | None) -> dict[str, int]:
    """Workflow -> how many open reviews have no proposal, of those that were opened in a time."""
    query = (
        select(Workflow.name, func.count())
        .join(Review, Review.workflow_id == Workflow.id)
        .where(
            Review.team_id == team,
            Review.state == ReviewState.OPEN,
            Review.proposal_id.is_(None),
            Review.blind.is_(False),
            Review.out_of_scope.is_(False),
            Review.opened_at >= since,
        )
        .group_by(Workflow.name)
        .order_by(Workflow.name)
    )
    if until is not None:
        query = query.where(Review.opened_at <= until)
    return dict(session.execute(query).all())


def count_empty(session: Session, *, team: int) -> dict[str, int]:
    """Count the open reviews without a proposal, by workflow."""
    query = (
        select(Workflow.name, func.count())
        .select_from(Review)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(
            Review.team_id == team,
            Review.state == ReviewState.OPEN,
            Review.proposal_id.is_(None),
            Review.blind.is_(False),
            Review.out_of_scope.is_(False),
        )
        .group_by(Workflow.name)
    )
    return dict(session.execute(query).all())


@dataclass(frozen=True, kw_only=True)
class EmptyLine:
    """A review without a proposal."""

    id: int
    case_id: int
    workflow_id: int
    reasons: str | None
    """JSON; None where they were removed."""
    claimed_at: datetime | None
    was_decided: bool
    """True if somebody rejected the proposal, and the form is empty for that reason."""


def empty(session: Session, *, team: int, workflow: int, after: int, limit: int) -> list[EmptyLine]:
    """The open reviews of a workflow's row that have no proposal, from the one after this id on."""
    was_decided = select(Decision.id).where(Decision.review_id == Review.id).exists()
    query = (
        select(Review.id, Review.case_id, Content.body, Review.claimed_at, was_decided)
        .join(Content, Content.id == Review.reasons_id)
        .where(
            Review.workflow_id == workflow,
            Review.team_id == team,
            Review.state == ReviewState.OPEN,
            Review.proposal_id.is_(None),
            Review.blind.is_(False),
            Review.out_of_scope.is_(False),
            Review.id > after,
        )
        .order_by(Review.id)
        .limit(limit)
    )
    return [
        EmptyLine(
            id=id,
            case_id=case,
            workflow_id=workflow,
            reasons=contents.kept(body),
            claimed_at=claimed,
            was_decided=decided,
        )
        for id, case, body, claimed, decided in session.execute(query)
    ]

"""Rows from which a source is told how its cases stand: a query for each kind of row, for any number of cases."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from store.schema import Case, Decision, Delivery, Origin, Proposal, Question, Review, Run, Workflow
from store.states import DeliveryState, QuestionState, Resolution, ReviewState, RunState


@dataclass(frozen=True, kw_only=True)
class ToldCase:
    """A case that a source is told of."""

    id: int
    key: str
    workflow: str
    revision: int
    received_at: datetime
    erased_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class ToldRun:
    """A run of such a case, as far as its source is told of it."""

    id: int
    case: int
    parent: int | None
    revision: int
    correction: int
    state: RunState
    resolution: Resolution | None
    output_id: int | None
    held_until: datetime | None
    changed_at: datetime


@dataclass(frozen=True, kw_only=True)
class ToldProposal:
    """The proposal of a run."""

    run: int
    content_id: int
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class ToldReview:
    """The review of a run."""

    id: int
    run: int
    state: ReviewState
    blind: bool
    """True if nobody sees the proposal of its run before it is decided."""


@dataclass(frozen=True, kw_only=True)
class ToldDecision:
    """A decision that stands."""

    review: int
    kind: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ToldDelivery:
    """The delivery that a run last attempted."""

    run: int
    state: DeliveryState
    maybe_applied: bool
    receipt_id: int | None


@dataclass(frozen=True, kw_only=True)
class ToldQuestion:
    """A question about a case."""

    review: int
    number: int
    text_id: int
    state: QuestionState
    asked_at: datetime
    answer_by: datetime


def cases(session: Session, ids: Collection[int], *, source: int, team: int) -> list[ToldCase]:
    """Return those of these cases that came from a source, by id."""
    query = (
        select(Case, Workflow.name)
        .join(Origin, Origin.case_id == Case.id)
        .join(Workflow, Workflow.id == Case.workflow_id)
        # By the origins: PostgreSQL does not carry a list of cases over to the table that it joins.
        .where(Origin.case_id.in_(ids), Origin.team_id == team, Origin.source_id == source, Case.team_id == team)
    )
    return [
        ToldCase(
            id=case.id,
            key=case.key,
            workflow=workflow,
            revision=case.revision,
            received_at=case.received_at,
            erased_at=case.erased_at,
        )
        for case, workflow in sorted(session.execute(query), key=lambda row: row[0].id)
    ]


def runs(session: Session, ids: Collection[int], *, team: int) -> list[ToldRun]:
    """Return all runs of these cases, oldest first."""
    query = select(
        Run.id,
        Run.case_id,
        Run.parent_id,
        Run.revision,
        Run.correction,
        Run.state,
        Run.resolution,
        Run.output_id,
        Run.held_until,
        Run.changed_at,
    ).where(Run.case_id.in_(ids), Run.team_id == team)
    return [
        ToldRun(
            id=row.id,
            case=row.case_id,
            parent=row.parent_id,
            revision=row.revision,
            correction=row.correction,
            state=row.state,
            resolution=row.resolution,
            output_id=row.output_id,
            held_until=row.held_until,
            changed_at=row.changed_at,
        )
        for row in session.execute(query.order_by(Run.id))
    ]


def proposals(session: Session, ids: Collection[int], *, team: int) -> list[ToldProposal]:
    """Return the proposals of these runs."""
    query = select(Proposal.run_id, Proposal.content_id, Proposal.created_at)
    found = session.execute(query.where(Proposal.run_id.in_(ids), Proposal.team_id == team))
    return [ToldProposal(run=row.run_id, content_id=row.content_id, created_at=row.created_at) for row in found]


def reviews(session: Session, ids: Collection[int], *, team: int) -> list[ToldReview]:
    """Return the reviews of these runs."""
    columns = (Review.id, Review.run_id, Review.state, Review.blind)
    query = select(*columns).where(Review.run_id.in_(ids), Review.team_id == team)
    return [ToldReview(id=row.id, run=row.run_id, state=row.state, blind=row.blind) for row in session.execute(query)]


def decisions(session: Session, ids: Collection[int], *, team: int) -> list[ToldDecision]:
    """Return the decisions on these reviews that stand, oldest first."""
    query = select(Decision.id, Decision.review_id, Decision.kind, Decision.at).where(
        Decision.review_id.in_(ids), _checked(Decision.team_id) == team, Decision.revoked_at.is_(None)
    )
    # Sorted here: for an order by id, SQLite would read the table along its key.
    found = sorted(session.execute(query), key=lambda row: row.id)
    return [ToldDecision(review=row.review_id, kind=row.kind, at=row.at) for row in found]


def deliveries(session: Session, ids: Collection[int], *, team: int) -> list[ToldDelivery]:
    """Return the deliveries that these runs last attempted, oldest first."""
    columns = (Delivery.id, Delivery.run_id, Delivery.state, Delivery.maybe_applied, Delivery.receipt_id)
    query = select(*columns).where(Delivery.run_id.in_(ids), _checked(Delivery.team_id) == team)
    return [
        ToldDelivery(run=row.run_id, state=row.state, maybe_applied=row.maybe_applied, receipt_id=row.receipt_id)
        for row in sorted(session.execute(query), key=lambda row: row.id)
    ]


def questions(session: Session, ids: Collection[int], *, team: int) -> list[ToldQuestion]:
    """Return the questions of these reviews, oldest first."""
    query = select(Question).where(Question.review_id.in_(ids), Question.team_id == team)
    return [
        ToldQuestion(
            review=row.review_id,
            number=row.number,
            text_id=row.text_id,
            state=row.state,
            asked_at=row.asked_at,
            answer_by=row.answer_by,
        )
        for row in session.scalars(query.order_by(Question.number))
    ]


def _checked(team: InstrumentedAttribute[int]) -> ColumnElement[int]:
    """Return the team of a row to be compared without an index: by one, SQLite would read all rows of the team."""
    return team + literal_column("0")

"""The reviews that one person has in hand or decided, and those that wait for their team, by workflow."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CompoundSelect, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from store.cases.review.reviews import FIRST, UNDECIDED
from store.schema import Case, Decision, Question, Review, Run, Workflow
from store.states import ReviewState, RunState

_ASKED = "asked"
"""Kind of a decision that decides nothing yet."""


@dataclass(frozen=True, kw_only=True)
class Mine:
    """A review that a person has in hand, that is assigned to them or went to them, or whose source they asked."""

    id: int
    version: int
    key: str
    workflow: str
    state: ReviewState
    is_first: bool
    is_claimed: bool
    """True if they are on it."""
    is_assigned: bool
    input_id: int
    answer_by: datetime | None


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """The reviews of a workflow that wait for people."""

    workflow: str
    number: int
    first: int
    """Those of them that stand before all others."""
    oldest: datetime
    answer_by: datetime | None
    """The next deadline."""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A decision that a person made, and what became of it."""

    review: int
    version: int
    """The review's."""
    key: str
    workflow: str
    kind: str
    follows: str | None
    at: datetime
    state: ReviewState
    run_state: RunState
    held_until: datetime | None
    input_id: int


def in_hand(
    session: Session,
    by: str,
    *,
    team: int,
    workflows: Collection[str],
    at: datetime,
    lasts: timedelta,
    first: int,
    limit: int,
    asked_in: Collection[str] = (),
) -> list[Mine]:
    """Return the reviews that a person has claimed, that are assigned to them or went to them, or whose source they
    asked. Corrections come first, then the earliest deadline.

    `lasts`: how long a claim counts. `first`: from this place on. `asked_in`: workflows whose reviews may go to them.
    """
    query = (
        select(Review, Case.key, Workflow.name, Run.input_id)
        .join(Case, Case.id == Review.case_id)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .join(Run, Run.id == Review.run_id)
        .where(
            Review.id.in_(_in_hand(by, team, at, lasts, asked_in)), Review.team_id == team, Workflow.name.in_(workflows)
        )
        .order_by(Review.precedence, Review.answer_by, Review.id)
        .offset(first)
        .limit(limit)
    )
    return [
        Mine(
            id=review.id,
            version=review.version,
            key=key,
            workflow=name,
            state=review.state,
            is_first=review.precedence == FIRST,
            is_claimed=review.claimed_by == by
            and review.claimed_at is not None
            and abs(at - review.claimed_at) <= lasts,
            is_assigned=review.assignee == by,
            input_id=input_id,
            answer_by=review.answer_by,
        )
        for review, key, name, input_id in session.execute(query)
    ]


def count_in_hand(
    session: Session,
    by: str,
    *,
    team: int,
    workflows: Collection[str],
    at: datetime,
    lasts: timedelta,
    asked_in: Collection[str] = (),
) -> int:
    """Count the reviews that `in_hand` would find."""
    query = (
        select(func.count())
        .select_from(Review)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(
            Review.id.in_(_in_hand(by, team, at, lasts, asked_in)), Review.team_id == team, Workflow.name.in_(workflows)
        )
    )
    return session.scalar(query) or 0


def _in_hand(by: str, team: int, at: datetime, lasts: timedelta, asked_in: Collection[str]) -> CompoundSelect[int]:
    # A claim from far in the future comes from a wrong clock.
    claimed = select(Review.id).where(
        Review.team_id == team,
        Review.claimed_by.is_not(None),
        Review.claimed_by == by,
        Review.state.in_(UNDECIDED),
        Review.claimed_at.between(at - lasts, at + lasts),
    )
    assigned = select(Review.id).where(
        Review.team_id == team,
        Review.assignee.is_not(None),
        Review.assignee == by,
        Review.state == ReviewState.OPEN,
    )
    asked = (
        select(Question.review_id)
        .join(Review, Review.id == Question.review_id)
        .where(
            Question.team_id == team,
            Question.due_at.is_not(None),
            Question.asked_by == by,
            Review.state == ReviewState.ASKED,
        )
    )
    if not asked_in:
        return union_all(claimed, assigned, asked)
    went_to_them = (
        select(Review.id)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(
            Review.team_id == team,
            Review.state == ReviewState.OPEN,
            Review.escalated_at.is_not(None),
            Workflow.name.in_(asked_in),
            (literal(" ") + Review.escalated_to + " ").contains(f" {by} ", autoescape=True),
        )
    )
    return union_all(claimed, assigned, asked, went_to_them)


def waiting(session: Session, *, team: int, workflows: Collection[str]) -> list[Waiting]:
    """Return what waits for people in these workflows; a workflow where nothing waits is left out."""
    meant = select(Workflow.id).where(Workflow.team_id == team, Workflow.name.in_(workflows))
    # Counted by number, so that a workflow's name is looked up once and not for each of its reviews.
    counted = (
        select(
            Review.workflow_id,
            func.count().label("number"),
            func.sum(1 - Review.precedence).label("first"),
            func.min(Review.opened_at).label("oldest"),
            func.min(Review.answer_by).label("answer_by"),
        )
        .where(Review.team_id == team, Review.state.in_(UNDECIDED), Review.workflow_id.in_(meant))
        .group_by(Review.workflow_id)
        .subquery()
    )
    found = counted.c
    query = select(Workflow.name, found.number, found.first, found.oldest, found.answer_by).join(
        counted, found.workflow_id == Workflow.id
    )
    return [
        Waiting(workflow=name, number=number, first=int(first), oldest=oldest, answer_by=answer_by)
        for name, number, first, oldest, answer_by in session.execute(query)
    ]


@dataclass(frozen=True, kw_only=True)
class Days:
    """The times from which on a person's decisions are meant."""

    since: Mapping[str, datetime]
    """Workflow -> the time from which on all are."""
    undoable: datetime
    """The time from which on those are, too, that can be taken back still."""
    at: datetime
    """Now."""


def made_by(session: Session, by: str, days: Days, *, team: int, first: int, limit: int) -> list[Made]:
    """Return decisions of a person that stand, the newest first. `first`: from this place on."""
    query = (
        select(Decision, Review, Run, Case.key, Workflow.name)
        .join(Review, Review.id == Decision.review_id)
        .join(Run, Run.id == Review.run_id)
        .join(Case, Case.id == Review.case_id)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(*_meant(by, team, days))
        .order_by(Decision.at.desc(), Decision.id.desc())
        .offset(first)
        .limit(limit)
    )
    return [
        Made(
            review=review.id,
            version=review.version,
            key=key,
            workflow=name,
            kind=decision.kind,
            follows=decision.follows,
            at=decision.at,
            state=review.state,
            run_state=run.state,
            held_until=run.held_until,
            input_id=run.input_id,
        )
        for decision, review, run, key, name in session.execute(query)
    ]


def count_made_by(session: Session, by: str, days: Days, *, team: int) -> int:
    """Count the decisions that `made_by` would find."""
    query = (
        select(func.count())
        .select_from(Decision)
        .join(Review, Review.id == Decision.review_id)
        .join(Run, Run.id == Review.run_id)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(*_meant(by, team, days))
    )
    return session.scalar(query) or 0


def _meant(by: str, team: int, days: Days) -> tuple[ColumnElement[bool], ...]:
    in_days = [and_(Workflow.name == name, Decision.at >= begin) for name, begin in days.since.items()]
    in_grace = and_(Run.state == RunState.HOLDING, Run.held_until > days.at)
    return (
        Decision.team_id == team,
        Decision.by == by,
        Decision.at >= min([days.undoable, *days.since.values()]),
        Decision.revoked_at.is_(None),
        Decision.kind != _ASKED,
        Workflow.name.in_(list(days.since)),
        or_(*in_days, Review.state == ReviewState.AWAITING_SECOND, in_grace),
    )


def has_decided(session: Session, by: str, *, team: int) -> bool:
    """Tell whether a person has ever decided anything."""
    query = select(Decision.id).where(Decision.team_id == team, Decision.by == by).limit(1)
    return session.scalar(query) is not None

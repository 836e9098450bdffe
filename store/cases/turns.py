"""Turns: the reviews that one person may decide, as the first person or as a second one.

Each state is looked through by itself, in the order of its index, however many reviews are open.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Label, Select, and_, case, exists, false, func, not_, or_, select, true, union_all
from sqlalchemy.orm import Session

from store.cases.review.reviews import ReviewLine, is_free, line_of
from store.schema import Case, Decision, Review, Workflow
from store.states import ReviewState

_ASKED = "asked"
"""Kind of a decision that decides nothing yet."""


@dataclass(frozen=True, kw_only=True)
class Turns:
    """The reviews that may wait for a person: never one of which they are the first person."""

    by: str
    workflows: Collection[str]
    """Workflows whose reviews the person may decide."""
    seconds: Mapping[tuple[str, int], bool] = field(default_factory=dict)
    """Workflow and place of each second person whom it names apart from its reviewers -> True if it may be this one.
    At any other place it is one of those who may decide its reviews."""

    @property
    def is_none(self) -> bool:
        """True if the person may decide nothing."""
        return not self.workflows and not any(self.seconds.values())


def count(session: Session, turns: Turns, *, team: int) -> int:
    """Count the reviews in which it is a person's turn."""
    return sum(session.scalar(one.with_only_columns(func.count())) or 0 for one in _by_state(turns, team))


def following(
    session: Session,
    turns: Turns,
    *,
    team: int,
    without: Collection[int],
    at: datetime,
    lasts: timedelta,
    limit: int,
    free: bool = False,
    held: bool = False,
    own_first: bool = False,
) -> list[Review]:
    """Return reviews in which it is a person's turn: corrections first, then the earliest deadline.

    `own_first`: what is assigned to that person comes after corrections and before the others. `without`: not these.
    `free`: only those that nobody but this person has claimed within `lasts`. `held`: lock them until the transaction
    ends, but for those that another transaction holds.
    """
    found = list[Review]()
    for query in _by_state(turns, team):
        query = query.order_by(*_keys(turns, own_first=own_first)).limit(limit)
        if without:
            query = query.where(Review.id.not_in(without))
        if free:
            query = query.where(is_free(by=turns.by, at=at, lasts=lasts))
        if held:
            query = query.with_for_update(of=Review, skip_locked=True, key_share=True)
        found += session.scalars(query)
    return sorted(found, key=partial(_order, own=turns.by if own_first else None))[:limit]


def lines(
    session: Session, turns: Turns, *, team: int, limit: int, first: int = 0, own_first: bool = False
) -> list[ReviewLine]:
    """Return the reviews in which it is a person's turn, in the order of `following`. `first`: from this place on."""
    ordered = _keys(turns, own_first=own_first)
    each = [
        one.with_only_columns(*ordered).order_by(*ordered).limit(first + limit).subquery()
        for one in _by_state(turns, team)
    ]
    one = union_all(*(select(some) for some in each)).subquery()
    page = select(one.c.id).order_by(*(one.c[key.name] for key in ordered)).offset(first).limit(limit)
    query = (
        select(Review, Case.key, Workflow.name)
        .join(Case, Case.id == Review.case_id)
        .join(Workflow, Workflow.id == Review.workflow_id)
        .where(Review.team_id == team, Review.id.in_(page))
        .order_by(*ordered)
    )
    return [line_of(review, key, name) for review, key, name in session.execute(query)]


def _keys(turns: Turns, *, own_first: bool) -> list[Label[Any]]:  # Any: each column has a type of its own
    """Return the columns of the order. An index tells it, unless a person's own come before the others."""
    own = [case((Review.assignee == turns.by, 0), else_=1).label("own")] if own_first else []
    return [Review.precedence.label("precedence"), *own, Review.answer_by.label("answer_by"), Review.id.label("id")]


def _is_first_of(by: str) -> ColumnElement[bool]:
    """Return the condition that a review waits for a second person after this one."""
    # A review has few decisions and a person very many: the index of the person's is kept from being taken.
    decided = exists().where(
        Decision.review_id == Review.id,
        func.coalesce(Decision.by, "") == by,
        Decision.revoked_at.is_(None),
        Decision.follows.is_(None),
        Decision.kind != _ASKED,
    )
    return and_(Review.state == ReviewState.AWAITING_SECOND, decided)


def _by_state(turns: Turns, team: int) -> list[Select[Any]]:  # Any: the columns are chosen later
    """Return the query for the open reviews, and the one for those that wait for a second person."""
    workflows = Workflow.name.in_(turns.workflows)
    theirs = or_(false(), *(_place(*one) for one, is_theirs in turns.seconds.items() if is_theirs))
    named = or_(false(), *(_place(*one) for one in turns.seconds))
    second = or_(theirs, and_(workflows, not_(named) if turns.seconds else true()))
    wanted = {
        ReviewState.OPEN: workflows,
        ReviewState.AWAITING_SECOND: and_(second, not_(_is_first_of(turns.by))),
    }
    of_team = select(Review).join(Workflow, Workflow.id == Review.workflow_id).where(Review.team_id == team)
    return [of_team.where(Review.state == state, condition) for state, condition in wanted.items()]


def _place(workflow: str, second: int) -> ColumnElement[bool]:
    return and_(Workflow.name == workflow, Review.second == second)


def _order(review: Review, *, own: str | None) -> tuple[int, bool, bool, float, int]:
    until, is_other = review.answer_by, own is not None and review.assignee != own
    return review.precedence, is_other, until is None, until.timestamp() if until is not None else 0.0, review.id

"""Counts for whoever watches the program from outside: what waits, what is overdue, what ever came and was resolved.

All are read at once and often. Those of all that ever was are answered by an index alone; the others find few rows.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from store.faces import WEBHOOK
from store.schema import (
    Case,
    Cause,
    Delivery,
    Outage,
    OutboxRow,
    Review,
    Run,
    Spending,
    TargetOutage,
    Trouble,
    Workflow,
)
from store.states import (
    CLOSING,
    NOT_ENDED,
    CauseState,
    DeliveryState,
    OutboxState,
    Resolution,
    ReviewState,
    RunState,
)
from store.types import literally

_RESOLVED = tuple(literally(state) for state in (RunState.CLOSED, RunState.DELIVERED))
_UNSENT = OutboxRow.state != literally(OutboxState.SENT)


@dataclass(frozen=True, kw_only=True)
class OpenReviews:
    """The reviews of a workflow that wait for a person."""

    number: int
    overdue: int
    """Number of those that should have been answered by now."""
    oldest: datetime
    """Time at which the oldest of them was opened."""


@dataclass(frozen=True, kw_only=True)
class Unfinished:
    """The runs of a workflow in a state, with something left to do."""

    number: int
    since: datetime
    """Time since when the oldest of them is in it."""


@dataclass(frozen=True, kw_only=True)
class Unsent:
    """The messages in a state that are not sent."""

    number: int
    due: datetime
    """Time from which on the first of them may be sent."""
    written: datetime
    """Time when the oldest of them was written."""


def taken_in(session: Session, *, team: int) -> dict[str, int]:
    """Count the cases that each workflow ever took in."""
    names = _names(session, team=team)
    # By the workflow, which its index begins with, and not by the team.
    query = select(Case.workflow_id, func.count()).where(Case.workflow_id.in_(names)).group_by(Case.workflow_id)
    return {names[workflow]: number for workflow, number in session.execute(query)}


def resolved(session: Session, *, team: int) -> dict[tuple[str, Resolution], int]:
    """Count the runs that were ever resolved to the end, by workflow and resolution.

    A rejected one whose place a rerun took stays among them, so that no count ever falls.
    """
    ended = select(Run.workflow_id, Run.resolution, func.count()).where(Run.team_id == team, Run.state.in_(_RESOLVED))
    superseded = select(Run.workflow_id, Run.resolution, func.count()).where(
        Run.team_id == team, Run.state == RunState.SUPERSEDED, Run.resolution.in_(CLOSING)
    )
    names, found = _names(session, team=team), dict[tuple[str, Resolution], int]()
    for query in (ended, superseded):
        for workflow, resolution, number in session.execute(query.group_by(Run.workflow_id, Run.resolution)):
            if resolution is not None:
                key = (names[workflow], resolution)
                found[key] = found.get(key, 0) + number
    return found


def unfinished_runs(session: Session, *, team: int) -> dict[tuple[str, RunState], Unfinished]:
    """Return the runs with which somebody, or a worker, has something left to do, by workflow and state."""
    query = select(Run.workflow_id, Run.state, func.count(), func.min(Run.changed_at)).where(
        Run.team_id == team, Run.state.in_(NOT_ENDED)
    )
    names = _names(session, team=team)
    found = session.execute(query.group_by(Run.workflow_id, Run.state))
    return {
        (names[workflow], state): Unfinished(number=number, since=since) for workflow, state, number, since in found
    }


def open_reviews(session: Session, *, team: int, at: datetime) -> dict[str, OpenReviews]:
    """Return the reviews that wait for a person, by workflow; a workflow without any is left out."""
    query = (
        select(
            Review.workflow_id,
            func.count(),
            func.sum(case((Review.answer_by < at, 1), else_=0)),
            func.min(Review.opened_at),
        )
        .where(Review.team_id == team, Review.state.in_((ReviewState.OPEN, ReviewState.AWAITING_SECOND)))
        .group_by(Review.workflow_id)
    )
    names = _names(session, team=team)
    return {
        names[workflow]: OpenReviews(number=number, overdue=int(overdue), oldest=oldest)
        for workflow, number, overdue, oldest in session.execute(query)
    }


def deliveries(session: Session, *, team: int) -> dict[DeliveryState, int]:
    """Count the deliveries that wait for another attempt, and those in doubt; a state without any is left out."""
    waiting = select(func.count()).where(
        Delivery.team_id == team, Delivery.state == DeliveryState.WAITING, Delivery.next_at.is_not(None)
    )
    doubtful = select(func.count()).where(Delivery.team_id == team, Delivery.state == literally(DeliveryState.DOUBTFUL))
    found = {DeliveryState.WAITING: session.scalar(waiting), DeliveryState.DOUBTFUL: session.scalar(doubtful)}
    return {state: number for state, number in found.items() if number}


def unsent(session: Session, *, team: int, webhooks: bool = False) -> dict[OutboxState, Unsent]:
    """Return the messages to people that are not sent, by state; a state without any is left out.

    `webhooks`: those to programs instead, which wait for hours where a receiver is down.
    """
    face = OutboxRow.face == WEBHOOK if webhooks else OutboxRow.face != WEBHOOK
    query = select(OutboxRow.state, func.count(), func.min(OutboxRow.not_before), func.min(OutboxRow.created_at)).where(
        OutboxRow.team_id == team, _UNSENT, face
    )
    found = session.execute(query.group_by(OutboxRow.state))
    return {state: Unsent(number=number, due=due, written=written) for state, number, due, written in found}


def causes(session: Session, *, team: int) -> dict[tuple[str, CauseState], int]:
    """Count the causes of failures, by workflow and state."""
    query = select(Cause.workflow_id, Cause.state, func.count()).where(Cause.team_id == team)
    names = _names(session, team=team)
    found = session.execute(query.group_by(Cause.workflow_id, Cause.state))
    return {(names[workflow], state): number for workflow, state, number in found}


def troubles(session: Session, *, team: int) -> dict[str, int]:
    """Count the systems that are in trouble, by kind."""
    query = select(Trouble.kind, func.count()).where(Trouble.team_id == team, Trouble.is_open.is_(True))
    return dict(session.execute(query.group_by(Trouble.kind)).all())


def models_down(session: Session, *, team: int) -> int:
    """Count the models that are not asked now."""
    query = select(func.count()).where(Outage.team_id == team, Outage.is_open.is_(True))
    return session.scalar(query) or 0


def targets_down(session: Session, *, team: int) -> int:
    """Count the targets of deliveries that are down."""
    query = select(func.count()).where(TargetOutage.team_id == team, TargetOutage.is_open.is_(True))
    return session.scalar(query) or 0


def taken(
    session: Session, *, team: int, budgets: Collection[str], periods: Collection[str]
) -> dict[tuple[str, str], Decimal]:
    """Return the US dollars that are spent or reserved, by budget and period; one without any is left out."""
    query = select(Spending.budget, Spending.period, Spending.taken).where(
        Spending.team_id == team, Spending.budget.in_(budgets), Spending.period.in_(periods)
    )
    return {(budget, period): amount for budget, period, amount in session.execute(query)}


def paused(session: Session, *, team: int) -> set[str]:
    """Return the workflows that are paused."""
    query = select(Workflow.name).where(Workflow.team_id == team, Workflow.paused_at.is_not(None))
    return set(session.scalars(query))


def _names(session: Session, *, team: int) -> dict[int, str]:
    """Return the names of a team's workflows, by id."""
    return dict(session.execute(select(Workflow.id, Workflow.name).where(Workflow.team_id == team)).all())

"""Escalations: a review goes to the people whom its workflow names for that, once. It bars nobody from deciding."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from store import schema
from store.cases.review import reminders
from store.governance import teams
from store.states import ReviewState
from workflows.engine.case import notices
from workflows.engine.case.lookup import known_workflow
from workflows.engine.case.transitions import move_review
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.names import persons_in
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Refused
from workflows.engine.review.lateness import still_open
from workflows.engine.review.own_cases import barred
from workflows.engine.review.views import EscalationView


class Escalated(Refused):
    """The review was escalated before."""


def escalate(context: Context, review: int, shown: int, *, by: str) -> Sequence[str]:
    """Ask the people whom the workflow names to decide a review, and return them.

    `shown`: the version that the person saw. Raise `Unknown`, `Stale` where it is no longer open at that version,
    `Escalated` where that was done before, or `Refused` where there is nobody else to ask.
    """
    with context.database.write(urgent=True) as session:
        row = still_open(session, review, shown, team=context.team)
        if row.escalated_at is not None:
            raise Escalated("somebody was asked already")
        workflow = known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))
        if not workflow.review.escalate_to:
            raise Refused(f"{workflow.name} names nobody to whom a review goes then")
        asked = left_to_ask(session, workflow, row, by=by)
        if not asked:
            raise Refused(f"{workflow.name} names nobody but you who may decide this")
        record(session, workflow, row, asked, by=by, at=context.clock())
        return asked


def left_to_ask(session: Session, workflow: AnyWorkflow, row: schema.Review, *, by: str) -> Sequence[str]:
    """Return those to whom a review can go: not whoever wants that, nor somebody who may not decide their own case."""
    own = barred(session, workflow, row.run_id, team=row.team_id)
    return [one for one in persons_in(workflow.review.escalate_to) if one != by and one not in own]


def record(
    session: Session,
    workflow: AnyWorkflow,
    row: schema.Review,
    asked: Sequence[str],
    *,
    by: str,
    at: datetime,
    **changes: Any,
) -> bool:
    """Record an escalation, and have its card, its thread and the people who are asked told of it.

    `changes`: columns that change with it. False where somebody decided the review meanwhile.
    """
    if not move_review(
        session,
        row,
        row.state,
        at=at,
        actor=by,
        action="review.escalated",
        shown=row.version,
        details={"to": " ".join(asked)},
        escalated_to=" ".join(asked),
        escalated_by=by,
        escalated_at=at,
        **changes,
    ):
        return False
    notices.card(session, row, workflow.review, at=at)
    notices.escalated(session, row, workflow.review, version=row.version, at=at)
    for person in asked:
        reminders.want_direct(session, team=row.team_id, person=person, at=at)
    return True


def asked_of(row: schema.Review) -> Sequence[str]:
    """Return those to whom a review went; nobody where it was not escalated."""
    return (row.escalated_to or "").split()


def escalation_view(row: schema.Review) -> EscalationView | None:
    """Return the escalation of a review; None where there was none, or nobody decides it any more."""
    if row.state != ReviewState.OPEN or row.escalated_at is None:
        return None
    by = row.escalated_by if row.escalated_by != SYSTEM else None
    return EscalationView(to=asked_of(row), by=by, at=row.escalated_at)

"""Deadlines: what happens by itself to a review that nobody decides in time.

It is overdue, and its card says so. Where its workflow has a rule for that, it goes to others, or it lapses: its case
closes, or its proposal is delivered. A lapse is nobody's decision, and is kept and shown as such. Every process looks;
each review is done once.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog
from sqlalchemy.orm import Session

from store import schema
from store.cases import cases
from store.cases.review import deadlines, reviews
from store.db.database import Unavailable
from store.learning import deployments
from store.states import ReviewState
from workflows.engine.case import notices
from workflows.engine.case.transitions import move_review
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.errors import Stale
from workflows.engine.review.claims import CLAIM_LASTS, is_in_hand
from workflows.engine.review.decisions import WhyHeld
from workflows.engine.review.reviews import lapse
from workflows.engine.review.waiting import escalations
from workflows.engine.review.waiting.due_reviews import AT_ONCE, Due, each_due

log = structlog.get_logger()


def sweep(context: Context) -> int:
    """Do what is due about reviews that nobody has decided, and return the number of them.

    Raise `store.db.database.Unavailable`.
    """

    def find(session: Session, after: int) -> Sequence[schema.Review]:
        return deadlines.due(session, team=context.team, at=context.clock(), limit=AT_ONCE, after=after)

    return each_due(context, find, _pass)


def _pass(context: Context, due: Due, workflow: AnyWorkflow) -> bool:
    """Do what is due about a review; False where somebody else was faster."""
    policy, claimed_at = workflow.review.on_expiry, due.claimed_at
    if policy == "hold":
        return _note(context, due, workflow, "review.overdue", {})
    if claimed_at is not None and is_in_hand(claimed_at, at=context.clock()):
        # Nothing is changed under the hands of a person who works on it.
        return _note(context, due, workflow, "review.put_off", {"policy": policy}, due_at=claimed_at + CLAIM_LASTS)
    if policy == "escalate":
        return _escalate(context, due, workflow)
    try:
        with context.database.read() as session:
            live = deployments.live_of(session, workflow.name, team=context.team)
        if context.charters.status(workflow, deployment=live.id if live is not None else None).lets_alone:
            held = lapse(context, due.review, due.version, approve=policy == "approve", claimed_at=claimed_at)
        else:
            held = WhyHeld.CHARTER
    except Stale:
        return False
    except Unavailable:
        raise
    except Exception as error:  # the loop's edge: one review keeps no other from its deadline
        log.error("review.lapse_failed", review=due.review, error=type(error).__name__, exc_info=error)
        held = WhyHeld.ERROR
    return held is None or _note(context, due, workflow, "review.overdue", {"policy": policy, "held": held})


def _escalate(context: Context, due: Due, workflow: AnyWorkflow) -> bool:
    """Have others asked to decide a review; where that cannot be, or was done before, it is overdue and stays open."""
    with context.database.write() as session:
        cases.hold(session, due.case, team=context.team)
        row, at = reviews.get(session, due.review, team=context.team, anew=True), context.clock()
        if row is None or row.due_at is None or row.due_at > at:
            return False
        asked = escalations.left_to_ask(session, workflow, row, by=SYSTEM)
        if asked and row.state == ReviewState.OPEN and row.escalated_at is None:
            return escalations.record(session, workflow, row, asked, by=SYSTEM, at=at, due_at=None)
    return _note(context, due, workflow, "review.overdue", {"policy": "escalate"})


def _note(
    context: Context,
    due: Due,
    workflow: AnyWorkflow,
    action: str,
    details: dict[str, str | int | None],
    *,
    due_at: datetime | None = None,
) -> bool:
    """Record that a review is overdue, and have its card say so; False where somebody else was faster."""
    with context.database.write() as session:
        cases.hold(session, due.case, team=context.team)
        row = reviews.get(session, due.review, team=context.team, anew=True)
        at = context.clock()
        if row is None or row.due_at is None or row.due_at > at:
            return False
        if not move_review(
            session,
            row,
            row.state,
            at=at,
            actor=SYSTEM,
            action=action,
            shown=due.version,
            details=details,
            due_at=due_at,
        ):
            return False
        notices.card(session, row, workflow.review, at=at)
        return True

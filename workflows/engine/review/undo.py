"""Undo: those who decided take their decision back, before it is delivered.

They may within the grace period of their workflow, and as long as a second person is waited for. The review opens again
with the proposal as it was.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.cases import cases, deliveries, runs
from store.cases.review import reviews
from store.governance import teams
from store.states import DeliveryState, ReviewState, RunState
from workflows.engine.case import notices
from workflows.engine.case.lookup import known_workflow
from workflows.engine.case.transitions import move_review, move_run
from workflows.engine.context import Context
from workflows.engine.deliver.graces import is_in_grace
from workflows.engine.errors import Refused, Repeated, Stale, Unknown
from workflows.engine.review.lateness import what_happened
from workflows.engine.review.standing import standing
from workflows.engine.review.views import Decided


def undo(context: Context, review: int, shown: int, *, by: str) -> ReviewState:
    """Take a decision back, and return the review's new state: open, or superseded by a newer revision of its case.

    `shown`: the version that the person saw. Raise `Unknown`, `Repeated`, `Stale` where it is not, or no longer, to be
    taken back, or `Refused` for somebody who did not decide it.
    """
    with context.database.write(urgent=True) as session:
        known = reviews.get(session, review, team=context.team)
        if known is None:
            raise Unknown(f"there is no review {review}")
        cases.hold(session, known.case_id, team=context.team)
        row = reviews.get(session, review, team=context.team, anew=True)
        assert row is not None
        made = reviews.decisions(session, review, team=context.team)
        decided = standing(made)
        _refuse_late(session, row, made, shown, by=by)
        run = runs.get(session, row.run_id, team=context.team)
        assert run is not None
        at = context.clock()
        if row.state == ReviewState.DECIDED and not is_in_grace(run, at=at):
            raise Stale(_what_became_of_it(session, run, at=at))
        people = list(dict.fromkeys(decision.by for decision in decided))
        if by not in people:
            raise Refused("only who decided it can take it back")
        return _take_back(session, context, row, run, decided, shown, by=by)


def decided_by(context: Context, review: int, *, by: str) -> Decided | None:
    """Return a review with a decision of a person that stands; None where there is none."""
    with context.database.read() as session:
        row = reviews.get(session, review, team=context.team)
        made = standing(reviews.decisions(session, review, team=context.team)) if row is not None else []
        mine = next((decision for decision in reversed(made) if decision.by == by), None)
        if row is None or mine is None:
            return None
        case, run = cases.get(session, row.case_id, team=context.team), runs.get(session, row.run_id, team=context.team)
        assert case is not None
        assert run is not None
        awaits = row.state == ReviewState.AWAITING_SECOND
        in_grace = row.state == ReviewState.DECIDED and is_in_grace(run, at=context.clock())
        return Decided(
            key=case.key,
            version=row.version,
            kind=mine.kind,
            awaits_second=awaits,
            can_be_undone=awaits or in_grace,
        )


def _refuse_late(session: Session, row: schema.Review, made: list[schema.Decision], shown: int, *, by: str) -> None:
    """Raise `Repeated` or `Stale` where a decision that was shown does not stand any more."""
    if row.version == shown and row.state in (ReviewState.DECIDED, ReviewState.AWAITING_SECOND):
        return
    last = made[-1] if made else None
    # While a second person is waited for, the version is one further than the last decision.
    if last is not None and last.revoked_by == by and last.version in (shown, shown - 1) and row.version == shown + 1:
        raise Repeated("this arrived before, and is done")
    raise Stale(what_happened(session, row))


def _take_back(
    session: Session,
    context: Context,
    row: schema.Review,
    run: schema.Run,
    decided: list[schema.Decision],
    shown: int,
    *,
    by: str,
) -> ReviewState:
    at, was_decided = context.clock(), row.state == ReviewState.DECIDED
    workflow = known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))
    # Whoever takes a decision back after the deadline has the time anew: nothing lapses in their hands.
    in_time = row.answer_by is not None and row.answer_by > at
    answer_by = row.answer_by if in_time else workflow.answer_by(at)
    versions = [decision.version for decision in decided]
    reviews.revoke(session, row.id, versions, team=context.team, by=by, at=at)
    # A colleague who was on it and decided it is on it no longer.
    colleagues = {decision.by for decision in decided} - {by}
    released = {"claimed_by": None, "claimed_at": None} if row.claimed_by in colleagues else {}
    if not move_review(
        session,
        row,
        ReviewState.OPEN,
        at=at,
        actor=by,
        action="review.taken_back",
        shown=shown,
        version=shown + 1,
        decided_at=None,
        answer_by=answer_by,
        due_at=answer_by,
        remind_at=workflow.remind_at(at),
        reminders=0,
        assign_at=at if workflow.review.assign is not None else None,
        second=None,
        second_error=None,
        **released,
    ):
        raise Stale(what_happened(session, row))
    if was_decided:
        deliveries.withdraw(session, run.id, team=context.team, parent=run.parent_id)
        waits = RunState.WAITING
        if not move_run(session, run, waits, at=at, actor=by, resolution=None, output_id=None, held_until=None):
            raise Stale("the time to take it back is over; it is being delivered")
    newest = runs.newest(session, row.case_id, team=context.team)
    if newest is not None and newest.id != run.id:
        # A newer revision was not decided by this, and nobody decides the old one any more.
        move_run(session, run, RunState.SUPERSEDED, at=at, actor=by)
        move_review(session, row, ReviewState.SUPERSEDED, at=at, actor=by, action="review.superseded")
        if workflow.has_documents:
            notices.pages_gone(session, row, at=at)
    notices.card(session, row, workflow.review, at=at)
    if row.state == ReviewState.OPEN:
        notices.taken_back(session, row, workflow.review, version=shown, by=by, at=at)
    return row.state


def _what_became_of_it(session: Session, run: schema.Run, *, at: datetime) -> str:
    """Say why a decision cannot be taken back any more, and what can be done instead."""
    made = deliveries.of_run(session, run.id, team=run.team_id)
    if run.state == RunState.DELIVERED and made is not None and made.state == DeliveryState.APPLIED:
        return f"it was delivered at {made.changed_at:%H:%M} UTC; report it as wrong instead"
    if run.state == RunState.CLOSED:
        return f"it was closed at {run.changed_at:%H:%M} UTC; it cannot be taken back"
    if run.state == RunState.HOLDING and run.held_until is not None and run.held_until <= at:
        return f"the time to take it back ended at {run.held_until:%H:%M} UTC"
    return f"there is no time left to take it back; the case is {run.state}"

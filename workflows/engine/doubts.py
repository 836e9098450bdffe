"""Settles a delivery of which nobody knew whether it happened, once a person has looked."""

from sqlalchemy.orm import Session

from store import audit, cases, deliveries, runs, schema, teams
from workflows.engine import notices
from workflows.engine.cards import known_workflow
from workflows.engine.context import Context
from workflows.engine.delivering import SETTLED, show_review
from workflows.engine.errors import Refused, Unknown
from workflows.engine.states import DeliveryState, Resolution, RunState
from workflows.engine.transitions import move_delivery, move_run


def settle(context: Context, case: int, *, happened: bool, by: str, key: str | None = None) -> RunState:
    """Record what a person found: it happened, or it did not, and then it can be run again; returns the run's state.

    That it did not can also be said of a delivery that failed and may have happened; from then on other values may be
    sent under its key. `key`: which delivery, needed where several are in doubt. Raise `Unknown`, or `Refused` where it
    is not in doubt.
    """
    with context.database.write(urgent=True) as session:
        cases.hold(session, case)
        newest = runs.newest(session, case)
        if newest is None:
            raise Unknown(f"there is no case {case}")
        open_ones = [row for row in deliveries.of_case(session, case) if _is_open(session, row)]
        if key is None and len(open_ones) > 1:
            keys = ", ".join(row.key for row in open_ones)
            raise Refused(f"several of its deliveries are in doubt; say which by its key: {keys}")
        delivery = next((row for row in open_ones if key in (None, row.key)), None)
        run = runs.get(session, delivery.run_id) if delivery is not None else None
        if delivery is None or run is None:
            raise Refused(f"its delivery is not in doubt; the case is {newest.state}")
        if delivery.state == DeliveryState.DOUBTFUL:
            to = _settle(session, run, delivery, happened=happened, by=by, context=context)
        elif happened:
            raise Refused("its target knows the key; run it again from deliver, and it is applied only once")
        else:
            deliveries.mark_maybe(session, delivery=delivery.id, state=delivery.state, maybe=False)
            to = RunState.FAILED
        audit.record(
            session,
            team=run.team_id,
            at=context.clock(),
            actor=by,
            action=SETTLED,
            subject=f"delivery:{delivery.id}",
            case=case,
            details={"happened": "yes" if happened else "no"},
        )
        workflow = known_workflow(context, teams.workflow_name(session, run.workflow_id))
        notices.doubt(session, delivery, workflow.review, at=context.clock())
        show_review(session, run, workflow, context=context)
        return to


def _is_open(session: Session, delivery: schema.Delivery) -> bool:
    """Is there something to be found out about a delivery?"""
    if delivery.state == DeliveryState.DOUBTFUL:
        return True
    run = runs.get(session, delivery.run_id)
    return delivery.maybe_applied and run is not None and run.state == RunState.FAILED


def _settle(
    session: Session, run: schema.Run, delivery: schema.Delivery, *, happened: bool, by: str, context: Context
) -> RunState:
    at = context.clock()
    ended = RunState.CLOSED if run.resolution == Resolution.REJECTED else RunState.DELIVERED
    to = ended if happened else RunState.FAILED
    found = DeliveryState.APPLIED if happened else DeliveryState.FAILED
    moved = move_run(session, run, to, at=at, actor=by)
    if not moved or not move_delivery(session, delivery, found, at=at, actor=by, maybe_applied=False):
        raise Refused("somebody else settled it at this moment")
    return to

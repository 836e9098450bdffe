"""Settles a delivery of which nobody knew whether it happened, once a person has looked."""

from sqlalchemy.orm import Session

from store import audit, cases, deliveries, runs, schema, teams
from workflows.engine.context import Context
from workflows.engine.delivering import show_review
from workflows.engine.errors import Refused, Unknown
from workflows.engine.states import DeliveryState, Resolution, RunState
from workflows.engine.transitions import move_delivery, move_run


def settle(context: Context, case: int, *, happened: bool, by: str) -> RunState:
    """Record what a person found: it happened, or it did not, and then it can be run again; returns the run's state.

    That it did not can also be said of a delivery that failed and may have happened; from then on other values may be
    sent under its key. Raise `Unknown`, or `Refused` where the case's delivery is not in doubt.
    """
    with context.database.write(urgent=True) as session:
        cases.hold(session, case)
        newest = runs.newest(session, case)
        if newest is None:
            raise Unknown(f"there is no case {case}")
        failed = deliveries.of_run(session, newest.id)
        if not happened and newest.state == RunState.FAILED and failed is not None and failed.maybe_applied:
            deliveries.clear(session, delivery=failed.id, state=failed.state)
            _note(session, newest, failed, happened=happened, by=by, context=context)
            return RunState.FAILED
        # A newer revision may have come since.
        run = next(iter(runs.of_case_in(session, case, (RunState.DOUBTFUL,))), None)
        delivery = deliveries.of_run(session, run.id) if run else None
        if run is None or delivery is None:
            raise Refused(f"its delivery is not in doubt; the case is {newest.state}")
        at = context.clock()
        ended = RunState.CLOSED if run.resolution == Resolution.REJECTED else RunState.DELIVERED
        to = ended if happened else RunState.FAILED
        found = DeliveryState.APPLIED if happened else DeliveryState.FAILED
        if not move_run(session, run, to, at=at, actor=by) or not move_delivery(
            session, delivery, found, at=at, actor=by, maybe_applied=False
        ):
            raise Refused("somebody else settled it at this moment")
        _note(session, run, delivery, happened=happened, by=by, context=context)
        return to


def _note(
    session: Session, run: schema.Run, delivery: schema.Delivery, *, happened: bool, by: str, context: Context
) -> None:
    audit.record(
        session,
        team=run.team_id,
        at=context.clock(),
        actor=by,
        action="delivery.settled",
        subject=f"delivery:{delivery.id}",
        case=run.case_id,
        details={"happened": "yes" if happened else "no"},
    )
    show_review(session, run, context.registry.get(teams.workflow_name(session, run.workflow_id)), context=context)

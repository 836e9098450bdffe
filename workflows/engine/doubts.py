"""Settles a delivery of which nobody knew whether it happened, once a person has looked."""

from store import audit, deliveries, runs, teams
from workflows.engine.context import Context
from workflows.engine.delivering import show_review
from workflows.engine.errors import Refused, Unknown
from workflows.engine.states import DeliveryState, Resolution, RunState
from workflows.engine.transitions import move_delivery, move_run


def settle(context: Context, case: int, *, happened: bool, by: str) -> RunState:
    """Record what a person found: it happened, or it did not, and then it can be run again; returns the run's state.

    Raise `Unknown`, or `Refused` where the case's delivery is not in doubt.
    """
    with context.database.write(urgent=True) as session:
        run = runs.newest(session, case)
        if run is None:
            raise Unknown(f"there is no case {case}")
        delivery = deliveries.of_run(session, run.id)
        if run.state != RunState.DOUBTFUL or delivery is None:
            raise Refused(f"its delivery is not in doubt; the case is {run.state}")
        at = context.clock()
        ended = RunState.CLOSED if run.resolution == Resolution.REJECTED else RunState.DELIVERED
        to = ended if happened else RunState.FAILED
        found = DeliveryState.APPLIED if happened else DeliveryState.FAILED
        if not move_run(session, run, to, at=at, actor=by) or not move_delivery(
            session, delivery, found, at=at, actor=by
        ):
            raise Refused("somebody else settled it at this moment")
        audit.record(
            session,
            team=run.team_id,
            at=at,
            actor=by,
            action="delivery.settled",
            subject=f"delivery:{delivery.id}",
            case=case,
            details={"happened": "yes" if happened else "no"},
        )
        show_review(session, run, context.registry.get(teams.workflow_name(session, run.workflow_id)), context=context)
        return to

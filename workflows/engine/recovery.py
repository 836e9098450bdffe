"""Takes back what a dead worker held."""

from store import runs, teams
from workflows.engine.claiming import BUSY
from workflows.engine.context import SYSTEM, Context
from workflows.engine.delivering import is_in_doubt, put_in_doubt
from workflows.engine.states import RunState
from workflows.engine.transitions import move_run


def take_back(context: Context) -> int:
    """Make the runs ready again that a dead worker held; returns how many. Only for who is alone on the database.

    A delivery that was cut off is made ready only where its target knows the key; elsewhere it is in doubt.
    """
    with context.database.write() as session:
        known = {
            row.id: row.name for row in teams.workflows(session, team=context.team) if row.name in context.registry
        }
        held = runs.in_states(session, workflows=known, states=BUSY)
        for run in held:
            workflow = context.registry.get(known[run.workflow_id])
            if run.state == RunState.DELIVERING and is_in_doubt(workflow, run, None):
                put_in_doubt(session, run, context=context)
            else:
                move_run(session, run, RunState.READY, at=context.clock(), actor=SYSTEM)
        return len(held)

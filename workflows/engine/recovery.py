"""Takes back what a dead worker held, and sets aside a case that ends every worker."""

from sqlalchemy.orm import Session

from store import contents, runs, schema, seams, teams
from store.seams import Seam
from workflows.engine import notices
from workflows.engine.canonical import canonical
from workflows.engine.claiming import BUSY
from workflows.engine.context import SYSTEM, Context
from workflows.engine.delivering import is_in_doubt, not_applied, put_in_doubt, show_review
from workflows.engine.registry import AnyWorkflow
from workflows.engine.states import RunState
from workflows.engine.transitions import move_run

MAX_CLAIMS = 10
"""How often a run is claimed before its workers' ends are held against it."""


def take_back(context: Context) -> int:
    """Make the runs ready again that a dead worker held; returns how many. Only for who is alone on the database.

    A delivery that was cut off is made ready only where its target knows the key; elsewhere it is in doubt. A run that
    has been claimed `MAX_CLAIMS` times fails visibly: it may be what ends its workers, and its neighbours must go on.
    """
    with context.database.write() as session:
        known = {
            row.id: row.name for row in teams.workflows(session, team=context.team) if row.name in context.registry
        }
        held = runs.in_states(session, workflows=known, states=BUSY)
        for run in held:
            _take_back(session, run, context.registry.get(known[run.workflow_id]), context=context)
        return len(held)


def take_back_one(context: Context, run: int) -> None:
    """Make a run ready again that a dead worker held. Only for whoever is entitled to it: its job came back."""
    with context.database.write() as session:
        row = runs.get(session, run)
        if row is not None and row.state in BUSY:
            name = teams.workflow_name(session, row.workflow_id)
            _take_back(session, row, context.registry.get(name), context=context)


def _take_back(session: Session, run: schema.Run, workflow: AnyWorkflow, *, context: Context) -> None:
    seams.before(Seam.RECOVERY, f"run:{run.id}")
    if run.state == RunState.DELIVERING and is_in_doubt(workflow, run, None):
        put_in_doubt(session, run, workflow, context=context)
        show_review(session, run, workflow, context=context)
    elif run.epoch >= MAX_CLAIMS:
        _set_aside(session, run, context=context)
        show_review(session, run, workflow, context=context)
    else:
        move_run(session, run, RunState.READY, at=context.clock(), actor=SYSTEM)


def _set_aside(session: Session, run: schema.Run, *, context: Context) -> None:
    at = context.clock()
    body = canonical({"step": None, "type": "WorkerLost", "message": f"{run.epoch} workers ended while they had it"})
    problem = contents.keep(session, team=run.team_id, case=run.case_id, kind="problem", body=body)
    not_applied(session, run, maybe=True, context=context)
    if move_run(session, run, RunState.FAILED, at=at, actor=SYSTEM, problem_id=problem):
        notices.failure(session, run, at=at)

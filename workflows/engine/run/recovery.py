"""Recovery of runs from lost workers. A case that ends every worker is set aside.

Where a process ends with several runs, it is unknown which of them ended it. A run that was lost a few times is a
suspect, and is worked on while nothing else is. If the process ends then, the loss counts for this run only.
"""

from collections.abc import Collection

from sqlalchemy.orm import Session

from store import schema
from store.cases import contents, runs
from store.cases.runs import LoadedRun
from store.db import failpoints
from store.db.failpoints import Failpoint
from store.governance import teams
from store.states import BUSY, RunState
from workflows.engine.case.leases import Lease, is_suspect, pinned_to
from workflows.engine.case.transitions import move_run, stop_run
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.deliver.delivery import is_in_doubt, put_in_doubt, show_review
from workflows.engine.run.stops import LOST, lost
from workflows.engine.run.waking import awaken
from workflows.engine.text.canonical_json import canonical

IN_THE_MIDDLE = "Countersign ended in the middle of the delivery"
"""The message where a delivery was cut off whose target does not know its key."""
MAX_LOSSES = 10
"""Number of losses with a worker after which a run fails, visibly, so that other runs go on."""


def take_back(context: Context, *, died: bool = True, but: Collection[int] = ()) -> int:
    """Make the runs ready again that a worker held, and return their number. Call it only while no worker runs.

    A delivery that was cut off is made ready only where its target knows the key; elsewhere it is in doubt. `died`: the
    worker's process ended; otherwise it only could not record its progress. `but`: runs that are being worked on here.
    """
    with context.database.write() as session:
        known = {
            row.id: row.name for row in teams.workflows(session, team=context.team) if row.name in context.registry
        }
        held = [run for run in runs.busy(session, team=context.team, workflows=known) if run.id not in but]
        was_alone = any(run.alone for run in held)
        for run in held:
            is_lost = died and (run.alone or not was_alone)
            _take_back(session, run, context.registry.get(known[run.workflow_id]), is_lost=is_lost, context=context)
    # A process that resumed a workflow may have ended before it released all held runs.
    awaken(context)
    return len(held)


def keep_apart(context: Context, lease: Lease) -> None:
    """Note that a run is worked on while nothing else is. The caller makes sure of that."""
    with context.database.write() as session:
        runs.mark_alone(session, team=context.team, run=lease.run, lease=lease.number)


def claim_one(session: Session, loaded: LoadedRun, *, died: bool, alone: bool, context: Context) -> Lease | None:
    """Lease a run that is ready or that a worker held. Only a caller that was given the run's job may do so.

    `died`: as for `take_back`. `alone`: nothing else is worked on here; otherwise a suspect is not leased. Raise
    `Unknown` where this process does not know its workflow.
    """
    run, workflow = loaded.run, context.registry.get(loaded.workflow)
    if run.state in BUSY:
        _take_back(session, run, workflow, is_lost=died, context=context)
    if run.state != RunState.READY or (is_suspect(run) and not alone):
        return None
    at, held_at, number = context.clock(), run.lease, run.lease + 1
    pinned = pinned_to(context, run, live=loaded.live, beside=loaded.beside)
    if not move_run(
        session, run, RunState.RUNNING, at=at, actor=SYSTEM, held_at=held_at, lease=number, alone=alone, **pinned
    ):
        return None
    return Lease(run=run.id, case=run.case_id, number=number, is_suspect=is_suspect(run))


def _take_back(session: Session, run: schema.Run, workflow: AnyWorkflow, *, is_lost: bool, context: Context) -> None:
    failpoints.before(Failpoint.RECOVERY, f"run:{run.id}")
    if run.state == RunState.DELIVERING and is_in_doubt(workflow, run, None):
        stop = lost(session, context, run, workflow, IN_THE_MIDDLE)
        put_in_doubt(session, run, workflow, stop, context=context)
        show_review(session, run, workflow, context=context)
        return
    losses = run.losses + is_lost
    if losses >= MAX_LOSSES:
        _set_aside(session, run, workflow, losses, context=context)
        show_review(session, run, workflow, context=context)
    else:
        move_run(session, run, RunState.READY, at=context.clock(), actor=SYSTEM, losses=losses, alone=False)


def _set_aside(session: Session, run: schema.Run, workflow: AnyWorkflow, losses: int, *, context: Context) -> None:
    at, message = context.clock(), f"{losses} workers ended while they worked on it"
    body = canonical({"step": None, "type": LOST, "message": message})
    problem = contents.keep(session, team=run.team_id, case=run.case_id, kind="problem", body=body)
    stop = lost(session, context, run, workflow, message)
    stop_run(session, run, RunState.FAILED, stop, at=at, problem_id=problem)

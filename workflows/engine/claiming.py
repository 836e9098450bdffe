"""Which run is worked on next, and by whom."""

from dataclasses import dataclass
from datetime import datetime

from store import runs, teams
from workflows.engine.context import SYSTEM, Context
from workflows.engine.errors import Unknown
from workflows.engine.states import RunState
from workflows.engine.transitions import move_run

BUSY = (RunState.RUNNING, RunState.DELIVERING)
"""Run states in which a worker holds the run."""


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A run that the caller may work on, as long as its epoch is this one."""

    run: int
    case: int
    epoch: int


def claim_one(context: Context, run: int) -> Claimed | None:
    """Claim a run, if it is ready. Raise `Unknown` where this process does not know its workflow."""
    with context.database.write() as session:
        row = runs.get(session, run)
        if row is None:
            return None
        name = teams.workflow_name(session, row.workflow_id)
        if name not in context.registry:
            raise Unknown(f"the workflow {name} is not known to this process")
        held_at, epoch = row.epoch, row.epoch + 1
        if row.state != RunState.READY or not move_run(
            session, row, RunState.RUNNING, at=context.clock(), actor=SYSTEM, held_at=held_at, epoch=epoch
        ):
            return None
        return Claimed(run=row.id, case=row.case_id, epoch=epoch)


def claim(context: Context, *, limit: int, case: int | None = None, since: datetime | None = None) -> list[Claimed]:
    """Claim the next ready runs of known workflows, oldest first, at most one for each case.

    `case`: only this one's. `since`: only runs that wait for their delivery, or came or were changed since.
    """
    with context.database.write() as session:
        known = [row.id for row in teams.workflows(session, team=context.team) if row.name in context.registry]
        ready = runs.claimable(
            session, workflows=known, ready=RunState.READY, busy=BUSY, limit=limit, case=case, since=since
        )
        at = context.clock()
        claimed = []
        for run in ready:
            held_at, epoch = run.epoch, run.epoch + 1
            if move_run(session, run, RunState.RUNNING, at=at, actor=SYSTEM, held_at=held_at, epoch=epoch):
                claimed.append(Claimed(run=run.id, case=run.case_id, epoch=epoch))
        return claimed

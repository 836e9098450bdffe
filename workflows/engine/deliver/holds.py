"""Holds: the deliveries of a workflow are held while it is paused together with its deliveries, and released
afterwards.

Nothing is lost: a held run is a row, and each process that starts releases the runs that another one left. Deliveries
that wait for their target are in `workflows.engine.deliver.waiting_deliveries`.
"""

from enum import StrEnum

from sqlalchemy.orm import Session
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from store import schema
from store.cases import waiting_runs, workflow_pauses
from store.db.database import Unavailable
from store.states import RunState
from workflows.engine.case.transitions import move_run
from workflows.engine.context import SYSTEM, Context

AT_ONCE = 200
"""Runs that are released in one transaction."""

_patiently = Retrying(
    retry=retry_if_exception_type(Unavailable),
    stop=stop_after_delay(30),
    wait=wait_exponential(0.1, max=5),
    reraise=True,
)


class Held(StrEnum):
    """The reason why a delivery is held."""

    PAUSED = "paused"
    """Its workflow is paused together with its deliveries."""
    BEHIND = "behind"
    """An older delivery of its case is still to be made; the newer one has to arrive later."""
    DOWN = "down"
    """Its target is down."""
    ANNOUNCED = "announced"
    """It was announced, and a person can still stop it."""
    GRACE = "grace"
    """The person who decided can still take it back."""


def held(session: Session, run: schema.Run, target: str) -> Held | None:
    """Return why a run's delivery has to wait, valid until the transaction ends; None where it need not."""
    pause = workflow_pauses.current(session, run.workflow_id, team=run.team_id, held=True)
    if pause is not None and pause.holds_deliveries:
        return Held.PAUSED
    return in_the_way(session, run, target)


def in_the_way(session: Session, run: schema.Run, target: str) -> Held | None:
    """Return what a run's delivery waits for, apart from a pause of its workflow."""
    found = waiting_runs.obstacle(session, run, target=target)
    if found.behind:
        return Held.BEHIND
    return Held.DOWN if found.down else None


def release_all(context: Context, *, by: str = SYSTEM) -> int:
    """Make all held runs ready whose workflows no longer hold deliveries, in batches; return their number.

    Raise `store.db.database.Unavailable` where the database cannot be used for half a minute.
    """
    released = 0
    while number := _patiently(release, context, by=by):
        released += number
    return released


def release(context: Context, *, by: str = SYSTEM) -> int:
    """Make the oldest held runs ready, and return their number."""
    with context.database.write() as session:
        at = context.clock()
        found = workflow_pauses.releasable(session, team=context.team, limit=AT_ONCE)
        return sum(move_run(session, run, RunState.READY, at=at, actor=by) for run in found)

"""Holds what is resolved while its workflow is paused with its deliveries, and releases it afterwards. Nothing is lost:
what is held is a row, and whoever starts to work releases what somebody else did not come to.

What waits for its target is in `workflows.engine.deliver.waiting_deliveries`.
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
    """Why a delivery is kept for later."""

    PAUSED = "paused"
    """Its workflow is paused with its deliveries."""
    BEHIND = "behind"
    """An older delivery of its case is still to be made: what is newer has to arrive later."""
    DOWN = "down"
    """Its target is down."""


def held(session: Session, run: schema.Run, target: str) -> Held | None:
    """Why a run's delivery has to wait, as things stand until the transaction ends; None where it has not."""
    standing = workflow_pauses.standing(session, run.workflow_id, team=run.team_id, held=True)
    if standing is not None and standing.holds_deliveries:
        return Held.PAUSED
    return in_the_way(session, run, target)


def in_the_way(session: Session, run: schema.Run, target: str) -> Held | None:
    """What is in the way of a run's delivery where its workflow is not."""
    found = waiting_runs.obstacle(session, run, target=target)
    if found.behind:
        return Held.BEHIND
    return Held.DOWN if found.down else None


def release_all(context: Context, *, by: str = SYSTEM) -> int:
    """Make the held runs ready whose workflows hold no deliveries, in batches; returns how many.

    Raise `store.db.database.Unavailable` where that cannot be done for half a minute.
    """
    released = 0
    while number := _patiently(release, context, by=by):
        released += number
    return released


def release(context: Context, *, by: str = SYSTEM) -> int:
    """Make the oldest of them ready; returns how many."""
    with context.database.write() as session:
        at = context.clock()
        found = workflow_pauses.releasable(session, team=context.team, limit=AT_ONCE)
        return sum(move_run(session, run, RunState.READY, at=at, actor=by) for run in found)

"""Holds what is resolved while its workflow is paused with its deliveries, and releases it afterwards. Nothing is lost:
what is held is a row, and whoever starts to work releases what somebody else did not come to.
"""

from sqlalchemy.orm import Session
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from store import pausing, schema
from store.database import Unavailable
from workflows.engine.context import SYSTEM, Context
from workflows.engine.states import RunState
from workflows.engine.transitions import move_run

AT_ONCE = 200
"""Runs that are released in one transaction."""

_patiently = Retrying(
    retry=retry_if_exception_type(Unavailable),
    stop=stop_after_delay(30),
    wait=wait_exponential(0.1, max=5),
    reraise=True,
)


def is_held(session: Session, run: schema.Run) -> bool:
    """Has a run's delivery to wait, as things stand until the transaction ends?

    It waits behind an older one of its case, too: what is newer has to arrive later.
    """
    standing = pausing.standing(session, run.workflow_id, held=True)
    return (standing is not None and standing.holds_deliveries) or is_behind(session, run)


def is_behind(session: Session, run: schema.Run) -> bool:
    """Is an older run of its case held still?"""
    return pausing.is_behind(session, run, state=RunState.HOLDING)


def release_all(context: Context, *, by: str = SYSTEM) -> int:
    """Make the held runs ready whose workflows hold no deliveries, in batches; returns how many.

    Raise `store.database.Unavailable` where that cannot be done for half a minute.
    """
    released = 0
    while number := _patiently(release, context, by=by):
        released += number
    return released


def release(context: Context, *, by: str = SYSTEM) -> int:
    """Make the oldest of them ready; returns how many."""
    with context.database.write() as session:
        at, held = context.clock(), RunState.HOLDING
        found = pausing.releasable(session, team=context.team, state=held, limit=AT_ONCE)
        return sum(move_run(session, run, RunState.READY, at=at, actor=by) for run in found)

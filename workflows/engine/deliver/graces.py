"""Grace periods: a decision is delivered after a while in which the person who made it can take it back.

The run holds its delivery meanwhile, and a look at the clock ends that: whichever process looks first, once.
"""

from datetime import datetime

from store import schema
from store.cases import graces
from store.states import RunState
from workflows.engine.case.transitions import move_run
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.review import Review

AT_ONCE = 200
"""Runs whose grace period is ended in one transaction."""


def end_of(declared: Review, *, at: datetime) -> datetime | None:
    """Return when the grace period of a decision ends; None where it has none."""
    return at + declared.grace if declared.grace else None


def is_in_grace(run: schema.Run, *, at: datetime) -> bool:
    """Tell whether a run's decision can still be taken back."""
    return run.state == RunState.HOLDING and run.held_until is not None and at < run.held_until


def release(context: Context) -> int:
    """Make the oldest runs ready whose grace period is over, and return their number.

    Where something else holds their deliveries too, the worker finds that out and says so on their cards.
    """
    with context.database.read() as session:
        if not graces.is_any_over(session, team=context.team, at=context.clock()):
            return 0
    with context.database.write() as session:
        at = context.clock()
        found = graces.over(session, team=context.team, at=at, limit=AT_ONCE)
        return sum(move_run(session, run, RunState.READY, at=at, actor=SYSTEM, held_until=None) for run in found)

"""Announced cases: a confident one is shown to people, and delivered after a while unless one of them stops it.

The run is resolved alone and holds its delivery until then; whichever process looks at the clock first ends that, once.
Before the delivery begins, all that let it be announced is looked at again. A lapse is no sign-off: nobody looked.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from store import schema
from store.governance import teams
from store.learning import announcements
from store.states import AnnouncementState, RunState
from workflows.engine.case import notices, transitions
from workflows.engine.case.transitions import move_run
from workflows.engine.context import SYSTEM, Context
from workflows.engine.declare.registry import AnyWorkflow

AT_ONCE = 200
"""Runs that are made ready in one transaction."""


def announce(session: Session, context: Context, run: schema.Run, workflow: AnyWorkflow, *, until: datetime) -> None:
    """Announce a run that is resolved alone now and holds its delivery. The caller moves it."""
    at = context.clock()
    added = transitions.announce(session, run, until=until, at=at, actor=SYSTEM)
    notices.announced(session, added, workflow.review, team=run.team_id, at=at)


def is_in_time(run: schema.Run) -> bool:
    """Tell whether the delivery of an announced run has not begun, so that it can still be stopped."""
    return run.state == RunState.HOLDING and run.held_until is not None


def end(
    session: Session,
    run: schema.Run,
    workflow: AnyWorkflow,
    to: AnnouncementState,
    *,
    at: datetime,
    by: str = SYSTEM,
) -> bool:
    """End the announcement of a run, and have its card show that; False where there is none, or it ended before.

    `by`: the person who stopped it, or `SYSTEM`.
    """
    ended = transitions.move_announcement(session, run, to, at=at, actor=by)
    if ended is not None:
        notices.announced(session, ended, workflow.review, team=run.team_id, at=at)
    return ended is not None


def show(session: Session, run: schema.Run, workflow: AnyWorkflow, *, at: datetime) -> None:
    """Have the card of a run's announcement redrawn, if it has one."""
    row = announcements.of_run(session, run.id, team=run.team_id)
    if row is not None:
        notices.announced(session, row.id, workflow.review, team=run.team_id, at=at)


def release(context: Context) -> int:
    """Make the oldest announced runs ready that may not go out any more, and return their number.

    The worker finds out why, and a person decides them: nobody waits for the end of their time.
    """
    with context.database.read() as session:
        if not announcements.is_any_over(session, team=context.team, workflows=_known(session, context)):
            return 0
    with context.database.write() as session:
        at = context.clock()
        found = announcements.over(session, team=context.team, workflows=_known(session, context), limit=AT_ONCE)
        return sum(move_run(session, run, RunState.READY, at=at, actor=SYSTEM, held_until=None) for run in found)


def _known(session: Session, context: Context) -> list[int]:
    return [row.id for row in teams.workflows(session, team=context.team) if row.name in context.registry]

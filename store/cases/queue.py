"""The queue of runs to advance. On SQLite the ready row is the queue; on PostgreSQL it is procrastinate's.

A run is queued on the session's own connection, in the transaction that makes it ready, so there is never one without
the other. Jobs of one case are worked on one after the other.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from store.governance.teams import is_oldest
from store.states import BUSY, RunState

if TYPE_CHECKING:  # procrastinate comes with the extra "postgres"
    from procrastinate import App

TASK = "advance"
QUEUE = "runs"
"""Queue of the oldest team; another's has its number in its name, so that its jobs go to its own workers."""

_WITHOUT_JOB = text(
    """
    SELECT runs.id, runs.case_id FROM runs
    WHERE runs.team_id = :team AND runs.state IN :states AND NOT EXISTS (
        SELECT 1 FROM procrastinate_jobs AS job
        WHERE job.task_name = :task AND job.status IN ('todo', 'doing') AND (job.args->>'run')::bigint = runs.id
    )
    ORDER BY runs.id
    """
).bindparams(bindparam("states", (RunState.READY, *BUSY), expanding=True))


_BROUGHT_FORWARD = text(
    "UPDATE procrastinate_jobs SET scheduled_at = now() "
    "WHERE task_name = :task AND status = 'todo' AND scheduled_at > now() + make_interval(secs => :longest)"
)
_NO_LONGER_AHEAD = text(
    "UPDATE procrastinate_workers SET last_heartbeat = now() WHERE last_heartbeat > now() + interval '1 minute'"
)


def forget_wrong_clocks(session: Session, *, longest: float) -> None:
    """Repair what was written while a clock was ahead: jobs put off until then, and heartbeats from then.

    `longest`: seconds for which a job may be put off. A dead worker with a heartbeat in the future would never count as
    dead.
    """
    session.execute(_BROUGHT_FORWARD, {"task": TASK, "longest": longest})
    session.execute(_NO_LONGER_AHEAD)


def queue_of(*, team: int, is_oldest: bool) -> str:
    """Return the name of the queue of a team."""
    return QUEUE if is_oldest else f"{QUEUE}-{team}"


def enqueue(session: Session, *, team: int, run: int, case: int) -> None:
    """Have a run of a team advanced once this transaction is committed."""
    enqueue_all(session, [(run, case)], team=team)


def enqueue_all(session: Session, queued: Sequence[tuple[int, int]], *, team: int) -> None:
    """Have runs of a team advanced once this transaction is committed. `queued`: each run with its case."""
    if session.get_bind().dialect.name != "postgresql" or not queued:
        return
    name = queue_of(team=team, is_oldest=is_oldest(session, team=team))
    connection = session.connection().connection.driver_connection
    job = _deferring().configure_task(TASK, queue=name).job
    jobs = [job.evolve(lock=f"case-{case}", task_kwargs={"run": run}) for run, case in queued]
    _deferring().job_manager.batch_defer_jobs(jobs, connection=connection)


def enqueue_forgotten(session: Session, *, team: int) -> int:
    """Queue the runs of a team that are to be worked on, or are, and have no job; returns how many."""
    found = session.execute(_WITHOUT_JOB, {"task": TASK, "team": team}).all()
    enqueue_all(session, [(run, case) for run, case in found], team=team)
    return len(found)


@cache
def _deferring() -> "App":
    """Return an app that only defers jobs, on connections that it is given; it opens none of its own."""
    from procrastinate import App, SyncPsycopgConnector

    return App(connector=SyncPsycopgConnector())

"""Leases: a worker's temporary right to work on a run."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store import schema
from store.cases import runs
from store.governance import teams
from store.states import RunState
from workflows.engine.case.transitions import move_run
from workflows.engine.context import SYSTEM, Context

SUSPECTED = 3
"""Number of times that a run is lost with its worker before it is worked on only alone."""


Pinned = dict[str, Any]
"""Columns of a run that settle its deployment; Any: they go into a call with others. Empty where it has one, or none is
live.
"""


class Clogged(RuntimeError):
    """Too many threads wait for a workflow's code here, so no more of its runs are begun for now."""


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A run that the caller may work on, as long as the run still has this lease number."""

    run: int
    case: int
    number: int
    """Number that grows with each lease of the run; a lease with an older number is no longer valid."""
    is_suspect: bool = False
    """True if the run was lost with its worker a few times. It is worked on while nothing else is."""


def claim(
    context: Context,
    *,
    limit: int,
    case: int | None = None,
    since: datetime | None = None,
    but: Collection[str] = (),
) -> list[Lease]:
    """Lease the next ready runs of known workflows, oldest first, at most one for each case.

    `case`: only runs of this case. `since`: only runs that wait for their delivery, or that came or changed since.
    `but`: no runs of these workflows.
    """
    with context.database.write() as session:
        rows = teams.workflows(session, team=context.team)
        known = {row.id: row for row in rows if row.name in context.registry and row.name not in but}
        ready = runs.claimable(session, team=context.team, workflows=known, limit=limit, case=case, since=since)
        at = context.clock()
        claimed = []
        for run in ready:
            held_at, number, row = run.lease, run.lease + 1, known[run.workflow_id]
            pinned = pinned_to(context, run, live=row.live_id, beside=row.beside_id)
            if move_run(
                session,
                run,
                RunState.RUNNING,
                at=at,
                actor=SYSTEM,
                held_at=held_at,
                lease=number,
                alone=False,
                **pinned,
            ):
                claimed.append(Lease(run=run.id, case=run.case_id, number=number, is_suspect=is_suspect(run)))
        return claimed


def pinned_to(context: Context, run: schema.Run, *, live: int | None, beside: int | None) -> Pinned:
    """Return the columns that settle with which deployment a run proposes, when a worker first takes it.

    `live`, `beside`: the deployments in the row of its workflow. From then on it stays with this one.
    """
    if run.resolution is not None or run.deployment_id is not None:
        return {}
    deployment = context.versions.pin(live=live, beside=beside, case=run.case_id)
    return {} if deployment is None else {"deployment_id": deployment}


def is_suspect(run: schema.Run) -> bool:
    """Tell whether this run may be the one that ends its workers."""
    return run.losses >= SUSPECTED

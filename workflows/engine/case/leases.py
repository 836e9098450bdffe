"""Which run is worked on next, and by whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from store import schema
from store.cases import runs
from store.governance import teams
from store.states import RunState
from workflows.engine.case.transitions import move_run
from workflows.engine.context import SYSTEM, Context

SUSPECTED = 3
"""How often a run is lost with its worker before it is worked on while nothing else is."""


class Clogged(RuntimeError):
    """Nothing more of a workflow is begun here for now: too many threads wait for its code."""


@dataclass(frozen=True, kw_only=True)
class Lease:
    """A run that the caller may work on, as long as the run still has this number."""

    run: int
    case: int
    number: int
    """Grows with each lease of the run: an older one is worth nothing."""
    is_suspect: bool = False
    """It was lost with its worker a few times, and is worked on while nothing else is."""


def claim(
    context: Context,
    *,
    limit: int,
    case: int | None = None,
    since: datetime | None = None,
    but: Collection[str] = (),
) -> list[Lease]:
    """Claim the next ready runs of known workflows, oldest first, at most one for each case.

    `case`: only this one's. `since`: only runs that wait for their delivery, or came or were changed since. `but`: none
    of these workflows.
    """
    with context.database.write() as session:
        rows = teams.workflows(session, team=context.team)
        known = [row.id for row in rows if row.name in context.registry and row.name not in but]
        ready = runs.claimable(session, team=context.team, workflows=known, limit=limit, case=case, since=since)
        at = context.clock()
        claimed = []
        for run in ready:
            held_at, number = run.lease, run.lease + 1
            if move_run(
                session, run, RunState.RUNNING, at=at, actor=SYSTEM, held_at=held_at, lease=number, alone=False
            ):
                claimed.append(Lease(run=run.id, case=run.case_id, number=number, is_suspect=is_suspect(run)))
        return claimed


def is_suspect(run: schema.Run) -> bool:
    """May it be this run that ends its workers?"""
    return run.losses >= SUSPECTED

"""Counts of runs by their state, and the runs that do not come on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.cases import journal, runs
from store.governance import teams
from store.states import NOT_ENDED, RunState
from workflows.engine.context import Context


@dataclass(frozen=True, kw_only=True)
class Stalled:
    """A run that stays at one step, or at its delivery."""

    case: int
    since: datetime


def run_counts(context: Context) -> Mapping[RunState, int]:
    """Count the runs that have not come to an end, by state; a state without runs counts 0."""
    with context.database.read() as session:
        found = runs.counts(session, team=context.team, states=NOT_ENDED)
    return dict.fromkeys(NOT_ENDED, 0) | found


def ready(context: Context) -> int:
    """Count the runs to be worked on, of the workflows that are known here."""
    with context.database.read() as session:
        names = {row.id: row.name for row in teams.workflows(session, team=context.team)}
        counts = runs.ready_of(session, team=context.team)
    return sum(number for workflow, number in counts.items() if names[workflow] in context.registry)


def stalled(context: Context, *, longer_than: timedelta) -> Sequence[Stalled]:
    """Return the runs of known workflows that a worker holds, unchanged for so long; the first begun first."""
    with context.database.read() as session:
        known = {row.id for row in teams.workflows(session, team=context.team) if row.name in context.registry}
        held = runs.busy(session, team=context.team, workflows=known)
        written = journal.last_written(session, [run.id for run in held], team=context.team)
    latest = context.clock() - longer_than
    since = {run.id: max(run.changed_at, written.get(run.id, run.changed_at)) for run in held}
    return [Stalled(case=run.case_id, since=since[run.id]) for run in held if since[run.id] < latest]


def newest_state(context: Context, case: int) -> RunState | None:
    """Return the state of a case's newest run; None where it has none."""
    with context.database.read() as session:
        run = runs.newest(session, case, team=context.team)
    return run.state if run is not None else None

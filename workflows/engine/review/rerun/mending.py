"""Acts on a cause of failures: a person takes it over, ignores it, resolves it, runs one of its cases again.

Each act names the version of the cause that was shown, so that of two at once one wins and the other is told.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from store import schema
from store.cases import causes, runs
from store.governance import teams
from store.states import CauseState
from workflows.engine.case.lookup import known_workflow
from workflows.engine.causes import counting
from workflows.engine.causes.counting import AGAIN
from workflows.engine.causes.moves import CAUSE_MOVES
from workflows.engine.context import Context
from workflows.engine.errors import Stale, Unknown
from workflows.engine.review.rerun import reruns
from workflows.engine.review.views import Rerun

_LATE = "this has changed since it was shown; the card shows it now"


@dataclass(frozen=True, kw_only=True)
class Until:
    """The end of being ignored; one of these."""

    time: timedelta | None = None
    count: int | None = None
    """Number of further failures."""
    rate: int | None = None
    """Number of failures within an hour of the clock."""


@dataclass(frozen=True, kw_only=True)
class CausePlace:
    """The workflow of a cause: all that a right to it depends on."""

    cause: int
    workflow: str


def place_of(context: Context, cause: int) -> CausePlace:
    """Return the workflow of a cause. Raise `Unknown` for an unknown cause or workflow."""
    with context.database.read() as session:
        row = _found(session, context, cause)
        name = teams.workflow_name(session, row.workflow_id, team=context.team)
    known_workflow(context, name)
    return CausePlace(cause=cause, workflow=name)


def take_over(context: Context, cause: int, version: int, *, by: str) -> None:
    """Note that a person mends a cause. Raise `Unknown`, or `Stale` where it changed since it was shown."""
    with context.database.write(urgent=True) as session:
        row = _shown(session, context, cause, version, to=CauseState.MENDING)
        if row.state is not CauseState.MENDING or row.changed_by != by:
            _move(session, context, row, CauseState.MENDING, by=by)


def ignore(context: Context, cause: int, version: int, *, until: Until, by: str) -> None:
    """Leave a cause alone until a time, a count or a rate. Raise as `take_over` does."""
    with context.database.write(urgent=True) as session:
        row = _shown(session, context, cause, version, to=CauseState.IGNORED)
        _move(
            session,
            context,
            row,
            CauseState.IGNORED,
            by=by,
            ignored_until=context.clock() + until.time if until.time is not None else None,
            ignored_count=row.count + until.count if until.count is not None else None,
            ignored_rate=until.rate,
        )


def resolve(context: Context, cause: int, version: int, *, by: str) -> None:
    """Note that a person mended a cause, in the code that this process has. Raise as `take_over` does."""
    with context.database.write(urgent=True) as session:
        row = _shown(session, context, cause, version, to=CauseState.RESOLVED)
        workflow = known_workflow(context, teams.workflow_name(session, row.workflow_id, team=context.team))
        at, code_version = context.clock(), context.registry.code_version(workflow)
        if not counting.resolve(session, row, code_version=code_version, by=by, at=at):
            raise Stale(_LATE)
        counting.show(session, row.id, team=context.team, at=at)


def open_again(context: Context, cause: int, version: int, *, by: str) -> None:
    """Open a cause again that was ignored or resolved. Raise as `take_over` does."""
    with context.database.write(urgent=True) as session:
        row = _shown(session, context, cause, version, to=CauseState.OPEN)
        _move(session, context, row, CauseState.OPEN, by=by)


def rerun_one(context: Context, cause: int, run: int, *, by: str) -> Rerun:
    """Run the case of a failed run of a cause again, from the step that failed. Pressed twice, it is done once.

    Raise `Unknown`, `Stale` where that run is run again already, or `Refused` with the reason.
    """
    with context.database.read() as session:
        _found(session, context, cause)
        row = runs.get(session, run, team=context.team)
    if row is None or row.cause_id != cause or row.state not in AGAIN:
        raise Stale("this case was run again already; the card shows which one is next")
    return reruns.rerun(context, row.case_id, by=by)


def sweep(context: Context) -> int:
    """Open the causes again whose time of being ignored is over, and return their number."""
    at = context.clock()
    with context.database.read() as session:
        if not causes.over(session, team=context.team, at=at, limit=1):
            return 0
    with context.database.write() as session:
        return counting.reopen_what_is_over(session, team=context.team, at=at)


def _found(session: Session, context: Context, cause: int) -> schema.Cause:
    row = causes.get(session, cause, team=context.team)
    if row is None:
        raise Unknown(f"there is no cause {cause}")
    return row


def _shown(session: Session, context: Context, cause: int, version: int, *, to: CauseState) -> schema.Cause:
    """Return a cause as it was shown. Raise `Stale` where it changed since, or cannot be brought into this state."""
    row = _found(session, context, cause)
    if row.version != version or to not in CAUSE_MOVES[row.state]:
        raise Stale(_LATE)
    return row


def _move(session: Session, context: Context, row: schema.Cause, to: CauseState, *, by: str, **changes: Any) -> None:
    at = context.clock()
    if not counting.move(session, row, to, by=by, at=at, **changes):
        raise Stale(_LATE)
    counting.show(session, row.id, team=context.team, at=at)

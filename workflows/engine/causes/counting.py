"""The count of failures by cause, and what becomes of a cause when its runs go on.

A cause is counted in the transaction in which a run fails, as the last thing in it: its row is locked from then until
the commit, so that the failures of one cause wait for each other no longer than a commit takes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from store import schema
from store.cases import causes
from store.faces import FAILURES
from store.governance import audit
from store.slack import outbox
from store.states import STOPPED, CauseState, Resolution, RunState
from store.subjects import SubjectKind
from workflows.engine.causes.fingerprint import VALUE, Failure
from workflows.engine.causes.moves import CAUSE_MOVES, Standing, Why, why_reopened
from workflows.engine.context import SYSTEM
from workflows.engine.declare.steps import DELIVER

THROUGH = frozenset({RunState.WAITING, RunState.DELIVERED, RunState.CLOSED})
"""States of a run that took the place of a failed one, and got past what failed."""
AGAIN = (RunState.FAILED, RunState.PARKED)
"""States of a stopped run that can be run again at once."""
MOST_ALIKE = 20
"""Causes of one workflow, step and type of error that differ in their message or system. Further ones are one cause:
otherwise a message that says something new each time would flood the channel.
"""
HOUR = timedelta(hours=1)
KEPT = timedelta(days=7)
"""Time for which the numbers of each hour are kept."""
NEW, BACK, RERUN = "new", "back", "rerun"
"""Occasions on which a cause's people are called: once, each time that it came back, and when a bulk rerun ended."""
FORGETS_EVERY = 100
"""Failures of a cause between two times that the numbers of older hours are forgotten."""
AT_ONCE = 100
"""Causes that are opened again in one transaction because their time is over."""


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A stop of a run, as its cause counts it."""

    failure: Failure
    cost: Decimal
    """US dollars that the run took, recalled steps left out."""
    code_version: str | None


def cause_of(session: Session, run: schema.Run, failure: Failure, *, at: datetime) -> int:
    """Return the cause of a run's failure; add it where it is new."""
    team, found = run.team_id, causes.find(session, failure.fingerprint, team=run.team_id)
    if found is not None:
        return found
    step, error = failure.step, failure.error
    number = causes.number_of(session, team=team, workflow=run.workflow_id, step=step, error=error, at_most=MOST_ALIKE)
    if number >= MOST_ALIKE and failure.message != VALUE:
        any_of_them = Failure(workflow=failure.workflow, step=step, error=error, dependency=None, message=VALUE)
        return cause_of(session, run, any_of_them, at=at)
    added = causes.add(
        session,
        team=team,
        workflow=run.workflow_id,
        fingerprint=failure.fingerprint,
        step=step,
        error=error,
        dependency=failure.dependency,
        message=failure.message,
        by=SYSTEM,
        at=at,
    )
    if added is None:
        other = causes.find(session, failure.fingerprint, team=team)
        assert other is not None
        return other
    _record(session, added, "opened", team=team, at=at, actor=SYSTEM, details={"fingerprint": failure.fingerprint})
    return added


def count(session: Session, cause: int, stop: Stop, *, team: int, began: datetime, at: datetime) -> None:
    """Count a failure, and have the cause's card drawn. `began`: when the attempt began that failed."""
    hour, version = at.replace(minute=0, second=0, microsecond=0), stop.code_version
    counted = causes.count(session, cause, team=team, at=at, hour=hour, cost=stop.cost, failed_in=version)
    if counted.state in (CauseState.RESOLVED, CauseState.IGNORED):
        row = causes.get(session, cause, team=team, anew=True)
        assert row is not None
        in_hour = causes.hours(session, cause, team=team, since=hour).get(hour, 0)
        why = why_reopened(_standing(row, in_hour), began=began, at=at)
        if why is not None:
            _open_again(session, row, why, at=at)
    if counted.number % FORGETS_EVERY == 0:
        causes.forget_hours(session, cause, team=team, before=hour - KEPT)
    show(session, cause, team=team, at=at, is_new=counted.number == 1)


def _standing(row: schema.Cause, in_hour: int) -> Standing:
    return Standing(
        state=row.state,
        count=row.count,
        in_hour=in_hour,
        resolved_at=row.resolved_at,
        by_itself=row.resolved_by == SYSTEM,
        ignored_until=row.ignored_until,
        ignored_count=row.ignored_count,
        ignored_rate=row.ignored_rate,
    )


def follow(session: Session, run: schema.Run, *, frm: RunState, to: RunState, at: datetime) -> None:
    """Note what became of a run of a cause: it got through, it was settled, or another run took its place.

    A run that stops is counted instead.
    """
    if run.cause_id is None or (to in STOPPED and frm not in STOPPED):
        return
    if _is_first_success(run, frm=frm, to=to):
        causes.hold(session, run.cause_id, team=run.team_id)
        version = run.code_version
        causes.note_rerun(session, run.cause_id, team=run.team_id, code_version=version, is_through=True)
    if to in THROUGH or (to is RunState.SUPERSEDED and frm not in STOPPED):
        close_where_through(session, run.cause_id, team=run.team_id, code_version=run.code_version, at=at)
    elif frm in STOPPED:
        # The run that takes its place is not there yet: so whoever begins none asks whether anything is left.
        show(session, run.cause_id, team=run.team_id, at=at)


def _is_first_success(run: schema.Run, *, frm: RunState, to: RunState) -> bool:
    """Tell whether a rerun gets past what failed with this move. One that a person decided went through before."""
    if run.parent_id is None:
        return False
    if to is RunState.WAITING:
        return frm is RunState.RUNNING
    began_decided = run.from_step is not None and run.from_step.partition("/")[0] == DELIVER
    return to in THROUGH and (run.resolution is Resolution.ALONE or began_decided)


def close_where_through(session: Session, cause: int, *, team: int, code_version: str | None, at: datetime) -> None:
    """Resolve a cause where no failed run of it is left and no rerun is under way, and have its card drawn.

    `code_version`: that of the run that got through last.
    """
    # Of two runs that get through at once, the later one sees the other.
    causes.hold(session, cause, team=team)
    row = causes.get(session, cause, team=team, anew=True)
    if row is not None and row.state is not CauseState.RESOLVED and not causes.is_any_left(session, cause, team=team):
        resolve(session, row, code_version=code_version, by=SYSTEM, at=at)
    show(session, cause, team=team, at=at)


def resolve(session: Session, row: schema.Cause, *, code_version: str | None, by: str, at: datetime) -> bool:
    """Note that a cause is resolved, in a version of its workflow's code; False where somebody else moved it."""
    changes = {"resolved_in": code_version, "resolved_at": at, "resolved_by": by}
    details: dict[str, str | int | None] = {"in": code_version}
    if by == SYSTEM:
        details["why"] = Why.THROUGH
    return move(session, row, CauseState.RESOLVED, by=by, at=at, details=details, **changes)


def reopen_what_is_over(session: Session, *, team: int, at: datetime) -> int:
    """Open the causes again whose time of being ignored is over, and return their number."""
    found = causes.over(session, team=team, at=at, limit=AT_ONCE)
    for row in found:
        if _open_again(session, row, Why.TIME, at=at):
            show(session, row.id, team=team, at=at)
    return len(found)


def move(
    session: Session,
    row: schema.Cause,
    to: CauseState,
    *,
    by: str,
    at: datetime,
    details: dict[str, str | int | None] | None = None,
    **changes: Any,
) -> bool:
    """Move a cause along its table, with an audit row; False where somebody else moved it since it was read."""
    frm = row.state
    assert to in CAUSE_MOVES[frm], f"cause {row.id}: {frm} > {to}"
    unset = {"ignored_until": None, "ignored_count": None, "ignored_rate": None}
    if not causes.move(session, row, to, **{**unset, "changed_by": by, "changed_at": at, **changes}):
        return False
    _record(session, row.id, to, team=row.team_id, at=at, actor=by, details={"from": frm, **(details or {})})
    return True


def show(session: Session, cause: int, *, team: int, at: datetime, is_new: bool = False) -> None:
    """Have the card of a cause drawn as it stands. `is_new`: it never was wanted before."""
    want = outbox.want_view if is_new else outbox.want_view_again
    want(session, team=team, kind=outbox.CAUSE, subject=SubjectKind.CAUSE.of(cause), channel=FAILURES, at=at)


def _open_again(session: Session, row: schema.Cause, why: Why, *, at: datetime) -> bool:
    is_back = why is Why.BACK
    to, changes = (CauseState.REGRESSED, {"opened_at": at}) if is_back else (CauseState.OPEN, {})
    if not move(session, row, to, by=SYSTEM, at=at, details={"why": why}, **changes):
        return False
    if is_back:
        tell(session, row.id, team=row.team_id, occasion=BACK, time=row.version, at=at)
    return True


def tell(session: Session, cause: int, *, team: int, occasion: str, at: datetime, time: int = 0) -> None:
    """Have the cause's people called in the thread of its card, once. `time`: tells this time from others."""
    outbox.add_note_once(
        session,
        team=team,
        kind=outbox.CAUSE_NOTE,
        subject=SubjectKind.CAUSE.of(cause),
        channel=FAILURES,
        at=at,
        occasion=f"{occasion} {time}",
        about={"occasion": occasion},
    )


def _record(
    session: Session,
    cause: int,
    what: str,
    *,
    team: int,
    at: datetime,
    actor: str,
    details: dict[str, str | int | None],
) -> None:
    audit.record(
        session,
        team=team,
        at=at,
        actor=actor,
        action=f"cause.{what}",
        subject=SubjectKind.CAUSE.of(cause),
        case=None,
        details=details,
    )

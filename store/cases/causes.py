"""Causes of failures: counted in the transaction in which a run fails, and moved by compare-and-set."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, bindparam, delete, func, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session
from sqlalchemy.orm.util import identity_key

from store.db import rows
from store.db.statements import MOST, Statement, compiled, connection_of
from store.schema import Case, Cause, CauseHour, FollowUp, Run, Workflow
from store.states import STOPPED, CauseState, FollowUpState, RunState
from store.types import literally

UNDER_WAY = frozenset({RunState.READY, RunState.RUNNING, RunState.DELIVERING, RunState.HOLDING})
"""States of a run that took the place of a failed one, and is not through yet."""
_LEFT = STOPPED | UNDER_WAY


@dataclass(frozen=True, kw_only=True)
class CauseLine:
    """A line of the list."""

    cause: Cause
    workflow: str


@dataclass(frozen=True, kw_only=True)
class StoppedRun:
    """A run that stopped, with what people call its case."""

    run: int
    case: int
    key: str
    state: RunState
    input_id: int


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A cause with a failure that was just counted."""

    state: CauseState
    number: int


def find(session: Session, fingerprint: str, *, team: int) -> int | None:
    """Return the id of the cause with this fingerprint."""
    found = _find(connection_of(session).dialect).all(session, {"team": team, "fingerprint": fingerprint})
    return found[0][0] if found else None


@lru_cache(maxsize=MOST)
def _find(dialect: Dialect) -> Statement:
    query = select(Cause.id).where(Cause.team_id == bindparam("team"), Cause.fingerprint == bindparam("fingerprint"))
    return compiled(query, dialect)


def add(
    session: Session,
    *,
    team: int,
    workflow: int,
    fingerprint: str,
    step: str,
    error: str,
    dependency: str | None,
    message: str,
    by: str,
    at: datetime,
) -> int | None:
    """Add a cause that nothing failed for yet; returns its id, or None where another process has just added it."""
    times = dict.fromkeys(("changed_at", "opened_at", "first_at", "last_at"), at)
    return rows.add_new(
        session,
        Cause,
        ("team_id", "fingerprint"),
        team_id=team,
        workflow_id=workflow,
        fingerprint=fingerprint,
        step=step,
        error=error,
        dependency=dependency,
        message=message,
        state=CauseState.OPEN,
        version=1,
        changed_by=by,
        count=0,
        cost=Decimal(0),
        **times,
    )


def number_of(session: Session, *, team: int, workflow: int, step: str, error: str, at_most: int) -> int:
    """Count the causes of one workflow, step and type of error, no further than `at_most`."""
    some = select(Cause.id).where(
        Cause.team_id == team, Cause.workflow_id == workflow, Cause.step == step, Cause.error == error
    )
    return session.scalar(select(func.count()).select_from(some.limit(at_most).subquery())) or 0


def count(
    session: Session, cause: int, *, team: int, at: datetime, hour: datetime, cost: Decimal, failed_in: str | None
) -> Counted:
    """Count one more failure, and return the cause's state and number then. `hour`: the hour of the clock.

    The row is locked until the transaction ends: so this comes late in it. Raise `sqlalchemy.exc.NoResultFound` where
    there is no such cause.
    """
    dialect = connection_of(session).dialect
    values = {"cause": cause, "team": team, "new_at": at, "more": cost, "new_version": failed_in}
    found = _count(dialect).run(session, values).fetchone()
    if found is None:
        raise NoResultFound(f"there is no cause {cause}")
    _count_in_hour(dialect).queue(session, {"team_id": team, "cause_id": cause, "hour": hour, "number": 1})
    known = session.identity_map.get(identity_key(Cause, cause))
    if known is not None:
        session.expire(known)
    return Counted(state=CauseState(found[0]), number=int(found[1]))


@lru_cache(maxsize=MOST)
def _count(dialect: Dialect) -> Statement:
    counting = (
        update(Cause)
        .where(Cause.id == bindparam("cause"), Cause.team_id == bindparam("team"))
        .values(
            count=Cause.count + literal_column("1"),
            cost=Cause.cost + bindparam("more", type_=Cause.cost.type),
            last_at=bindparam("new_at"),
            failed_in=bindparam("new_version"),
        )
        .returning(Cause.state, Cause.count)
    )
    return compiled(counting, dialect)


@lru_cache(maxsize=MOST)
def _count_in_hour(dialect: Dialect) -> Statement:
    kind = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    more = CauseHour.number + literal_column("1")
    counting = kind(CauseHour).on_conflict_do_update(index_elements=["cause_id", "hour"], set_={"number": more})
    return compiled(counting, dialect, ["team_id", "cause_id", "hour", "number"])


def note_rerun(session: Session, cause: int, *, team: int, code_version: str | None, is_through: bool) -> None:
    """Count a rerun of a cause that went through, or came back, with the version of the code that it last failed in.

    With another version nothing is counted. The row is locked until the transaction ends.
    """
    counted = "went_through" if is_through else "came_back"
    session.execute(
        update(Cause)
        .where(Cause.id == cause, Cause.team_id == team, Cause.failed_in.is_not_distinct_from(code_version))
        .values({counted: getattr(Cause, counted) + 1}),
        execution_options={"synchronize_session": False},
    )
    known = session.identity_map.get(identity_key(Cause, cause))
    if known is not None:
        session.expire(known)


def forget_hours(session: Session, cause: int, *, team: int, before: datetime) -> None:
    """Forget the numbers of the hours before a time."""
    session.execute(
        delete(CauseHour).where(CauseHour.team_id == team, CauseHour.cause_id == cause, CauseHour.hour < before),
        execution_options={"synchronize_session": False},
    )


def hours(session: Session, cause: int, *, team: int, since: datetime) -> dict[datetime, int]:
    """Return the numbers of failures by hour, from a time on. An hour without any is left out."""
    query = select(CauseHour.hour, CauseHour.number).where(
        CauseHour.team_id == team, CauseHour.cause_id == cause, CauseHour.hour >= since
    )
    return dict(session.execute(query.order_by(CauseHour.hour)).all())


def get(session: Session, cause: int, *, team: int, anew: bool = False) -> Cause | None:
    """Return a cause by its id. `anew`: as it is kept now, and not as this session read it before."""
    return rows.get(session, Cause, cause, team=team, anew=anew)


def hold(session: Session, cause: int, *, team: int) -> None:
    """Lock a cause until the transaction ends, so that what is counted of its runs stays true."""
    rows.hold(session, Cause, cause, team=team)


def move(session: Session, cause: Cause, to: CauseState, **changes: Any) -> bool:
    """Move a cause from the state and the version in which it was read; False where it is in them no longer."""
    where = {"team_id": cause.team_id, "state": cause.state, "version": cause.version}
    values = {"state": to, "version": cause.version + 1, **changes}
    return rows.change(session, Cause, cause.id, where=where, to=values)


def named(session: Session, begins: str, *, team: int, limit: int) -> list[Cause]:
    """Return the causes whose fingerprint begins like this. `begins`: hex digits in small letters."""
    query = select(Cause).where(Cause.team_id == team, Cause.fingerprint >= begins, Cause.fingerprint < f"{begins}g")
    return list(session.scalars(query.order_by(Cause.fingerprint).limit(limit)))


def lines(
    session: Session, *, team: int, workflows: Collection[str] | None, states: Collection[CauseState], limit: int
) -> list[CauseLine]:
    """Return causes in these states, the one that failed last first. `workflows`: only of these; None: of all."""
    query = (
        select(Cause, Workflow.name)
        .join(Workflow, Workflow.id == Cause.workflow_id)
        .where(Cause.team_id == team, Cause.state.in_(states))
        .order_by(Cause.last_at.desc(), Cause.id.desc())
        .limit(limit)
    )
    if workflows is not None:
        query = query.where(Workflow.name.in_(workflows))
    return [CauseLine(cause=cause, workflow=name) for cause, name in session.execute(query)]


def needing(session: Session, system: str, *, team: int, states: Collection[CauseState], limit: int) -> Sequence[int]:
    """Return the causes in these states that are about another system, the one that failed last first."""
    query = select(Cause.id).where(Cause.team_id == team, Cause.dependency == system, Cause.state.in_(states))
    return session.scalars(query.order_by(Cause.last_at.desc()).limit(limit)).all()


def is_any_left(session: Session, cause: int, *, team: int) -> bool:
    """Tell whether a failed run of a cause is stopped or its rerun is under way, or a follow-up stands failed."""
    query = select(Run.id).where(Run.team_id == team, Run.cause_id == cause, Run.state.in_(_LEFT)).limit(1)
    if session.scalar(query) is not None:
        return True
    failed = FollowUp.state == literally(FollowUpState.FAILED)
    of_it = select(FollowUp.id).where(FollowUp.team_id == team, FollowUp.cause_id == cause, failed).limit(1)
    return session.scalar(of_it) is not None


def run_counts(
    session: Session, cause: int, *, team: int, through: Collection[RunState], since: datetime
) -> dict[RunState, int]:
    """Count the runs of a cause by state: those that are stopped or under way, and since a time those that are through.

    `through`: the states of these.
    """
    query = select(Run.state, func.count()).where(Run.team_id == team, Run.cause_id == cause)
    left = query.where(Run.state.in_(_LEFT)).group_by(Run.state)
    done = query.where(Run.state.in_(through), Run.changed_at >= since).group_by(Run.state)
    return dict(session.execute(left).all()) | dict(session.execute(done).all())


def stopped(
    session: Session, cause: int, *, team: int, state: RunState, after: int = 0, limit: int
) -> Sequence[StoppedRun]:
    """Return the runs that stopped for a cause and are in a state, the oldest first, from the one after this id on."""
    query = (
        select(Run.id, Run.case_id, Case.key, Run.state, Run.input_id)
        .join(Case, Case.id == Run.case_id)
        .where(Run.team_id == team, Run.cause_id == cause, Run.state == state, Run.id > after)
        .order_by(Run.id)
        .limit(limit)
    )
    return [
        StoppedRun(run=run, case=case, key=key, state=state, input_id=input)
        for run, case, key, state, input in session.execute(query)
    ]


def over(session: Session, *, team: int, at: datetime, limit: int) -> list[Cause]:
    """Return the causes whose time of being ignored is over."""
    query = select(Cause).where(Cause.team_id == team, Cause.ignored_until.is_not(None), Cause.ignored_until <= at)
    return list(session.scalars(query.order_by(Cause.id).limit(limit)))

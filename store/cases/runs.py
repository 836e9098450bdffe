"""Runs: added, leased and moved. A move is a conditional update: the second of two movers changes nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Select, and_, bindparam, func, literal_column, or_, select
from sqlalchemy.orm import Session, aliased

from store.cases import contents, workflow_pauses
from store.cases.workflow_pauses import PauseLine
from store.db import rows
from store.db.statements import MOST, Statement, compiled, connection_of
from store.schema import Case, Content, Run, Workflow
from store.states import BUSY, Resolution, RunState
from store.types import literally


@dataclass(frozen=True, kw_only=True)
class LoadedRun:
    """A run with what it belongs to."""

    run: Run
    workflow: str
    case_key: str
    input: str | None
    """JSON; None where it was removed."""
    salt: str | None
    """The case's salt; None where it has none."""
    pause: PauseLine | None
    """Pause of the run's workflow; None where it is not paused."""
    live: int | None
    """Deployment of its workflow that is live."""
    beside: int | None
    """Deployment of its workflow that is used for a share of the cases, or asked beside the live one."""
    scope_share: float | None
    """Share of the cases that its workflow looks at, as people set it; None: nobody did."""


def add(
    session: Session,
    *,
    team: int,
    case: int,
    workflow: int,
    revision: int,
    input_id: int,
    state: RunState,
    at: datetime,
    code_version: str | None = None,
    parent: int | None = None,
    from_step: str | None = None,
    correction: int = 0,
    resolution: Resolution | None = None,
    output_id: int | None = None,
    refused_id: int | None = None,
    answers_id: int | None = None,
    asked_by: str | None = None,
    cause_id: int | None = None,
    bulk_id: int | None = None,
    origin_id: int | None = None,
    handed_id: int | None = None,
) -> int:
    """Add a run; returns its id. `asked_by`: the person who asked for it; None where nobody did. `cause_id`: the cause
    for which the run stopped whose place it takes. `bulk_id`: the bulk rerun that began it. `origin_id`: the origin
    that is told when it ends. `handed_id`: the proposal that the case's source handed in.
    """
    return rows.add(
        session,
        Run,
        team_id=team,
        case_id=case,
        workflow_id=workflow,
        revision=revision,
        parent_id=parent,
        from_step=from_step,
        correction=correction,
        code_version=code_version,
        state=state,
        lease=0,
        input_id=input_id,
        resolution=resolution,
        output_id=output_id,
        problem_id=None,
        asked_by=asked_by,
        created_at=at,
        changed_at=at,
        refused_id=refused_id,
        answers_id=answers_id,
        cause_id=cause_id,
        bulk_id=bulk_id,
        origin_id=origin_id,
        handed_id=handed_id,
    )


@dataclass(frozen=True, kw_only=True)
class FirstRun:
    """A run of a revision that was just taken in."""

    case: int
    revision: int
    input_id: int
    answers_id: int | None = None
    """Answers of the case's source, given before this revision came."""
    origin_id: int | None = None
    """The origin of the case, which is told when the run ends."""
    handed_id: int | None = None
    """The proposal that the case's source handed in with the input."""


def add_first(
    session: Session,
    new: Sequence[FirstRun],
    *,
    team: int,
    workflow: int,
    state: RunState,
    at: datetime,
    code_version: str | None,
    asked_by: str | None = None,
) -> dict[int, int]:
    """Add the first runs of revisions, at most one of a case; returns their ids by case.

    `asked_by`: the one who handed them in.
    """
    return rows.add_all_new(
        session,
        Run,
        [
            {
                "case_id": run.case,
                "revision": run.revision,
                "input_id": run.input_id,
                "answers_id": run.answers_id,
                "origin_id": run.origin_id,
                "handed_id": run.handed_id,
            }
            for run in new
        ],
        {
            "team_id": team,
            "workflow_id": workflow,
            "correction": 0,
            "code_version": code_version,
            "state": state,
            "lease": 0,
            "asked_by": asked_by,
            "created_at": at,
            "changed_at": at,
        },
        by="case_id",
    )


def get(session: Session, run: int, *, team: int) -> Run | None:
    """Return the run with this id."""
    return rows.get(session, Run, run, team=team)


_IS_READY = Run.state == literally(RunState.READY)
_LOAD = (
    select(
        *Run.__table__.columns,
        Case.key,
        Case.salt,
        Content.body,
        Workflow.live_id,
        Workflow.beside_id,
        Workflow.scope_share,
        Workflow.name,
        Workflow.paused_at,
        Workflow.paused_by,
        Workflow.pause_reason,
        Workflow.holds_deliveries,
    )
    .join(Workflow, Workflow.id == Run.workflow_id)
    .join(Case, Case.id == Run.case_id)
    .join(Content, Content.id == Run.input_id)
    .where(Run.id == bindparam("run"), Run.team_id == bindparam("team"))
)


def load(session: Session, run: int, *, team: int) -> LoadedRun | None:
    """Return a run with its workflow's name and pause, its case's key and its input; None where there is none."""
    found = _load(connection_of(session).dialect).all(session, {"run": run, "team": team})
    if not found:
        return None
    own = len(Run.__table__.columns)
    row = rows.read(session, Run, found[0][:own])
    key, salt, input, live, beside, scope_share, workflow, *pause = found[0][own:]
    return LoadedRun(
        run=row,
        workflow=workflow,
        case_key=key,
        input=contents.kept(input),
        salt=salt,
        pause=workflow_pauses.line_of(workflow, *pause),
        live=live,
        beside=beside,
        scope_share=scope_share,
    )


@lru_cache(maxsize=MOST)
def _load(dialect: Dialect) -> Statement:
    # Every run is loaded with this query, so it is compiled once.
    return compiled(_LOAD, dialect)


def newest(session: Session, case: int, *, team: int) -> Run | None:
    """Return the newest run of a case."""
    query = select(Run).where(Run.case_id == case, Run.team_id == team)
    return session.scalar(query.order_by(Run.id.desc()).limit(1))


_this, _handed_in = aliased(Run), aliased(Run)


def askers_of(session: Session, run: int, *, team: int) -> set[str]:
    """Return those who handed in the content of a run, or asked for any run of it.

    Where a person put the content right, those of the content before count too: most of it is still theirs.
    """
    first = (
        select(func.max(_handed_in.revision))
        .where(
            _handed_in.case_id == _this.case_id,
            _handed_in.revision <= _this.revision,
            _handed_in.parent_id.is_(None),
            _handed_in.from_step.is_(None),
        )
        .scalar_subquery()
    )
    query = (
        select(Run.asked_by)
        .join(_this, and_(_this.case_id == Run.case_id, Run.revision >= first, Run.revision <= _this.revision))
        .where(_this.id == run, Run.team_id == team, Run.asked_by.is_not(None))
    )
    return {person for person in session.scalars(query) if person is not None}


def last_delivered(session: Session, case: int, *, team: int) -> Run | None:
    """The newest run of a case that is delivered."""
    query = select(Run).where(Run.case_id == case, Run.team_id == team, Run.state == RunState.DELIVERED)
    return session.scalar(query.order_by(Run.id.desc()).limit(1))


def first_of(session: Session, case: int, *, team: int, revision: int, correction: int) -> datetime:
    """Return the time of the first run of a revision of a case, or of a correction of it."""
    query = select(func.min(Run.created_at)).where(
        Run.case_id == case, Run.team_id == team, Run.revision == revision, Run.correction == correction
    )
    return session.scalars(query).one()


def of_case(session: Session, case: int, *, team: int) -> list[Run]:
    """Return all runs of a case, oldest first."""
    query = select(Run).where(Run.case_id == case, Run.team_id == team)
    return list(session.scalars(query.order_by(Run.id)))


def of_case_in(session: Session, case: int, states: Collection[RunState], *, team: int) -> list[Run]:
    """Return the runs of a case in one of these states, oldest first, locked until the transaction ends."""
    query = select(Run).where(Run.case_id == case, Run.team_id == team, Run.state.in_(states))
    return list(session.scalars(_held(session, query.order_by(Run.id))))


def busy(session: Session, *, team: int, workflows: Collection[int]) -> list[Run]:
    """All runs of these workflows that a worker holds, oldest first."""
    query = select(Run).where(Run.state.in_(BUSY), Run.team_id == team, Run.workflow_id.in_(workflows))
    return list(session.scalars(query.order_by(Run.id)))


def claimable(
    session: Session,
    *,
    team: int,
    workflows: Collection[int],
    limit: int,
    case: int | None = None,
    since: datetime | None = None,
) -> list[Run]:
    """The next runs that are ready, oldest first: at most one of a case, none of a case that a worker has a run of.

    `case`: only this one's. `since`: only those that are resolved, or changed since.
    """
    if not workflows:
        return []
    named = {f"workflow_{place}": workflow for place, workflow in enumerate(workflows)}
    dialect = connection_of(session).dialect
    query = _claimable(dialect, tuple(named), case is not None, since is not None)
    values = {"team": team, "limit": limit, "ready": RunState.READY, "case": case, "since": since, **named}
    return [rows.read(session, Run, found, anew=True) for found in query.all(session, values)]


@lru_cache(maxsize=MOST)
def _claimable(dialect: Dialect, workflows: tuple[str, ...], of_case: bool, is_recent: bool) -> Statement:
    other = aliased(Run)
    ahead = and_(other.state == bindparam("ready"), other.id < Run.id)
    is_busy = or_(*(other.state == literally(state) for state in BUSY))
    in_the_way = select(other.id).where(other.case_id == Run.case_id, other.id != Run.id, or_(is_busy, ahead)).exists()
    query = (
        select(*Run.__table__.columns)
        .where(_IS_READY, Run.team_id == bindparam("team"), ~in_the_way)
        .where(Run.workflow_id.in_([bindparam(name) for name in workflows]))
        .order_by(Run.id)
        .limit(bindparam("limit"))
        # SQLAlchemy gives SQLite an offset in any case; its own would be one more value.
        .offset(literal_column("0"))
    )
    if of_case:
        query = query.where(Run.case_id == bindparam("case"))
    if is_recent:
        query = query.where(or_(Run.resolution.is_not(None), Run.changed_at >= bindparam("since")))
    return compiled(query.with_for_update(skip_locked=True, of=Run), dialect)


def _held(session: Session, query: Select[Run]) -> Select[Run]:
    """Lock the rows of a query until the transaction ends. On SQLite a writing transaction locks everything."""
    if session.get_bind().dialect.name != "postgresql":
        return query
    return query.with_for_update(of=Run).execution_options(populate_existing=True)


def move(
    session: Session,
    *,
    team: int,
    run: int,
    frm: RunState,
    to: RunState,
    at: datetime,
    held_at: int | None = None,
    otherwise: Exception | None = None,
    **changes: Any,
) -> bool:
    """Move a run from one state to another; False where it is in another state or, if given, not held at that lease.

    `otherwise`: an error to raise instead, at the latest at the commit.
    """
    where = {"team_id": team, "state": frm} if held_at is None else {"team_id": team, "state": frm, "lease": held_at}
    values = {"state": to, "changed_at": at, **changes}
    if otherwise is None:
        return rows.change(session, Run, run, where=where, to=values)
    rows.change_or_fail(session, Run, run, where=where, to=values, otherwise=otherwise)
    return True


def mark_alone(session: Session, *, team: int, run: int, lease: int) -> None:
    """Note that a run, held at this lease, is worked on while no other run is."""
    rows.change(session, Run, run, where={"team_id": team, "lease": lease}, to={"alone": True})


def hold(session: Session, *, team: int, run: int, state: RunState, lease: int, otherwise: Exception) -> None:
    """Lock a run until the transaction ends. Raise `otherwise`, at the latest at the commit, where it is in another
    state or no longer at that lease.
    """
    where = {"team_id": team, "state": state, "lease": lease}
    rows.hold_or_fail(session, Run, run, where=where, otherwise=otherwise)


def count_ready(session: Session, *, team: int, at_most: int) -> int:
    """Count the runs that are to be worked on, no further than `at_most`."""
    some = select(Run.id).where(_IS_READY, Run.team_id == team).limit(at_most)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def ready_of(session: Session, *, team: int) -> dict[int, int]:
    """Count the runs that are to be worked on, by workflow id."""
    query = select(Run.workflow_id, func.count()).where(_IS_READY, Run.team_id == team)
    return dict(session.execute(query.group_by(Run.workflow_id)).all())


def counts(session: Session, *, team: int, states: Collection[RunState] = tuple(RunState)) -> dict[RunState, int]:
    """Count the runs in each of these states that has any. Those of an ended state are all there ever were."""
    query = select(Run.state, func.count()).where(Run.team_id == team, Run.state.in_(states)).group_by(Run.state)
    return dict(session.execute(query).all())


def was_corrected(session: Session, case: int, *, team: int, revision: int, after: int) -> bool:
    """Tell whether a correction of this revision of a case was delivered, with a higher number than this one."""
    query = (
        select(Run.id)
        .where(
            Run.case_id == case,
            Run.team_id == team,
            Run.revision == revision,
            Run.correction > after,
            Run.state == RunState.DELIVERED,
        )
        .limit(1)
    )
    return session.scalar(query) is not None


def last_correction(session: Session, case: int, *, team: int, revision: int) -> int:
    """Return the number of the newest correction of a revision; 0 where there is none."""
    query = select(func.max(Run.correction)).where(Run.case_id == case, Run.team_id == team)
    return session.scalar(query.where(Run.revision == revision)) or 0

"""Runs with a delivery that waits: for their workflow, for an older delivery of their case, or for a target."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from sqlalchemy import ColumnElement, Dialect, Select, and_, bindparam, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from store.db.statements import MOST, Statement, compiled, connection_of
from store.schema import Delivery, Question, Run, TargetOutage, Workflow
from store.states import DeliveryState, RunState


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """The reasons why a delivery cannot be made now."""

    behind: bool
    """True if an older delivery of the case is still to be made."""
    down: bool
    """True if the target is down, and this delivery is not its probe."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """The number of a workflow's deliveries that wait for a target."""

    target: str
    workflow: str
    number: int
    next_at: datetime | None
    """Time of the first of them to be attempted again, as far as the target is not down."""


_older = aliased(Run)
# One statement, since it is needed before each delivery.
_OBSTACLE = select(
    exists().where(
        _older.case_id == bindparam("case"),
        _older.id < bindparam("run"),
        _older.resolution.is_not(None),
        or_(_older.state == bindparam("holding"), _older.state == bindparam("ready")),
    ),
    exists().where(
        TargetOutage.team_id == bindparam("team"),
        TargetOutage.target == bindparam("target"),
        TargetOutage.is_open.is_(True),
        or_(TargetOutage.probe_run.is_(None), TargetOutage.probe_run != bindparam("run")),
    ),
)


def obstacle(session: Session, run: Run, *, target: str) -> Obstacle:
    """Return the reasons why a run's delivery to a target cannot be made now."""
    values = {"case": run.case_id, "run": run.id, "team": run.team_id, "target": target}
    values |= {"holding": RunState.HOLDING, "ready": RunState.READY}
    ((behind, down),) = _obstacle(connection_of(session).dialect).all(session, values)
    return Obstacle(behind=bool(behind), down=bool(down))


@lru_cache(maxsize=MOST)
def _obstacle(dialect: Dialect) -> Statement:
    return compiled(_OBSTACLE, dialect)


def is_any(session: Session, *, team: int) -> bool:
    """Tell whether a run's delivery is kept for later, a target is down, or something is due about a question later."""
    held = exists().where(Run.state == RunState.HOLDING, Run.team_id == team)
    down = exists().where(TargetOutage.team_id == team, TargetOutage.is_open.is_(True))
    asked = exists().where(Question.due_at.is_not(None), Question.team_id == team)
    return bool(session.scalar(select(or_(held, down, asked))))


def due(
    session: Session,
    *,
    team: int,
    workflows: Collection[int],
    at: datetime,
    longest: timedelta,
    down: Collection[str],
    limit: int,
) -> list[Run]:
    """Return the runs with a delivery to be attempted now, oldest first. `down`: targets to leave alone.

    `longest`: the longest backoff. A delivery that would wait longer was put off before the clock was put back.
    """
    is_time = or_(Delivery.next_at <= at, Delivery.next_at > at + longest)
    query = _free(team, workflows).where(is_time)
    if down:
        query = query.where(Delivery.target.not_in(down))
    return list(session.scalars(query.order_by(Run.id).limit(limit)))


def probe_of(
    session: Session,
    target: str,
    *,
    team: int,
    workflows: Collection[int],
    overdue: datetime,
) -> Run | None:
    """Return the run whose delivery shows whether a target is up: the one that has waited longest for its next attempt.

    So a case that the target never takes does not keep the target down for all others. Deliveries that wait since
    before `overdue` come first.
    """
    query = _free(team, workflows).where(Delivery.target == target)
    last_chance = Delivery.waiting_since <= overdue
    return session.scalar(query.order_by(last_chance.desc(), Delivery.next_at, Run.id).limit(1))


def is_waited_for(session: Session, target: str, *, team: int, since: datetime | None = None) -> bool:
    """Tell whether a delivery waits for a target. `since`: only one that waits since this time, or longer."""
    query = select(Delivery.id).where(*_waits(team, target))
    if since is not None:
        query = query.where(Delivery.waiting_since <= since)
    return session.scalar(query.limit(1)) is not None


def count(session: Session, target: str, *, team: int) -> int:
    """Count the deliveries that wait for a target."""
    return session.scalar(select(func.count()).select_from(Delivery).where(*_waits(team, target))) or 0


def runs_of(session: Session, target: str, *, team: int, limit: int) -> list[Run]:
    """Return the runs with a delivery that waits for a target, oldest first."""
    query = select(Run).join(Delivery, Delivery.run_id == Run.id).where(*_waits(team, target))
    return list(session.scalars(query.order_by(Run.id).limit(limit)))


def by_target(session: Session, *, team: int) -> list[Waiting]:
    """Count the waiting deliveries, by target and workflow."""
    query = (
        select(Delivery.target, Workflow.name, func.count(), func.min(Delivery.next_at))
        .select_from(Delivery)
        .join(Run, Run.id == Delivery.run_id)
        .join(Workflow, Workflow.id == Run.workflow_id)
        .where(*_waits(team, None))
        .group_by(Delivery.target, Workflow.name)
        .order_by(Delivery.target, Workflow.name)
    )
    return [
        Waiting(target=target or "", workflow=workflow, number=number, next_at=next_at)
        for target, workflow, number, next_at in session.execute(query)
    ]


def hasten(session: Session, target: str, *, team: int, at: datetime) -> None:
    """Make all deliveries due that wait for a target."""
    hastened = update(Delivery).where(*_waits(team, target)).values(next_at=at)
    session.execute(hastened, execution_options={"synchronize_session": False})


def oldest_of_case(session: Session, case: int, *, team: int) -> Run | None:
    """Return the oldest run of a case with a delivery that waits for its target."""
    query = (
        select(Run)
        .join(Delivery, Delivery.run_id == Run.id)
        .where(
            Run.case_id == case,
            Run.team_id == team,
            Run.state == RunState.HOLDING,
            Delivery.state == DeliveryState.WAITING,
        )
        .order_by(Run.id)
        .limit(1)
    )
    return session.scalar(query)


def _waits(team: int, target: str | None) -> list[ColumnElement[bool]]:
    # `next_at` has an index of the waiting ones only: there may be millions of others.
    found = [Delivery.next_at.is_not(None), Delivery.team_id == team, Delivery.state == DeliveryState.WAITING]
    return [*found, Delivery.target == target] if target is not None else found


def _free(team: int, workflows: Collection[int]) -> Select[Run]:
    """Select runs with a waiting delivery, unless their workflow or an older delivery of their case holds it back."""
    in_the_way = (
        select(_older.id)
        .where(
            _older.case_id == Run.case_id,
            _older.id < Run.id,
            _older.resolution.is_not(None),
            _older.state.in_((RunState.HOLDING, RunState.READY)),
        )
        .exists()
    )
    return (
        select(Run)
        .join(Delivery, Delivery.run_id == Run.id)
        .join(Workflow, Workflow.id == Run.workflow_id)
        .where(
            Delivery.next_at.is_not(None),
            Delivery.state == DeliveryState.WAITING,
            Run.state == RunState.HOLDING,
            Run.team_id == team,
            Run.workflow_id.in_(workflows),
            or_(Workflow.paused_at.is_(None), ~Workflow.holds_deliveries),
            ~in_the_way,
        )
    )


_waiting = aliased(Delivery)


def kept_back() -> ColumnElement[bool]:
    """Return a condition on a held run: it waits for its target, or behind an older delivery of its case that does or
    is in its grace period.

    An older delivery that is only held goes out before it, in the same round.
    """
    own = exists().where(_waiting.run_id == Run.id, _waiting.state == DeliveryState.WAITING).correlate(Run)
    other = (
        exists()
        .where(
            _older.case_id == Run.case_id,
            _older.id < Run.id,
            _older.resolution.is_not(None),
            or_(
                _older.state == RunState.READY,
                and_(
                    _older.state == RunState.HOLDING,
                    or_(
                        _older.held_until.is_not(None),
                        exists()
                        .where(Delivery.run_id == _older.id, Delivery.state == DeliveryState.WAITING)
                        .correlate(_older),
                    ),
                ),
            ),
        )
        .correlate(Run)
    )
    return or_(own, other)

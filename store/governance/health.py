"""The health of other systems: what their calls came to, and the times in which many of them fail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store.db import rows
from store.db.statements import MOST, Statement, compiled, connection_of
from store.schema import ModelRequest, Outage, SystemCalls, TargetOutage, Trouble
from store.states import Health


@dataclass(frozen=True, kw_only=True)
class Calls:
    """The calls of a system, or of a model, within a time."""

    system: str
    answered: int
    failed: int
    broken: int
    milliseconds: float
    """Sum over the calls that were answered, in one form or the other."""
    last_ok_at: datetime | None
    last_bad_at: datetime | None


def add(session: Session, *, team: int, system: str, began: datetime, **counts: Any) -> None:
    """Add calls to those of a system within the five minutes that begin at a time, at the latest at the commit.

    `counts`: the other columns. The row is locked until the transaction ends.
    """
    values = {"team_id": team, "system": system, "began": began, **counts}
    _add(connection_of(session).dialect).queue(session, values)


@lru_cache(maxsize=MOST)
def _add(dialect: Dialect) -> Statement:
    kind = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    adding = kind(SystemCalls)
    new, table = adding.excluded, SystemCalls
    adding = adding.on_conflict_do_update(
        index_elements=["team_id", "system", "began"],
        set_={
            **{name: getattr(table, name) + new[name] for name in ("answered", "failed", "broken", "milliseconds")},
            # Of two processes one may be late with what it counted.
            "last_ok_at": _later(table.last_ok_at, new.last_ok_at),
            "last_bad_at": _later(table.last_bad_at, new.last_bad_at),
            "error": func.coalesce(new.error, table.error),
        },
    )
    columns = [column.key for column in SystemCalls.__table__.columns if column.key != "id"]
    return compiled(adding, dialect, columns)


def _later(one: Any, other: Any) -> Any:
    return case((one.is_(None), other), (other.is_(None), one), (other > one, other), else_=one)


def calls(session: Session, *, team: int, since: datetime, until: datetime) -> list[Calls]:
    """Return the calls of each system in the five minutes that begin between two times, or at one of them."""
    query = (
        select(
            SystemCalls.system,
            func.sum(SystemCalls.answered),
            func.sum(SystemCalls.failed),
            func.sum(SystemCalls.broken),
            func.sum(SystemCalls.milliseconds),
            func.max(SystemCalls.last_ok_at),
            func.max(SystemCalls.last_bad_at),
        )
        .where(SystemCalls.team_id == team, SystemCalls.began >= since, SystemCalls.began <= until)
        .group_by(SystemCalls.system)
    )
    return [_calls(*found) for found in session.execute(query)]


def last_error(session: Session, system: str, *, team: int) -> str | None:
    """Return the type of the last error in a call of a system; None where that is not known."""
    query = select(SystemCalls.error).where(
        SystemCalls.team_id == team, SystemCalls.system == system, SystemCalls.error.is_not(None)
    )
    return session.scalar(query.order_by(SystemCalls.began.desc()).limit(1))


def model_calls(
    session: Session,
    *,
    team: int,
    since: datetime,
    until: datetime,
    failed: Sequence[str],
    broken: Sequence[str],
    left_out: Sequence[str],
) -> list[Calls]:
    """Return the requests to each model that began between two times, or at one of them.

    `failed`, `broken`: the outcomes that count as such; `left_out`: those that say nothing of the model.
    """
    is_failed, is_broken = ModelRequest.outcome.in_(failed), ModelRequest.outcome.in_(broken)
    is_bad = is_failed | is_broken
    query = (
        select(
            ModelRequest.model,
            func.sum(case((is_bad, 0), else_=1)),
            func.sum(case((is_failed, 1), else_=0)),
            func.sum(case((is_broken, 1), else_=0)),
            func.sum(case((is_failed, 0.0), else_=func.coalesce(ModelRequest.milliseconds, 0.0))),
            func.max(case((~is_bad, ModelRequest.began_at))),
            func.max(case((is_bad, ModelRequest.began_at))),
        )
        .where(ModelRequest.team_id == team, ModelRequest.began_at >= since, ModelRequest.began_at <= until)
        .where(ModelRequest.outcome.not_in(left_out))
        .group_by(ModelRequest.model)
    )
    return [_calls(*found) for found in session.execute(query)]


def _calls(
    system: str, answered: int, failed: int, broken: int, took: float, ok_at: datetime | None, bad_at: datetime | None
) -> Calls:
    return Calls(
        system=system,
        answered=int(answered),
        failed=int(failed),
        broken=int(broken),
        milliseconds=float(took),
        last_ok_at=ok_at,
        last_bad_at=bad_at,
    )


def forget(session: Session, *, team: int, before: datetime) -> None:
    """Forget the calls of five minutes that began before a time."""
    session.execute(
        delete(SystemCalls).where(SystemCalls.team_id == team, SystemCalls.began < before),
        execution_options={"synchronize_session": False},
    )


def begin(
    session: Session, *, team: int, system: str, kind: str, state: Health, at: datetime, **figures: Any
) -> int | None:
    """Note that a system is in trouble; returns the trouble's id, or None where that was noted already."""
    return rows.add_new(
        session,
        Trouble,
        ("team_id", "system", "is_open"),
        team_id=team,
        system=system,
        kind=kind,
        state=state,
        began_at=at,
        spells=1,
        spell_at=at,
        changed_at=at,
        is_open=True,
        **figures,
    )


def last_ended(session: Session, system: str, *, team: int, since: datetime) -> Trouble | None:
    """Return the last trouble of a system, if it ended at a time or later."""
    query = select(Trouble).where(Trouble.team_id == team, Trouble.system == system, Trouble.ended_at >= since)
    return session.scalars(query.order_by(Trouble.id.desc()).limit(1)).one_or_none()


def begin_again(session: Session, trouble: Trouble, state: Health, *, at: datetime, **figures: Any) -> bool:
    """Note that a trouble which ended is back; False where another process noted that, or another one lasts."""
    where = {"team_id": trouble.team_id, "ended_at": trouble.ended_at, "spells": trouble.spells}
    to = {"state": state, "spells": trouble.spells + 1, **dict.fromkeys(("spell_at", "changed_at"), at), **figures}
    return rows.change(
        session, Trouble, trouble.id, where=where, to={**to, "is_open": True, "ended_at": None, "end": None}
    )


def worsen(session: Session, trouble: Trouble, to: Health, *, at: datetime, **figures: Any) -> bool:
    """Note that a trouble came to another state; False where another process noted that."""
    where = {"team_id": trouble.team_id, "is_open": True, "state": trouble.state}
    return rows.change(session, Trouble, trouble.id, where=where, to={"state": to, "changed_at": at, **figures})


def end(session: Session, trouble: Trouble, how: str, *, at: datetime) -> bool:
    """Note that a trouble is over; False where another process noted that. `how`: a code."""
    where, to = {"team_id": trouble.team_id, "is_open": True}, {"is_open": None, "ended_at": at, "end": how}
    return rows.change(session, Trouble, trouble.id, where=where, to=to)


def troubles(session: Session, *, team: int) -> Sequence[Trouble]:
    """Return the troubles that last."""
    query = select(Trouble).where(Trouble.team_id == team, Trouble.is_open.is_(True))
    return session.scalars(query.order_by(Trouble.id)).all()


def get(session: Session, trouble: int, *, team: int) -> Trouble | None:
    """Return a trouble by its id."""
    return rows.get(session, Trouble, trouble, team=team, anew=True)


def lasting(session: Session, *, team: int) -> dict[str, datetime]:
    """Return the targets and models that are down, each with the beginning of its outage."""
    found: dict[str, datetime] = {}
    for table, name in ((TargetOutage, TargetOutage.target), (Outage, Outage.model)):
        query = select(name, table.began_at).where(table.team_id == team, table.is_open.is_(True))
        found |= dict(session.execute(query).all())
    return found


def ended(session: Session, *, team: int, since: datetime) -> dict[str, datetime]:
    """Return the systems whose last trouble or outage ended at a time or later, each with that time."""
    found: dict[str, datetime] = {}
    for table, name in ((TargetOutage, TargetOutage.target), (Outage, Outage.model), (Trouble, Trouble.system)):
        query = select(name, func.max(table.ended_at)).where(table.team_id == team, table.ended_at >= since)
        for system, ended_at in session.execute(query.group_by(name)):
            if ended_at is not None:
                found[system] = max(ended_at, found.get(system, ended_at))
    return found

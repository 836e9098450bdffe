"""Models that took more than was reserved: one row for each, with the most that it went over by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import Dialect, bindparam, delete, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.db.statements import MOST, Statement, compiled
from store.schema import Attempt, Overrun


@dataclass(frozen=True, kw_only=True)
class Overran:
    """A model that took more than was reserved for it, at its worst."""

    model: str
    factor: float
    cost: Decimal
    """US dollars that the request took."""
    reserved: Decimal
    """US dollars that were reserved for it."""
    case: int | None
    """None: of an eval."""
    workflow: str
    at: datetime


def factor(session: Session, *, team: int, model: str) -> float:
    """How often what is reckoned for a question to a model is to be reserved; 1 where it never took more."""
    connection = session.connection()
    found = _factor(connection.dialect).run(connection, {"team": team, "model": model}).scalar()
    return 1.0 if found is None else float(found)


def note(session: Session, *, team: int, model: str, factor: float, attempt: int, at: datetime) -> int | None:
    """Note by how much a request went over what was reckoned; the row's id, or None where more is known already."""
    found = {"factor": factor, "attempt_id": attempt, "at": at}
    added = rows.add_new(session, Overrun, ("team_id", "model"), team_id=team, model=model, **found)
    if added is not None:
        return added
    greater = (
        update(Overrun)
        .where(Overrun.team_id == team, Overrun.model == model, Overrun.factor < factor)
        .values(**found)
        .returning(Overrun.id)
    )
    return session.scalar(greater)


def forget(session: Session, *, team: int, model: str) -> int | None:
    """Reserve what is reckoned again; returns the id of the row that was, or None where there was none."""
    gone = delete(Overrun).where(Overrun.team_id == team, Overrun.model == model).returning(Overrun.id)
    return session.scalar(gone)


def get(session: Session, overrun: int, *, team: int) -> Overran | None:
    """One by its id; None where it was forgotten."""
    return next(iter(_found(session, Overrun.team_id == team, Overrun.id == overrun)), None)


def all_of(session: Session, *, team: int) -> Sequence[Overran]:
    """All that are known."""
    return _found(session, Overrun.team_id == team)


def _found(session: Session, *where: object) -> Sequence[Overran]:
    query = select(Overrun, Attempt).join(Attempt, Attempt.id == Overrun.attempt_id).order_by(Overrun.id)
    for one in where:
        query = query.where(one)  # type: ignore[arg-type]  # an expression of SQLAlchemy's
    return [
        Overran(
            model=row.model,
            factor=row.factor,
            cost=attempt.cost if attempt.cost is not None else attempt.reserved,
            reserved=attempt.reserved,
            case=attempt.case_id,
            workflow=attempt.workflow,
            at=row.at,
        )
        for row, attempt in session.execute(query)
    ]


@lru_cache(maxsize=MOST)
def _factor(dialect: Dialect) -> Statement:
    # Asked for with every request, so it is compiled once.
    query = select(Overrun.factor).where(Overrun.team_id == bindparam("team"), Overrun.model == bindparam("model"))
    return compiled(query, dialect)

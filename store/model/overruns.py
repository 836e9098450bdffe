"""Overruns: models whose request cost more than was reserved. One row for each model, with the largest factor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import Dialect, bindparam, delete, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.db.statements import MOST, Statement, compiled, connection_of
from store.schema import ModelRequest, Overrun


@dataclass(frozen=True, kw_only=True)
class Overran:
    """The largest overrun of a model."""

    model: str
    factor: float
    cost: Decimal
    """US dollars that the request took."""
    reserved: Decimal
    """US dollars that were reserved for it."""
    case: int | None
    """The case; None for a question of an eval."""
    workflow: str
    at: datetime


def factor(session: Session, *, team: int, model: str) -> float:
    """Return the factor to reserve by, on the estimate of a question to a model; 1 where it never cost more."""
    found = _factor(connection_of(session).dialect).run(session, {"team": team, "model": model}).fetchone()
    return 1.0 if found is None else float(found[0])


def note(session: Session, *, team: int, model: str, factor: float, request: int, at: datetime) -> int | None:
    """Note the factor by which a request exceeded its estimate; returns the row's id, or None for a smaller one."""
    found = {"factor": factor, "model_request_id": request, "at": at}
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
    """Reserve the plain estimate again; returns the id of the row that was removed, or None where there was none."""
    gone = delete(Overrun).where(Overrun.team_id == team, Overrun.model == model).returning(Overrun.id)
    return session.scalar(gone)


def get(session: Session, overrun: int, *, team: int) -> Overran | None:
    """Return an overrun by its id; None where it was removed."""
    return next(iter(_found(session, Overrun.team_id == team, Overrun.id == overrun)), None)


def all_of(session: Session, *, team: int) -> Sequence[Overran]:
    """Return the overruns of all models."""
    return _found(session, Overrun.team_id == team)


def _found(session: Session, *where: object) -> Sequence[Overran]:
    query = (
        select(Overrun, ModelRequest)
        .join(ModelRequest, ModelRequest.id == Overrun.model_request_id)
        .order_by(Overrun.id)
    )
    for one in where:
        query = query.where(one)  # type: ignore[arg-type]  # an expression of SQLAlchemy's
    return [
        Overran(
            model=row.model,
            factor=row.factor,
            cost=request.cost if request.cost is not None else request.reserved,
            reserved=request.reserved,
            case=request.case_id,
            workflow=request.workflow,
            at=row.at,
        )
        for row, request in session.execute(query)
    ]


@lru_cache(maxsize=MOST)
def _factor(dialect: Dialect) -> Statement:
    # Needed for every request, so it is compiled once.
    query = select(Overrun.factor).where(Overrun.team_id == bindparam("team"), Overrun.model == bindparam("model"))
    return compiled(query, dialect)

"""Outages of models. A model has one outage at a time, whichever process noticed it first."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import cast

from sqlalchemy import Dialect, bindparam, select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.db.statements import MOST, Statement, compiled, connection_of
from store.schema import Outage


def begin(session: Session, *, team: int, model: str, reason: str, at: datetime) -> int | None:
    """Note that a model is no longer asked; returns the outage's id, or None where one with the same reason lasts."""
    begun = rows.add_new(
        session,
        Outage,
        ("team_id", "model", "is_open"),
        team_id=team,
        model=model,
        reason=reason,
        began_at=at,
        is_open=True,
    )
    if begun is not None:
        return begun
    other = (
        update(Outage)
        .where(Outage.team_id == team, Outage.model == model, Outage.is_open.is_(True), Outage.reason != reason)
        .values(reason=reason)
        .returning(Outage.id)
    )
    return session.scalar(other)


def end(session: Session, *, team: int, model: str, asked_at: datetime, at: datetime) -> int | None:
    """Note that a model answers again; returns the outage's id, or None where no outage ended.

    `asked_at`: time of the question that it answered. An answer to a question from before the outage does not end it.
    """
    values = {"team": team, "model": model, "asked_at": asked_at}
    found = _open(connection_of(session).dialect).run(session, values).fetchone()
    if found is None:
        return None
    outage = cast(int, found[0])
    ended = rows.change(session, Outage, outage, where={"is_open": True}, to={"is_open": None, "ended_at": at})
    return outage if ended else None


def get(session: Session, outage: int, *, team: int) -> Outage | None:
    """Return an outage by its id."""
    return rows.get(session, Outage, outage, team=team)


def all_open(session: Session, *, team: int) -> Sequence[Outage]:
    """Return the outages that are open."""
    return session.scalars(
        select(Outage).where(Outage.team_id == team, Outage.is_open.is_(True)).order_by(Outage.id)
    ).all()


@lru_cache(maxsize=MOST)
def _open(dialect: Dialect) -> Statement:
    # Needed for every answer of a model, so it is compiled once.
    query = select(Outage.id).where(
        Outage.team_id == bindparam("team"),
        Outage.model == bindparam("model"),
        Outage.is_open.is_(True),
        Outage.began_at <= bindparam("asked_at"),
    )
    return compiled(query, dialect)

"""Requests to models: begun before anything is sent, settled when it is known what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, bindparam, func, literal_column, select
from sqlalchemy.orm import Session

from store.db import rows
from store.db.statements import MOST, Statement, compiled
from store.schema import Attempt, Content, Workflow

ASKED = "asked"
"""The outcome of an attempt of which nothing is known yet."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """An answer that was given before."""

    attempt: int
    answered_by: str | None
    body: str
    """JSON: what was told and what was said."""


def begin(session: Session, *, team: int, **row: Any) -> int:
    """Add an attempt that is about to be made; returns its id."""
    return rows.add(session, Attempt, team_id=team, **row)


def settle(session: Session, attempt: int, *, team: int, **changes: Any) -> None:
    """Note what came of an attempt."""
    rows.change(session, Attempt, attempt, where={"team_id": team}, to=changes)


def given(session: Session, *, team: int, cache_key: str, run: int | None) -> Given | None:
    """The newest answer to the same question; `run`: only of this run."""
    connection = session.connection()
    values = {"team": team, "cache_key": cache_key, "run": run}
    found = _given(connection.dialect, run is not None).run(connection, values).one_or_none()
    return None if found is None else Given(attempt=found[0], answered_by=found[1], body=found[2])


def of_run(session: Session, run: int, *, team: int) -> Sequence[tuple[Attempt, str | None]]:
    """A run's attempts in their order, each with its content as JSON."""
    query = (
        select(Attempt, Content.body)
        .outerjoin(Content, Content.id == Attempt.content_id)
        .where(Attempt.run_id == run, Attempt.team_id == team)
        .order_by(Attempt.id)
    )
    return [(attempt, body) for attempt, body in session.execute(query)]


def dollars(session: Session, *, team: int, since: datetime, until: datetime) -> dict[int, Decimal]:
    """US dollars of the requests that began in a span, by workflow id, evals included.

    Where it is not known what one took, what was reserved for it.
    """
    query = (
        select(Workflow.id, func.sum(func.coalesce(Attempt.cost, Attempt.reserved)))
        .join(Workflow, (Workflow.team_id == Attempt.team_id) & (Workflow.name == Attempt.workflow))
        .where(Attempt.team_id == team, Attempt.began_at >= since, Attempt.began_at < until)
        .group_by(Workflow.id)
    )
    return dict(session.execute(query).all())


@lru_cache(maxsize=MOST)
def _given(dialect: Dialect, is_of_run: bool) -> Statement:
    query = (
        select(Attempt.id, Attempt.answered_by, Content.body)
        .join(Content, Content.id == Attempt.content_id)
        .where(Attempt.team_id == bindparam("team"), Attempt.cache_key == bindparam("cache_key"))
        .order_by(Attempt.id.desc())
        # Written out, and both of them: numbers would be values that are not named.
        .limit(literal_column("1"))
        .offset(literal_column("0"))
    )
    if is_of_run:
        query = query.where(Attempt.run_id == bindparam("run"))
    return compiled(query, dialect)

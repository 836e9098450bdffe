"""Requests to models: a row begins before anything is sent, and is settled when the outcome is known."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, bindparam, func, literal_column, select, update
from sqlalchemy.orm import Session

from store.cases import contents
from store.db import rows
from store.db.statements import MOST, Statement, compiled, connection_of
from store.schema import Content, ModelRequest, Workflow

ASKED = "asked"
"""Outcome of a request of which nothing is known yet."""


@dataclass(frozen=True, kw_only=True)
class Given:
    """An earlier answer to the same question."""

    request: int
    answered_by: str | None
    body: str
    """Prompt and answer, as JSON."""


def begin(session: Session, *, team: int, **row: Any) -> int:
    """Add a request that is about to be sent; returns its id."""
    return rows.add(session, ModelRequest, team_id=team, **row)


def begin_all(
    session: Session, *, team: int, requests: Sequence[Mapping[str, Any]], same: Mapping[str, Any]
) -> dict[str, int]:
    """Add requests that are about to be sent together; returns the id of each by its `request_id`.

    `same`: the columns with one value for all.
    """
    return rows.add_all_new(session, ModelRequest, requests, {"team_id": team, **same}, by="request_id")


def settle(session: Session, request: int, *, team: int, **changes: Any) -> None:
    """Note the outcome of a request."""
    rows.change(session, ModelRequest, request, where={"team_id": team}, to=changes)


def settle_all(session: Session, ids: Collection[int], *, team: int, **changes: Any) -> None:
    """Note the same outcome of several requests."""
    query = update(ModelRequest).where(ModelRequest.team_id == team, ModelRequest.id.in_(ids))
    # No object of a request is in use, so none has to be kept equal.
    session.execute(query.values(changes), execution_options={"synchronize_session": False})


def given(session: Session, *, team: int, cache_key: str, run: int | None) -> Given | None:
    """Return the newest answer to the same question; None where there is none, or it was removed.

    `run`: only of this run.
    """
    values = {"team": team, "cache_key": cache_key, "run": run}
    found = _given(connection_of(session).dialect, run is not None).run(session, values).fetchone()
    body = contents.kept(found[2]) if found is not None else None
    if found is None or body is None:
        return None
    return Given(request=found[0], answered_by=found[1], body=body)


def of_run(session: Session, run: int, *, team: int) -> Sequence[tuple[ModelRequest, str | None]]:
    """Return a run's requests in their order, each with its content as JSON; None where it has none or was removed."""
    query = (
        select(ModelRequest, Content.body)
        .outerjoin(Content, Content.id == ModelRequest.content_id)
        .where(ModelRequest.run_id == run, ModelRequest.team_id == team)
        .order_by(ModelRequest.id)
    )
    return [(request, contents.kept(body or contents.REMOVED)) for request, body in session.execute(query)]


def dollars(session: Session, *, team: int, since: datetime, until: datetime) -> dict[int, Decimal]:
    """Return the cost of the requests that began between two times, in US dollars by workflow id, evals included.

    A request of unknown cost counts with its reservation.
    """
    query = (
        select(Workflow.id, func.sum(func.coalesce(ModelRequest.cost, ModelRequest.reserved)))
        .join(Workflow, (Workflow.team_id == ModelRequest.team_id) & (Workflow.name == ModelRequest.workflow))
        .where(ModelRequest.team_id == team, ModelRequest.began_at >= since, ModelRequest.began_at < until)
        .group_by(Workflow.id)
    )
    return dict(session.execute(query).all())


@lru_cache(maxsize=MOST)
def _given(dialect: Dialect, is_of_run: bool) -> Statement:
    query = (
        select(ModelRequest.id, ModelRequest.answered_by, Content.body)
        .join(Content, Content.id == ModelRequest.content_id)
        .where(ModelRequest.team_id == bindparam("team"), ModelRequest.cache_key == bindparam("cache_key"))
        .order_by(ModelRequest.id.desc())
        # Written as literals: plain numbers would become values without a name.
        .limit(literal_column("1"))
        .offset(literal_column("0"))
    )
    if is_of_run:
        query = query.where(ModelRequest.run_id == bindparam("run"))
    return compiled(query, dialect)

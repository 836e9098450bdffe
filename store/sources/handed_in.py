"""Requests with an idempotency key that were answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import HandedIn


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The answer to a request."""

    request_hash: str
    answer: Mapping[str, Any]  # Any: ids and codes, as they were kept
    at: datetime


def add(
    session: Session,
    *,
    team: int,
    source: int,
    key_hash: str,
    request_hash: str,
    answer: Mapping[str, Any],
    at: datetime,
) -> bool:
    """Keep an answer; False where one is kept under this key. Of two at once, the later one waits for the other."""
    added = rows.add_new(
        session,
        HandedIn,
        ("source_id", "key_hash"),
        team_id=team,
        source_id=source,
        key_hash=key_hash,
        request_hash=request_hash,
        answer=dict(answer),
        at=at,
    )
    return added is not None


def answered(session: Session, *, team: int, source: int, key_hash: str) -> Answered | None:
    """Return the answer that is kept under a key; None where none is."""
    query = select(HandedIn).where(
        HandedIn.team_id == team, HandedIn.source_id == source, HandedIn.key_hash == key_hash
    )
    found = session.scalar(query)
    return None if found is None else Answered(request_hash=found.request_hash, answer=found.answer, at=found.at)


def forget(session: Session, *, team: int, before: datetime, at_most: int) -> int:
    """Delete some of the answers from before a time, and return their number."""
    old = select(HandedIn.id).where(HandedIn.team_id == team, HandedIn.at < before).limit(at_most)
    deleted = session.scalars(
        delete(HandedIn).where(HandedIn.id.in_(old.scalar_subquery())).returning(HandedIn.id),
        execution_options={"synchronize_session": False},
    )
    return len(deleted.all())

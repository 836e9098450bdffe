"""Sources: added, found, changed and ended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Source
from store.states import SourceKind


def add(
    session: Session,
    *,
    team: int,
    kind: SourceKind,
    name: str,
    settings: Mapping[str, Any],
    by: str,
    at: datetime,
) -> int:
    """Add a source; returns its id. Raise `sqlalchemy.exc.IntegrityError` where there is one of this name."""
    return rows.add(
        session,
        Source,
        team_id=team,
        kind=kind,
        name=name,
        settings=dict(settings),
        made_by=by,
        made_at=at,
        ended_by=None,
        ended_at=None,
    )


def get(session: Session, source: int, *, team: int, anew: bool = False) -> Source | None:
    """Return the source with this id. `anew`: as it is kept now."""
    return rows.get(session, Source, source, team=team, anew=anew)


def named(session: Session, *, team: int, kind: SourceKind, name: str) -> Source | None:
    """Return the source of a kind with this name."""
    return session.scalar(select(Source).where(Source.team_id == team, Source.kind == kind, Source.name == name))


def named_or_new(session: Session, *, team: int, kind: SourceKind, name: str, by: str, at: datetime) -> int:
    """Return the id of the source of a kind with this name, which is added where there is none yet."""
    query = select(Source.id).where(Source.team_id == team, Source.kind == kind, Source.name == name)
    known = session.scalar(query)
    if known is not None:
        return known
    added = rows.add_new(
        session,
        Source,
        ("team_id", "kind", "name"),
        team_id=team,
        kind=kind,
        name=name,
        settings={},
        made_by=by,
        made_at=at,
        ended_by=None,
        ended_at=None,
    )
    if added is not None:
        return added
    # Another process added it meanwhile.
    return session.scalars(query).one()


def listed(session: Session, *, team: int, kind: SourceKind) -> list[Source]:
    """Return all sources of a kind by their name, also those that have ended."""
    query = select(Source).where(Source.team_id == team, Source.kind == kind)
    return list(session.scalars(query.order_by(Source.name)))


def hold(session: Session, source: int, *, team: int) -> None:
    """Lock a source until the transaction ends."""
    rows.hold(session, Source, source, team=team)


def change(session: Session, source: int, *, team: int, settings: Mapping[str, Any]) -> bool:
    """Keep other settings of a source; False where there is no such source."""
    return rows.change(session, Source, source, where={"team_id": team}, to={"settings": dict(settings)})


def end(session: Session, source: int, *, team: int, by: str, at: datetime) -> bool:
    """End a source; False where it has ended before, or there is no such source."""
    ending = update(Source).where(Source.id == source, Source.team_id == team, Source.ended_at.is_(None))
    ended = session.scalar(
        ending.values(ended_by=by, ended_at=at).returning(Source.id),
        execution_options={"synchronize_session": False},
    )
    return ended is not None


def let(session: Session, source: int, *, team: int, open: bool, by: str, at: datetime) -> bool:
    """End a source, or open it again; False where it is so already."""
    is_other = Source.ended_at.is_not(None) if open else Source.ended_at.is_(None)
    values = {"ended_by": None, "ended_at": None} if open else {"ended_by": by, "ended_at": at}
    changed = session.scalar(
        update(Source).where(Source.team_id == team, Source.id == source, is_other).values(values).returning(Source.id),
        execution_options={"synchronize_session": False},
    )
    return changed is not None

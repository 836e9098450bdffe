"""Cursors of scheduled sources: whose turn it is to look, and the place up to which was looked.

Both move by compare-and-set. The time of the next look says who looks: whoever moves it has the turn until then, and
another process has it afterwards. The number of moves says what was read: a cursor that moved since is not moved again.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import Source, SourceCursor
from store.states import SourceKind


@dataclass(frozen=True, kw_only=True)
class CursorLine:
    """The cursor of a scheduled source, as it was read."""

    id: int
    source: int
    name: str
    """Name of the source."""
    cursor: str | None
    moves: int
    fetched_at: datetime | None
    next_at: datetime
    failures: int
    error: str | None
    ended_at: datetime | None
    """Time from which nothing of the source is taken in; None while it may hand in cases."""


def begin(session: Session, source: int, *, team: int, at: datetime) -> None:
    """Add the cursor of a source, which is due at once, where it has none yet."""
    rows.add_new(
        session,
        SourceCursor,
        ("source_id",),
        team_id=team,
        source_id=source,
        cursor=None,
        moves=0,
        fetched_at=None,
        next_at=at,
        failures=0,
        error=None,
    )


def named(session: Session, names: Collection[str] | None = None, *, team: int) -> Mapping[str, CursorLine]:
    """Return the cursors of scheduled sources by the source's name. `names`: of these alone; None: of all."""
    query = (
        select(SourceCursor, Source.name, Source.ended_at)
        .join(Source, Source.id == SourceCursor.source_id)
        .where(SourceCursor.team_id == team, Source.kind == SourceKind.SCHEDULE)
        .order_by(Source.name)
    )
    if names is not None:
        query = query.where(Source.name.in_(names))
    return {
        name: CursorLine(
            id=row.id,
            source=row.source_id,
            name=name,
            cursor=row.cursor,
            moves=row.moves,
            fetched_at=row.fetched_at,
            next_at=row.next_at,
            failures=row.failures,
            error=row.error,
            ended_at=ended_at,
        )
        for row, name, ended_at in session.execute(query)
    }


def take_turn(session: Session, line: CursorLine, *, team: int, until: datetime) -> bool:
    """Take the turn to look until a time; False where another process has it since the cursor was read."""
    as_read = {"team_id": team, "next_at": line.next_at, "moves": line.moves}
    return rows.change(session, SourceCursor, line.id, where=as_read, to={"next_at": until})


def move(session: Session, line: CursorLine, *, team: int, to: str, at: datetime, next_at: datetime) -> bool:
    """Move a cursor to the place up to which was looked; False where it moved since it was read."""
    return rows.change(
        session,
        SourceCursor,
        line.id,
        where={"team_id": team, "moves": line.moves},
        to={"cursor": to, "moves": line.moves + 1, "fetched_at": at, "next_at": next_at, "failures": 0, "error": None},
    )


def fail(session: Session, line: CursorLine, *, team: int, until: datetime, error: str, next_at: datetime) -> bool:
    """Count a look that failed. `until`: the end of its turn; False where another process has the turn since."""
    return rows.change(
        session,
        SourceCursor,
        line.id,
        where={"team_id": team, "moves": line.moves, "next_at": until},
        to={"failures": line.failures + 1, "error": error, "next_at": next_at},
    )

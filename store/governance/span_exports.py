"""Progress of sending runs as spans, and the stops of runs that come next, in the order of the audit."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.db import rows
from store.schema import AuditRow, SpanExport


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A row of the audit by which a run stopped: it ended, or came to a person."""

    id: int
    at: datetime
    run: int
    case: int


def get(session: Session, *, team: int) -> SpanExport | None:
    """Return how far the runs of a team were sent; None where none ever was."""
    return session.scalar(select(SpanExport).where(SpanExport.team_id == team))


def begin(session: Session, *, team: int, position: int, at: datetime) -> None:
    """Begin at a row of the audit. Nothing happens where the team has begun before."""
    rows.add_new(session, SpanExport, ("team_id",), team_id=team, position=position, given_up=0, changed_at=at)


def change(session: Session, export: SpanExport, *, at: datetime, **changes: Any) -> bool:
    """Change the row of a team; False where another process changed its position since it was read."""
    where = {"position": export.position, "team_id": export.team_id}
    return rows.change(session, SpanExport, export.id, where=where, to={**changes, "changed_at": at})


def newest_row(session: Session, *, team: int) -> int:
    """Return the newest row of the audit; 0 before the first."""
    query = select(AuditRow.id).where(AuditRow.team_id == team).order_by(AuditRow.id.desc()).limit(1)
    return session.scalar(query) or 0


def stops(
    session: Session, *, team: int, after: int, until: int, actions: Collection[str], limit: int
) -> Sequence[Stop]:
    """Return the stops of runs between two rows of the audit, oldest first. `actions`: those of runs that are stops."""
    # Nothing is said of the subject's kind: its index would be read from end to end.
    query = (
        select(AuditRow.id, AuditRow.at, AuditRow.subject_id, AuditRow.case_id)
        .where(
            AuditRow.team_id == team,
            AuditRow.id > after,
            AuditRow.id <= until,
            AuditRow.action.in_(actions),
        )
        .order_by(AuditRow.id)
        .limit(limit)
    )
    found = session.execute(query)
    return [Stop(id=id, at=at, run=run, case=case) for id, at, run, case in found if case is not None]

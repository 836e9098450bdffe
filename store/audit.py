"""Who did what and when. Rows are only ever added."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import rows
from store.schema import AuditRow, Case


@dataclass(frozen=True, kw_only=True)
class AuditLine:
    """A row about a case, with the case's key."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str
    key: str


def record(
    session: Session,
    *,
    team: int,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    case: int | None,
    details: dict[str, str | int | None] | None = None,
) -> None:
    """Add a row: `action` in the past tense, `subject` as kind:id, `details` ids and hashes only."""
    rows.add(
        session,
        AuditRow,
        team_id=team,
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        case_id=case,
        details=details or {},
    )


def of_case(session: Session, case: int) -> list[AuditRow]:
    """All rows about a case, oldest first."""
    return list(session.scalars(select(AuditRow).where(AuditRow.case_id == case).order_by(AuditRow.id)))


def since(session: Session, *, team: int, row: int) -> list[AuditLine]:
    """The rows about cases after this one, oldest first."""
    query = (
        select(AuditRow.id, AuditRow.at, AuditRow.actor, AuditRow.action, AuditRow.subject, Case.key)
        .join(Case, Case.id == AuditRow.case_id)
        .where(AuditRow.team_id == team, AuditRow.id > row)
        .order_by(AuditRow.id)
    )
    return [
        AuditLine(id=id, at=at, actor=actor, action=action, subject=subject, key=key)
        for id, at, actor, action, subject, key in session.execute(query)
    ]

"""Who did what and when. Rows are only ever added."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import rows
from store.schema import AuditRow


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

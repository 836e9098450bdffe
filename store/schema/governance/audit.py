"""The table of the audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, ForeignKey, Index, String, Table, event, text
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfSubject, OfTeam, index_of_some


class AuditRow(OfSubject, OfTeam, Base):
    """One act with its actor and time: ids and hashes, no content. Rows are only ever added."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_subject_kind_subject_id", "subject_kind", "subject_id"),
        index_of_some(
            "ix_audit_stops", "team_id", "at", where="action IN ('run.doubtful', 'run.failed', 'run.parked')"
        ),
        # A digest asks how often a rule barred what people decided; few decisions are refused.
        index_of_some(
            "ix_audit_refused_decisions", "team_id", "at", where="action IN ('approve.refused', 'edit.refused')"
        ),
        # Who read what is asked for a person, and looked at before each further reading of theirs is kept.
        index_of_some("ix_audit_readings", "team_id", "actor", "at", "subject_id", where="action = 'case.read'"),
    )

    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    action: Mapped[str] = mapped_column(String(60))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    details: Mapped[dict[str, Any]]


@event.listens_for(AuditRow.__table__, "after_create")
def _number_within_transactions(table: Table, connection: Connection, **_: object) -> None:
    """Have a row draw its number only once its transaction has an id, on PostgreSQL.

    Whoever seals the rows knows by the ids of open transactions which numbers may still appear.
    """
    if connection.dialect.name == "postgresql":
        schema = connection.schema_for_object(table)
        name = f"{schema}.{table.name}" if schema else table.name
        drawn = f"CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('{name}_id_seq'::regclass) END"
        connection.execute(text(f"ALTER TABLE {name} ALTER COLUMN id SET DEFAULT {drawn}"))

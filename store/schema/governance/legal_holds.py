"""The table of legal holds: content that is kept however old it is, and whoever asks for its removal."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfSubject, OfTeam, index_of_some


class LegalHold(OfSubject, OfTeam, Base):
    """An order to keep the content of a case, or of all cases of a workflow."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        # Few hold at a time, and each removal asks for them.
        index_of_some("ix_legal_holds_active", "team_id", "subject_kind", "subject_id", where="lifted_at IS NULL"),
    )

    reason: Mapped[str] = mapped_column(String(500))
    placed_by: Mapped[str] = mapped_column(String(100))
    placed_at: Mapped[datetime]
    lifted_by: Mapped[str | None] = mapped_column(String(100))
    lifted_at: Mapped[datetime | None]
    """Time when it was lifted; None while it holds."""

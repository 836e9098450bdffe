"""The table of terms: all that changes a workflow's behaviour, each time that it changed."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam


class TermsRow(OfTeam, Base):
    """The terms with which a process began, where they differ from those before."""

    __tablename__ = "terms"
    __table_args__ = (UniqueConstraint("workflow_id", "number"),)

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    number: Mapped[int]
    """Place among the workflow's terms, from 1; the greatest is in force."""
    version: Mapped[str] = mapped_column(String(64))
    """SHA-256 over the parts. Terms that come back have their earlier version again."""
    parts: Mapped[dict[str, Any]]
    """Each part by its name: plain values, or the hash of code and texts."""
    code_version: Mapped[str | None] = mapped_column(String(16))
    seen_at: Mapped[datetime]
    """Time of the start that first had them."""
    widens: Mapped[list[Any]]
    """Names of the parts that widen what goes alone, against the terms that were signed last."""
    signed_by: Mapped[str | None] = mapped_column(String(100))
    """The person who signed them, or who signed earlier terms that these do not widen; None: nothing goes alone."""
    signed_at: Mapped[datetime | None]
    signed_how: Mapped[str | None] = mapped_column(String(20))
    """Code of its way: by owner or backup, at the command line, as a sample, or kept from those before."""
    exception: Mapped[str | None]
    """Reason, in the signer's words, why it goes alone without a volume test or a baseline; None where it has both, or
    goes nowhere alone.
    """

"""The table of what was sent as spans. No row of it holds anything of a case."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam


class SpanExport(OfTeam, Base):
    """Progress of sending the runs of a team to a collector as spans: one row for the team."""

    __tablename__ = "span_exports"
    __table_args__ = (UniqueConstraint("team_id"),)

    position: Mapped[int]
    """Row of the audit up to which every stop of a run was sent, or given up."""
    failing_since: Mapped[datetime | None]
    """Time since when the collector takes nothing; None while it does."""
    error: Mapped[str | None] = mapped_column(String(100))
    """Code of the last failure; None while the collector takes spans."""
    given_up: Mapped[int]
    """Number of stops that were given up since the beginning."""
    given_up_at: Mapped[datetime | None]
    """Time when one was last given up; None where none was."""
    changed_at: Mapped[datetime]

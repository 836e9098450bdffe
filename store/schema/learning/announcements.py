"""The table of announced cases."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam, index_of_some
from store.states import AnnouncementState
from store.types import OneOf


class Announcement(OfTeam, Base):
    """A confident case that was announced, and is delivered at a time unless somebody stops it."""

    __tablename__ = "announcements"
    __table_args__ = (
        # Few of all are still to go out, and the next one is the first of them.
        index_of_some("ix_announcements_open", "team_id", "until", "id", where="state = 'open'"),
        Index("ix_announcements_case_id", "case_id"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"), unique=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    state: Mapped[AnnouncementState] = mapped_column(OneOf(AnnouncementState))
    at: Mapped[datetime]
    """Time at which it was announced."""
    until: Mapped[datetime]
    """Time at which it is delivered. It is never changed."""
    ended_at: Mapped[datetime | None]
    stopped_by: Mapped[str | None] = mapped_column(String(100))
    """The person who stopped it; None where nobody did."""

"""The table of courses. No row of it holds anything of a case."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam


class Course(OfTeam, Base):
    """The question whether a workflow is to expand, hold or stop, asked once for each week, and what leads chose."""

    __tablename__ = "courses"
    __table_args__ = (UniqueConstraint("team_id", "workflow_id", "period"),)

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    period: Mapped[str] = mapped_column(String(10))
    """Last local date of the week that it is about, as YYYY-MM-DD."""
    evidence: Mapped[dict[str, Any]]
    """Counts and amounts as they were when it was asked. They never change."""
    asked_at: Mapped[datetime]
    version: Mapped[int]
    """Number of changes so far: a choice has to name the one that was shown."""
    choice: Mapped[str | None] = mapped_column(String(10))
    """The course that was chosen; None until one is."""
    chosen_by: Mapped[str | None] = mapped_column(String(100))
    chosen_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(500))
    """A lead's words about the choice; None where they gave none."""

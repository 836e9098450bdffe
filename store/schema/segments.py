"""The table of segments: the groups of cases that a workflow is looked at by, such as languages."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam


class CaseSegment(OfTeam, Base):
    """The group that a run's case is in, by one of its workflow's segments. It outlives the case's content."""

    __tablename__ = "case_segments"
    __table_args__ = (UniqueConstraint("run_id", "name"),)

    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    name: Mapped[str] = mapped_column(String(60))
    """Name of the segment, such as `language`."""
    value: Mapped[str] = mapped_column(String(60))
    """The group, such as `de`; empty where the author's function gave none, or failed."""

"""Tables of segments: the groups of cases that a workflow is looked at by, such as languages, and who looked."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam


class SegmentGroup(OfTeam, Base):
    """A group of a workflow's segment. There are few of them, however many cases there are."""

    __tablename__ = "segment_groups"
    __table_args__ = (UniqueConstraint("workflow_id", "name", "value"),)

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    name: Mapped[str] = mapped_column(String(60))
    """Name of the segment, such as `language`."""
    value: Mapped[str] = mapped_column(String(60))
    """The group, such as `de`; empty where the author's function gave none, or failed."""


class CaseSegment(OfTeam, Base):
    """The group that a case was in when a run proposed something for it. It outlives the case's content."""

    __tablename__ = "case_segments"
    __table_args__ = (UniqueConstraint("case_id", "run_id", "group_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    run_id: Mapped[int] = mapped_column(ForeignKey("runs.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("segment_groups.id"))


class DigestLook(OfTeam, Base):
    """The word of a person that they looked at a digest."""

    __tablename__ = "digest_looks"
    __table_args__ = (UniqueConstraint("digest_id", "by"),)

    digest_id: Mapped[int] = mapped_column(ForeignKey("digests.id"))
    by: Mapped[str] = mapped_column(String(100))
    at: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(String(300))
    """A sentence of theirs about it; None: they wrote none."""

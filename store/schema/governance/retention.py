"""Tables of the removal of what was kept long enough. No row of them holds anything of a case."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam


class RetentionProgress(OfTeam, Base):
    """The ended runs of a workflow that were looked at for one class of content: up to a time, and a run of it."""

    __tablename__ = "retention_progress"
    __table_args__ = (UniqueConstraint("workflow_id", "kind"),)

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    kind: Mapped[str] = mapped_column(String(20))
    ended_at: Mapped[datetime]
    """End of the last run that was looked at."""
    run_id: Mapped[int]
    """Run up to which it looked. Of those that ended at the same time, those with a higher number are still to come."""


class PutOffRemoval(OfTeam, Base):
    """A case whose content was kept long enough, and stays for a reason: it is looked at again and again."""

    __tablename__ = "put_off_removals"
    __table_args__ = (UniqueConstraint("case_id"),)

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    looked_at: Mapped[datetime]
    """Time of the last look."""

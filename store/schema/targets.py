"""The table of targets that are down."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam


class TargetOutage(OfTeam, Base):
    """A time in which a target is down: deliveries to it wait, and one at a time is tried."""

    __tablename__ = "target_outages"
    __table_args__ = (UniqueConstraint("team_id", "target", "is_open"),)

    target: Mapped[str] = mapped_column(String(100))
    problem_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    """The target's last answer, or the error of the last attempt."""
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    is_open: Mapped[bool | None]
    """True while the outage lasts, then None: a target has one at a time."""
    probes: Mapped[int]
    """Number of probes since it began. To choose the next probe, a process names the number that it read."""
    probe_run: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    """Run whose delivery was last let through as a probe."""
    next_at: Mapped[datetime]
    """Time of the next probe."""
    waited: Mapped[int | None]
    """Number of deliveries that waited when the outage ended."""

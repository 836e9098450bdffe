"""Which systems of record do not take what is brought to them."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam


class TargetOutage(OfTeam, Base):
    """A time in which a target of deliveries is down: what is to be brought to it waits, and one at a time is tried."""

    __tablename__ = "target_outages"
    __table_args__ = (UniqueConstraint("team_id", "target", "standing"),)

    target: Mapped[str] = mapped_column(String(100))
    problem_id: Mapped[int] = mapped_column(ForeignKey("contents.id"))
    """What it said last, or what became of the attempt."""
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    standing: Mapped[bool | None]
    """True while it lasts, then None: one at a time stands for a target."""
    probes: Mapped[int]
    """How often it was tried since it began; whoever chooses the next probe names the number that they saw."""
    probe_run: Mapped[int | None] = mapped_column(ForeignKey("runs.id"))
    """The run whose delivery was last let through to see whether it is up."""
    next_at: Mapped[datetime]
    """When the next one is let through."""
    waited: Mapped[int | None]
    """How many deliveries waited for it when it ended."""

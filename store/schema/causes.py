"""The tables of causes of failures. No row of them holds anything of a case."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam, index_of_some
from store.states import CauseState
from store.types import OneOf


class Cause(OfTeam, Base):
    """Failures of one fingerprint, with a life."""

    __tablename__ = "causes"
    __table_args__ = (
        UniqueConstraint("team_id", "fingerprint"),
        Index("ix_causes_team_id_last_at", "team_id", "last_at"),
        # Few are ignored until a time, and they are looked at again and again.
        index_of_some("ix_causes_ignored", "team_id", "ignored_until", where="ignored_until IS NOT NULL"),
    )

    workflow_id: Mapped[int] = mapped_column(ForeignKey("workflows.id"))
    fingerprint: Mapped[str] = mapped_column(String(32))
    step: Mapped[str] = mapped_column(String(150))
    """Step that failed, or the part of the way: `propose`, `deliver`."""
    error: Mapped[str] = mapped_column(String(200))
    """Type of the error."""
    dependency: Mapped[str | None] = mapped_column(String(100))
    """The other system that it is about; None where that is not known."""
    message: Mapped[str] = mapped_column(String(300))
    """The error's message without all that changes from one failure to the next."""
    state: Mapped[CauseState] = mapped_column(OneOf(CauseState))
    version: Mapped[int]
    """Number of its changes of state. A press names the one that was shown."""
    changed_by: Mapped[str] = mapped_column(String(100))
    """Person who brought it into this state, or Countersign itself."""
    changed_at: Mapped[datetime]
    opened_at: Mapped[datetime]
    """Time since when it is broken: of its first failure, or of the first one after it was resolved."""
    failed_in: Mapped[str | None] = mapped_column(String(16))
    """Code version of the newest failure."""
    resolved_in: Mapped[str | None] = mapped_column(String(16))
    """Code version in which it was last resolved; None where it never was."""
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(String(100))
    ignored_until: Mapped[datetime | None]
    """Time until which it is ignored; None where it is not ignored until a time."""
    ignored_count: Mapped[int | None]
    """Number of all its failures up to which it is ignored."""
    ignored_rate: Mapped[int | None]
    """Number of failures within one hour of the clock up to which it is ignored."""
    count: Mapped[int]
    """Number of its failures so far."""
    first_at: Mapped[datetime]
    last_at: Mapped[datetime]
    cost: Mapped[Decimal]
    """US dollars that the failed runs took, recalled steps left out."""
    went_through: Mapped[int] = mapped_column(server_default="0")
    """Number of reruns that got past what failed, with the version of the code that the newest failure had."""
    came_back: Mapped[int] = mapped_column(server_default="0")
    """Number of reruns that failed for it once more, with that version."""


class CauseHour(OfTeam, Base):
    """The failures of a cause within one hour of the clock."""

    __tablename__ = "cause_hours"
    __table_args__ = (UniqueConstraint("cause_id", "hour"),)

    cause_id: Mapped[int] = mapped_column(ForeignKey("causes.id"))
    hour: Mapped[datetime]
    """Beginning of the hour."""
    number: Mapped[int]

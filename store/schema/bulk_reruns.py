"""The table of bulk reruns. No row of it holds anything of a case."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam, index_of_some
from store.states import BulkState
from store.types import OneOf


class BulkRerun(OfTeam, Base):
    """A rerun of the stopped cases of one cause: first of a few, then of the rest in waves."""

    __tablename__ = "bulk_reruns"
    __table_args__ = (
        Index("ix_bulk_reruns_cause_id_id", "cause_id", "id"),
        # Few are active, and they are looked for every other second.
        index_of_some("ix_bulk_reruns_active", "team_id", "id", where="state IN ('planned', 'trial', 'waves')"),
    )

    cause_id: Mapped[int] = mapped_column(ForeignKey("causes.id"))
    state: Mapped[BulkState] = mapped_column(OneOf(BulkState))
    since: Mapped[datetime | None]
    """Only runs that stopped at this time or later; None for all."""
    total: Mapped[int]
    """Number of runs that stood stopped when it began."""
    begun: Mapped[int]
    """Number of reruns that it began so far."""
    left_out: Mapped[int]
    """Number of runs that it left for a person."""
    wave: Mapped[int]
    """Number of waves so far, the trial included."""
    position: Mapped[int]
    """The last run that it came to. No run is come to twice."""
    began_by: Mapped[str] = mapped_column(String(100))
    began_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(100))
    """Person who brought it into this state, or Countersign itself."""
    changed_at: Mapped[datetime]
    planned_for: Mapped[datetime | None]
    """Time at which it begins by itself, at the latest; None where a person began it at once."""
    waits_for: Mapped[str | None] = mapped_column(String(200))
    """System for which it waits until then to be well; None where it waits for the time alone."""
    why_stopped: Mapped[str | None] = mapped_column(String(20))
    """A code for the reason why it stopped; None where it did not."""

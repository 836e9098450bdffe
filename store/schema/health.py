"""The tables of how other systems are: what they are called and answer. No row of them holds anything of a case."""

from datetime import datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam
from store.states import Health
from store.types import OneOf


class SystemCalls(OfTeam, Base):
    """The calls of one system within five minutes, added up by every process every few seconds."""

    __tablename__ = "system_calls"
    __table_args__ = (
        UniqueConstraint("team_id", "system", "began"),
        Index("ix_system_calls_team_id_began", "team_id", "began"),
    )

    system: Mapped[str] = mapped_column(String(100))
    """Name of the system, as people call it."""
    began: Mapped[datetime]
    """Beginning of the five minutes."""
    answered: Mapped[int]
    failed: Mapped[int]
    broken: Mapped[int]
    """Number of answers of another form than agreed. They are not among the answered ones."""
    milliseconds: Mapped[float]
    """Sum over the calls that were answered, in one form or the other."""
    last_ok_at: Mapped[datetime | None]
    last_bad_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(200))
    """Type of the last error."""


class Trouble(OfTeam, Base):
    """A time in which many calls of a system, or of a model, fail."""

    __tablename__ = "troubles"
    __table_args__ = (UniqueConstraint("team_id", "system", "is_open"),)

    system: Mapped[str] = mapped_column(String(200))
    """Name of the system, or of the model."""
    kind: Mapped[str] = mapped_column(String(20))
    """A code for what it is: a model, another system, Slack."""
    state: Mapped[Health] = mapped_column(OneOf(Health))
    """The worst state that it came to, the last time."""
    began_at: Mapped[datetime]
    spells: Mapped[int]
    """Number of times that it was in trouble since: where it comes back soon, that is the same trouble."""
    spell_at: Mapped[datetime]
    """Beginning of the last of these times."""
    changed_at: Mapped[datetime]
    """Time of the last change of the state."""
    ended_at: Mapped[datetime | None]
    end: Mapped[str | None] = mapped_column(String(20))
    """A code for how it ended."""
    is_open: Mapped[bool | None]
    """True while it lasts, then None: a system has one at a time."""
    total: Mapped[int]
    """Number of calls within the last minutes at the last change."""
    failed: Mapped[int]
    broken: Mapped[int]
    error: Mapped[str | None] = mapped_column(String(200))
    """Type of the last error at the last change."""

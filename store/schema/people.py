"""The table of people: when somebody is away, and when a review was last assigned to them. It gives no right."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.schema.base import Base, OfTeam


class PersonRow(OfTeam, Base):
    """A person who was away, or to whom a review was assigned."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("team_id", "person"),)

    person: Mapped[str] = mapped_column(String(100))
    away_from: Mapped[datetime | None]
    """Time from which they are away; None where they said nothing."""
    away_until: Mapped[datetime | None]
    delegate: Mapped[str | None] = mapped_column(String(100))
    """The person who takes what is assigned to them meanwhile, if that one may decide it."""
    assigned_at: Mapped[datetime | None]
    """Time at which a review was last assigned to them."""

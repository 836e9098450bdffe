"""What all tables share."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Float, ForeignKey, Integer, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from store.types import Money, UtcDateTime

# SQLite numbers rows by itself only where the key is called INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")
_Json = JSON().with_variant(JSONB, "postgresql")


class Base(DeclarativeBase):
    """What all tables share: names of constraints that are the same on every database."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: _Id,
        str: Text,
        datetime: UtcDateTime,
        Decimal: Money,
        float: Float,
        dict[str, Any]: _Json,
        list[Any]: _Json,
    }

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-2)


class OfTeam:
    """A row that belongs to a team."""

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), sort_order=-1)

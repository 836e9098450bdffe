"""The base of all tables."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    and_,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Mapped, mapped_column

from store.subjects import Subject, SubjectKind
from store.types import Money, UtcDateTime

# SQLite numbers rows by itself only if the key has the type INTEGER.
_Id = BigInteger().with_variant(Integer, "sqlite")
_Json = JSON().with_variant(JSONB, "postgresql")


class Base(DeclarativeBase):
    """The base of all tables: column types, and names of constraints that are the same on every database."""

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
        bytes: LargeBinary,
        dict[str, Any]: _Json,
        list[Any]: _Json,
    }

    id: Mapped[int] = mapped_column(primary_key=True, sort_order=-2)


def index_of_some(name: str, *columns: str, where: str, on_sqlite: str | None = None) -> Index:
    """Return an index of a few of a table's rows: the others cost it nothing. `where`: the condition for those;
    `on_sqlite`: how it is said there, which has no type for true and false.

    A query uses it only if it says the condition with the same words; a value that is handed over beside the statement
    does not count; see `store.types.literally`. SQLite keeps no figures of its tables and takes the index with the most
    columns that the query fixes: so team and state are columns, even where all rows have the same.
    """
    return Index(name, *columns, sqlite_where=text(on_sqlite or where), postgresql_where=text(where))


class OfSubject:
    """A row that is about a thing."""

    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int]
    """0 where the thing has no row."""

    @property
    def subject(self) -> Subject:
        """The thing."""
        return SubjectKind(self.subject_kind).of(self.subject_id)

    @classmethod
    def is_about(cls, subject: Subject) -> ColumnElement[bool]:
        """Return the condition that a row is about this thing."""
        return and_(cls.subject_kind == subject.kind, cls.subject_id == subject.id)

    @classmethod
    def is_about_same(cls, other: "type[OfSubject]") -> ColumnElement[bool]:
        """Return the condition that a row and one of another table are about the same thing."""
        return and_(cls.subject_kind == other.subject_kind, cls.subject_id == other.subject_id)

    @classmethod
    def is_about_row(cls, kind: SubjectKind, id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        """Return the condition that a row is about another table's row with this id."""
        return and_(cls.subject_kind == kind, cls.subject_id == id)


class OfTeam:
    """A row that belongs to a team."""

    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"), sort_order=-1)

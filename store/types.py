"""Column types where a database would quietly lose something: the time zone, the cents, which words there are."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum

from sqlalchemy import BigInteger, ColumnElement, DateTime, Dialect, String, literal_column
from sqlalchemy.types import TypeDecorator

_NANO = Decimal("1e-9")


def literally(word: StrEnum) -> ColumnElement[str]:
    """Return a word as a part of the statement: only then does a database use an index of the rows with this word."""
    return literal_column(f"'{word.value}'", String)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC. SQLite keeps no zone: a naive time is refused on the way in, and marked on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the time as the database keeps it. Raise `ValueError` for a naive time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; times are stored in UTC")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Money(TypeDecorator[Decimal]):
    """US dollars as whole nano-dollars: SQLite would keep a Numeric as a float."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int((value / _NANO).to_integral_value(ROUND_HALF_EVEN))

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else value * _NANO


class OneOf(TypeDecorator[StrEnum]):
    """A word of an enum, kept as it is and read as the enum's member. Raise `KeyError` for a word that is none.

    Reading costs a lookup in a dict, and writing nothing: a member is a string.
    """

    impl = String
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__(20)
        self.words = words

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], StrEnum | None]:
        words: dict[str | None, StrEnum | None] = {word.value: word for word in self.words}
        return (words | {None: None}).__getitem__

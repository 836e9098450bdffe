"""Adds a row, or changes one that is still as it was read.

A case takes a dozen inserts and as many conditional updates on its way. Each statement is therefore compiled once, and
handed to the driver with its values; compiling it anew, or only looking for it, would cost more than running it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Dialect, Insert, Table, bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase

from store.schema import Base

_MOST = 1_000
"""Statements that are kept compiled: many more than a database needs, and no more where tests make many."""


def add(session: Session, table: type[Base], **values: Any) -> int:
    """Add a row; returns its id. Raise `sqlalchemy.exc.IntegrityError` where a key stands already."""
    connection = session.connection()
    added = _added(_insert(connection.dialect, table, tuple(values)).run(connection, values))
    assert added is not None
    return added


def add_new(session: Session, table: type[Base], unique: tuple[str, ...], /, **values: Any) -> int | None:
    """Add a row, if none stands under its key; returns its id, or None. `unique`: the columns of that key."""
    connection = session.connection()
    statement = _insert_new(connection.dialect, table, tuple(values), unique)
    return _added(statement.run(connection, values))


def add_all(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Add several rows of the same columns. Raise `sqlalchemy.exc.IntegrityError` where a key stands already."""
    if rows:
        session.connection().execute(insert(_table(table)), rows)


def change(session: Session, table: type[Base], row: int, *, where: Mapping[str, Any], to: Mapping[str, Any]) -> bool:
    """Change a row if it is still as in `where`; False where it is not. The compare-and-set that settles all races.

    A row that this session has read shows the new values. `where` holds no None: no row equals it.
    """
    assert None not in where.values()
    values = {"old_id": row}
    values |= {f"old_{column}": value for column, value in where.items()}
    values |= {f"new_{column}": value for column, value in to.items()}
    connection = session.connection()
    statement = _update(connection.dialect, table, tuple(where), tuple(to))
    if statement.run(connection, values).rowcount != 1:
        return False
    known = session.identity_map.get(identity_key(table, row))
    if known is not None:
        for column, value in to.items():
            set_committed_value(known, column, value)
    return True


@dataclass(frozen=True, kw_only=True)
class _Statement:
    """A statement as the driver takes it."""

    sql: str
    parameters: Mapping[str, Callable[[Any], Any] | None]
    """By name and in their order: what makes of a value what the driver takes; None: it takes the value as it is."""
    positional: bool

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Run it with these values, which have to be all that it takes."""
        given = {
            name: values[name] if process is None else process(values[name])
            for name, process in self.parameters.items()
        }
        return connection.exec_driver_sql(self.sql, tuple(given.values()) if self.positional else given)


def _added(result: CursorResult[Any]) -> int | None:
    """The id of a row that was added; None where it was not."""
    if result.returns_rows:
        return cast(int | None, result.scalar_one_or_none())
    return result.lastrowid if result.rowcount == 1 else None


@lru_cache(maxsize=_MOST)
def _insert(dialect: Dialect, table: type[Base], columns: tuple[str, ...]) -> _Statement:
    return _compiled(_with_id(insert(_table(table)), table, dialect), dialect, _keys(table, columns))


@lru_cache(maxsize=_MOST)
def _insert_new(dialect: Dialect, table: type[Base], columns: tuple[str, ...], unique: tuple[str, ...]) -> _Statement:
    kind = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    adding = kind(_table(table)).on_conflict_do_nothing(index_elements=unique)
    return _compiled(_with_id(adding, table, dialect), dialect, _keys(table, columns))


@lru_cache(maxsize=_MOST)
def _update(dialect: Dialect, table: type[Base], where: tuple[str, ...], to: tuple[str, ...]) -> _Statement:
    columns = _table(table).c
    changing = (
        update(_table(table))
        .where(*(columns[name] == bindparam(f"old_{name}") for name in ("id", *where)))
        .values({name: bindparam(f"new_{name}") for name in to})
    )
    return _compiled(changing, dialect)


def _with_id(adding: Insert, table: type[Base], dialect: Dialect) -> UpdateBase:
    """Have PostgreSQL say the id. SQLite's driver knows it, and RETURNING would have it look for children there."""
    return adding.returning(_table(table).c.id) if dialect.name == "postgresql" else adding


def _keys(table: type[Base], columns: tuple[str, ...]) -> list[str]:
    """The columns by these names. Raise `KeyError` for one that is not there: SQLAlchemy would pass it over."""
    return [_table(table).c[name].key for name in columns]


def _compiled(statement: UpdateBase, dialect: Dialect, columns: list[str] | None = None) -> _Statement:
    compiled: SQLCompiler = statement.compile(dialect=dialect, column_keys=columns)
    order = compiled.positiontup if compiled.positional else compiled.binds
    assert order is not None
    types = {name: compiled.binds[name].type for name in order}
    return _Statement(
        sql=str(compiled),
        parameters={name: kind.dialect_impl(dialect).bind_processor(dialect) for name, kind in types.items()},
        positional=compiled.positional,
    )


def _table(table: type[Base]) -> Table:
    return cast(Table, table.__table__)

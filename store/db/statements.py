"""Statements that are compiled once, and go to the driver itself.

To compile a statement anew, or only to find it in a cache, costs more than to run it, and so does SQLAlchemy's way to
the driver. Worth it for the statements of every case and of every request to a model.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import repeat
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Dialect, Float, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

if TYPE_CHECKING:  # psycopg comes with the extra "postgres"
    import psycopg

    from store.db.postgres import Noticing

MOST = 1_000
"""Most statements of one kind that are kept: far more than a database needs, and a bound for tests that make many."""

_CONNECTION = "countersign_connection"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """A statement as the driver takes it."""

    sql: str
    parameters: Sequence[tuple[str, Callable[[Any], Any] | None]]
    """Names of the values with their conversions for the driver, in the statement's order; a name may be there twice.
    None: the driver takes the value as it is."""
    columns: Sequence[Callable[[Any], Any] | None]
    """Conversions of the columns that a query returns; None: the value is as the driver returns it."""
    positional: bool

    def run(self, session: Session, values: Mapping[str, Any]) -> "sqlite3.Cursor | psycopg.Cursor[Any]":
        """Run the statement with exactly these values; returns the driver's cursor, with values as the driver gives
        them.
        """
        connection = connection_of(session)
        with _translated(connection, self.sql):
            return driver_of(connection).cursor().execute(self.sql, self.given(values))

    def all(self, session: Session, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return all rows of a query, as their columns say."""
        found = self.run(session, values).fetchall()
        return [
            tuple([value if as_is is None else as_is(value) for as_is, value in zip(self.columns, row, strict=True)])
            for row in found
        ]

    def queue(self, session: Session, values: Mapping[str, Any], *, otherwise: Exception | None = None) -> None:
        """Run the statement now or later, at the latest at the commit; whatever reads the database comes after it.

        `otherwise`: the error to raise, now or later, where it changes no row, or a query finds none. Nothing that
        comes after the statement is kept then.
        """
        connection = connection_of(session)
        driver = driver_of(connection)
        if isinstance(driver, sqlite3.Connection):
            with _translated(connection, self.sql):
                cursor = driver.execute(self.sql, self.given(values))
                is_held = cursor.fetchone() is not None if self.columns else cursor.rowcount == 1
            if otherwise is not None and not is_held:
                raise otherwise
        elif otherwise is None:
            driver.queue(self.sql, self.given(values))
        else:
            # Only an error keeps the server from working on what was sent after this.
            held = self.sql if self.columns else f"{self.sql} RETURNING 1"
            fence = f"WITH held AS ({held}) SELECT 1 / count(*) FROM held"  # noqa: S608  # own SQL
            driver.queue(fence, self.given(values), otherwise)

    def run_each(self, session: Session, rows: Sequence[Mapping[str, Any]], same: Mapping[str, Any]) -> sqlite3.Cursor:
        """Run the statement for each of the rows, in one call of the driver. `same`: values that all rows have.

        Only on SQLite, for a statement that returns no rows.
        """
        columns = [
            repeat(_taken(to, same[name]), len(rows)) if name in same else [_taken(to, row[name]) for row in rows]
            for name, to in self.parameters
        ]
        connection = connection_of(session)
        driver = driver_of(connection)
        assert isinstance(driver, sqlite3.Connection)
        with _translated(connection, self.sql):
            return driver.executemany(self.sql, zip(*columns, strict=True))

    def given(self, values: Mapping[str, Any]) -> Any:  # Any: a tuple for one driver, a dict for the other
        """Return the values as the driver takes them."""
        if self.positional:
            return tuple([_taken(to, values[name]) for name, to in self.parameters])
        return {name: _taken(to, values[name]) for name, to in self.parameters}


def _taken(to: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if to is None else to(value)


def compiled(
    statement: UpdateBase | Select[*tuple[Any, ...]], dialect: Dialect, columns: Sequence[str] | None = None
) -> Statement:
    """Compile a statement with named values: by `bindparam`, or, for an insert, by its `columns`."""
    made: SQLCompiler = statement.compile(dialect=dialect, column_keys=columns)
    order = made.positiontup if made.positional else made.binds
    assert order is not None
    types = {name: made.binds[name].type for name in order}
    returned = statement.selected_columns if isinstance(statement, Select) else ()
    return Statement(
        sql=str(made),
        parameters=[(name, types[name].dialect_impl(dialect).bind_processor(dialect)) for name in order],
        columns=[_reading(column.type, dialect) for column in returned],
        positional=made.positional,
    )


def _reading(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Return the conversion of a column's values; None: they are as the driver returns them."""
    # Both drivers return a float. SQLAlchemy would need the server's word for the type.
    return None if isinstance(kind, Float) else kind.dialect_impl(dialect).result_processor(dialect, None)


def bind(session: Session, connection: Connection) -> None:
    """Note the connection of a session for its one transaction, since to ask for it each time takes long."""
    session.info[_CONNECTION] = connection


def connection_of(session: Session) -> Connection:
    """Return the connection of a session's transaction."""
    known: Connection | None = session.info.get(_CONNECTION)
    return session.connection() if known is None else known


def driver_of(connection: Connection) -> "sqlite3.Connection | Noticing":
    """Return the driver's own connection."""
    driver: sqlite3.Connection | Noticing | None = connection.connection.driver_connection
    assert driver is not None
    return driver


@contextmanager
def _translated(connection: Connection, sql: str) -> Iterator[None]:
    """Raise the driver's errors as SQLAlchemy's, without the values, and give up a connection that is lost."""
    dialect = connection.dialect
    driver: Any = dialect.dbapi  # Any: the DBAPI's modules share no type
    try:
        yield
    except driver.Error as error:
        pooled = connection.connection
        is_lost = dialect.is_disconnect(error, pooled, None)
        if is_lost:
            connection.invalidate(error)
        raise DBAPIError.instance(
            sql,
            None,
            error,
            driver.Error,
            hide_parameters=True,
            connection_invalidated=is_lost,
            dialect=dialect,
        ) from error

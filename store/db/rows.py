"""Gets a row by its id, adds one, or changes one that is still as it was read.

A case takes a dozen inserts and as many conditional updates on its way, so each statement is compiled once.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar, cast

from sqlalchemy import (
    Connection,
    CursorResult,
    Dialect,
    Insert,
    String,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

from store.db.statements import MOST, Statement, compiled
from store.schema import Base, OfTeam

_Row = TypeVar("_Row", bound=OfTeam)
_NOTHING: Mapping[str, Any] = {}


def get(session: Session, table: type[_Row], row: int, *, team: int, anew: bool = False) -> _Row | None:
    """The row of a team with this id, as the session knows it already or as it is kept. `anew`: as it is kept now."""
    found = session.get(table, row, populate_existing=anew)
    return found if found is not None and found.team_id == team else None


def add(session: Session, table: type[Base], **values: Any) -> int:
    """Add a row; returns its id. Raise `sqlalchemy.exc.IntegrityError` where a unique key is taken."""
    connection = session.connection()
    added = _added(_insert(connection.dialect, table, tuple(values)).run(connection, values))
    assert added is not None
    return added


def add_new(session: Session, table: type[Base], unique: tuple[str, ...], /, **values: Any) -> int | None:
    """Add a row unless its key is taken; returns its id, or None. `unique`: the columns of the key."""
    connection = session.connection()
    statement = _insert_new(connection.dialect, table, tuple(values), unique)
    return _added(statement.run(connection, values))


def add_all(
    session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]], same: Mapping[str, Any] = _NOTHING
) -> None:
    """Add several rows of the same columns with one statement; they are added in their order.

    `same`: the columns with one value for all rows. Raise `sqlalchemy.exc.IntegrityError` where a unique key is taken.
    """
    if rows:
        connection = session.connection()
        statement = _insert_all(connection.dialect, table, tuple(rows[0]), tuple(same), None, None)
        _run_for_all(statement, connection, rows, same)


def add_all_new(
    session: Session,
    table: type[Base],
    rows: Sequence[Mapping[str, Any]],
    same: Mapping[str, Any],
    *,
    by: str,
    unique: tuple[str, ...] | None = None,
) -> dict[Any, int]:
    """Do as `add_all` does, and return the ids of the rows that were added, by their value in the column `by`.

    That value has to differ in each row. `unique`: the columns of a key; a row whose key is taken is left out.
    """
    if not rows:
        return {}
    connection = session.connection()
    statement = _insert_all(connection.dialect, table, tuple(rows[0]), tuple(same), by, unique)
    if connection.dialect.name == "postgresql":
        return dict(_run_for_all(statement, connection, rows, same).all())
    # The transaction that writes is alone: what has a higher id than any row before is its own.
    newest = select(func.coalesce(func.max(_table(table).c.id), 0))
    before = connection.scalar(newest)
    _run_for_all(statement, connection, rows, same)
    added = select(_table(table).c[by], _table(table).c.id).where(_table(table).c.id > before)
    return dict(connection.execute(added).all())


def change(session: Session, table: type[Base], row: int, *, where: Mapping[str, Any], to: Mapping[str, Any]) -> bool:
    """Change a row if it is still as in `where`; False where it is not. This compare-and-set settles all races.

    A row that this session has read shows the new values. `where` may hold no None, which equals nothing in SQL.
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


def _added(result: CursorResult[*tuple[Any, ...]]) -> int | None:
    """Return the id of a row that was added; None where it was not."""
    if result.returns_rows:
        return cast(int | None, result.scalar_one_or_none())
    return result.lastrowid if result.rowcount == 1 else None


@lru_cache(maxsize=MOST)
def _insert(dialect: Dialect, table: type[Base], columns: tuple[str, ...]) -> Statement:
    return compiled(_with_id(insert(_table(table)), table, dialect), dialect, _keys(table, columns))


@lru_cache(maxsize=MOST)
def _insert_new(dialect: Dialect, table: type[Base], columns: tuple[str, ...], unique: tuple[str, ...]) -> Statement:
    kind = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    adding = kind(_table(table)).on_conflict_do_nothing(index_elements=unique)
    return compiled(_with_id(adding, table, dialect), dialect, _keys(table, columns))


@lru_cache(maxsize=MOST)
def _insert_all(
    dialect: Dialect,
    table: type[Base],
    each: tuple[str, ...],
    same: tuple[str, ...],
    by: str | None,
    unique: tuple[str, ...] | None,
) -> Statement:
    """Return the statement for many rows. `by`, `unique`: as in `add_all_new`.

    On SQLite it is run once for each row, within one call of the driver. On PostgreSQL it takes one array for each
    column: so its text is the same for any number of rows, which are not limited by the number of parameters.
    """
    kind: Any = postgresql.insert if dialect.name == "postgresql" else sqlite.insert
    adding, columns = kind(_table(table)), _table(table).c
    if dialect.name == "postgresql":
        given = func.unnest(*(bindparam(name, type_=postgresql.ARRAY(_item(columns[name].type))) for name in each))
        row = given.table_valued(*each, name="given").render_derived()
        values = [row.c[name] for name in each] + [bindparam(name, type_=columns[name].type) for name in same]
        adding = adding.from_select([*each, *same], select(*values))
    if unique is not None:
        adding = adding.on_conflict_do_nothing(index_elements=unique)
    if by is not None and dialect.name == "postgresql":
        adding = adding.returning(columns[by], columns.id)
    statement = compiled(adding, dialect, _keys(table, (*each, *same)))
    if dialect.name != "postgresql":
        return statement
    # psycopg writes an array as text by itself, where each quotation mark of a JSON text costs 3 microseconds.
    return replace(statement, sql=re.sub(r"%\((\w+)\)s(?=::[\w ]+\[\])", r"%(\1)b", statement.sql))


def _item(column: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return the type of a column's values in an array. An array of texts with a length would cut what is longer."""
    plain = column.impl_instance if isinstance(column, TypeDecorator) else column
    return Text() if isinstance(plain, String) else column


def _run_for_all(
    statement: Statement, connection: Connection, rows: Sequence[Mapping[str, Any]], same: Mapping[str, Any]
) -> CursorResult[*tuple[Any, ...]]:
    if connection.dialect.name == "postgresql":
        return statement.run(connection, {name: [row[name] for row in rows] for name in rows[0]} | dict(same))
    return statement.run_each(connection, rows, same)


@lru_cache(maxsize=MOST)
def _update(dialect: Dialect, table: type[Base], where: tuple[str, ...], to: tuple[str, ...]) -> Statement:
    columns = _table(table).c
    changing = (
        update(_table(table))
        .where(*(columns[name] == bindparam(f"old_{name}") for name in ("id", *where)))
        .values({name: bindparam(f"new_{name}") for name in to})
    )
    return compiled(changing, dialect)


def _with_id(adding: Insert, table: type[Base], dialect: Dialect) -> UpdateBase:
    """Return the id through RETURNING on PostgreSQL. On SQLite the driver knows it; RETURNING would check children."""
    return adding.returning(_table(table).c.id) if dialect.name == "postgresql" else adding


def _keys(table: type[Base], columns: tuple[str, ...]) -> list[str]:
    """Return the columns with these names. Raise `KeyError` for an unknown one, which SQLAlchemy would ignore."""
    return [_table(table).c[name].key for name in columns]


def _table(table: type[Base]) -> Table:
    return cast(Table, table.__table__)

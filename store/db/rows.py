"""Gets a row by its id, adds one, or changes one that is still as it was read.

A case takes a dozen inserts and as many conditional updates on its way, so each statement is compiled once.
"""

import re
import sqlite3
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sqlalchemy import (
    ColumnElement,
    Dialect,
    Insert,
    Integer,
    String,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.types import TypeEngine

from store.db.statements import MOST, Statement, compiled, connection_of, driver_of
from store.schema import Base

if TYPE_CHECKING:  # psycopg comes with the extra "postgres"
    import psycopg

    from store.db.postgres import Noticing

BLOCK = 50
"""Ids that a connection takes at once for a table whose ids tell no order."""

_Row = TypeVar("_Row", bound=Base)
_NOTHING: Mapping[str, Any] = {}


def get(session: Session, table: type[_Row], row: int, *, team: int, anew: bool = False) -> _Row | None:
    """The row of a team with this id, as the session knows it already or as it is kept. `anew`: as it is kept now."""
    known: Any = session.identity_map.get(identity_key(table, row))  # Any: each has a team, which no base class says
    if known is not None and not anew:
        return known if known.team_id == team else None
    found = _get(_dialect(session), table).all(session, {"id": row, "team": team})
    return read(session, table, found[0], anew=True) if found else None


def read(session: Session, table: type[_Row], values: Sequence[Any], *, anew: bool = False) -> _Row:
    """Return the row with these values, which were read now, in the order of the table's columns.

    It is as the session knows it already, if it does. `anew`: as it was read.
    """
    read_now = dict(zip((column.key for column in _table(table).columns), values, strict=True))
    known: _Row | None = session.identity_map.get(identity_key(table, read_now["id"]))
    if known is not None:
        if anew:
            for column, value in read_now.items():
                set_committed_value(known, column, value)
        return known
    row = table(**read_now)
    make_transient_to_detached(row)
    session.add(row)
    return row


def add(session: Session, table: type[Base], **values: Any) -> int:
    """Add a row; returns its id. Raise `sqlalchemy.exc.IntegrityError` where a unique key is taken."""
    added = _added(_insert(_dialect(session), table, tuple(values)).run(session, values))
    assert added is not None
    return added


def add_new(session: Session, table: type[Base], unique: tuple[str, ...], /, **values: Any) -> int | None:
    """Add a row unless its key is taken; returns its id, or None. `unique`: the columns of the key."""
    return _added(_insert_new(_dialect(session), table, tuple(values), unique).run(session, values))


def append(session: Session, table: type[Base], **values: Any) -> None:
    """Add a row whose id nobody needs, at the latest at the commit.

    Raise `sqlalchemy.exc.IntegrityError`, now or at the commit, where a unique key is taken.
    """
    _insert(_dialect(session), table, tuple(values), returning=False).queue(session, values)


def add_numbered(session: Session, table: type[Base], **values: Any) -> int:
    """Add a row like `append`; returns its id. The ids of a table that is added to like this tell no order."""
    dialect = _dialect(session)
    if dialect.name != "postgresql":
        return add(session, table, **values)
    number = _number(session, table)
    values["id"] = number
    _insert(dialect, table, tuple(values), returning=False).queue(session, values)
    return number


def add_all(
    session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]], same: Mapping[str, Any] = _NOTHING
) -> None:
    """Add several rows of the same columns with one statement, in their order, at the latest at the commit.

    `same`: the columns with one value for all rows. Raise `sqlalchemy.exc.IntegrityError`, now or at the commit, where
    a unique key is taken.
    """
    if rows:
        dialect = _dialect(session)
        statement = _insert_all(dialect, table, tuple(rows[0]), tuple(same), None, None)
        if dialect.name == "postgresql":
            statement.queue(session, _columns(rows, same))
        else:
            statement.run_each(session, rows, same)


def add_all_new(
    session: Session,
    table: type[Base],
    rows: Sequence[Mapping[str, Any]],
    same: Mapping[str, Any],
    *,
    by: str,
    unique: tuple[str, ...] | None = None,
) -> dict[Any, int]:
    """Add several rows like `add_all`, now; return the ids of those that were added, by their value in the column `by`.

    That value has to differ in each row. `unique`: the columns of a key; a row whose key is taken is left out.
    """
    if not rows:
        return {}
    if len(rows) == 1:
        values = {**rows[0], **same}
        added = add(session, table, **values) if unique is None else add_new(session, table, unique, **values)
        return {} if added is None else {rows[0][by]: added}
    dialect = _dialect(session)
    statement = _insert_all(dialect, table, tuple(rows[0]), tuple(same), by, unique)
    if dialect.name == "postgresql":
        return dict(statement.run(session, _columns(rows, same)).fetchall())
    # The transaction that writes is alone: what has a higher id than any row before is its own.
    newest = select(func.coalesce(func.max(_table(table).c.id), 0))
    before = session.scalar(newest)
    statement.run_each(session, rows, same)
    newer = select(_table(table).c[by], _table(table).c.id).where(_table(table).c.id > before)
    return dict(connection_of(session).execute(newer).all())


def change(session: Session, table: type[Base], row: int, *, where: Mapping[str, Any], to: Mapping[str, Any]) -> bool:
    """Change a row if it is still as in `where`; False where it is not. This compare-and-set settles all races.

    A row that this session has read shows the new values. `where` may hold no None, which equals nothing in SQL.
    """
    statement, values = _change(session, table, row, where, to)
    if statement.run(session, values).rowcount != 1:
        return False
    _show(session, table, row, to)
    return True


def change_or_fail(
    session: Session,
    table: type[Base],
    row: int,
    *,
    where: Mapping[str, Any],
    to: Mapping[str, Any],
    otherwise: Exception,
) -> None:
    """Change a row like `change`; raise `otherwise` where it is not as in `where`.

    It is raised now, by a later statement, or at the commit. What the transaction does after this is not kept then: so
    the database need not be asked at once.
    """
    statement, values = _change(session, table, row, where, to)
    statement.queue(session, values, otherwise=otherwise)
    _show(session, table, row, to)


def hold(session: Session, table: type[Base], row: int, *, team: int) -> None:
    """Lock a row until the transaction ends. Statements after this one see it, and what belongs to it, as it is then.

    On SQLite a writing transaction holds all rows in any case.
    """
    if _dialect(session).name == "postgresql":
        _hold(_dialect(session), table, ("team_id",)).queue(session, {"old_id": row, "old_team_id": team})


def hold_or_fail(
    session: Session, table: type[Base], row: int, *, where: Mapping[str, Any], otherwise: Exception
) -> None:
    """Lock a row that is as in `where` until the transaction ends; raise `otherwise` like `change_or_fail` where it is
    not.

    On SQLite a writing transaction holds all rows in any case.
    """
    statement = _hold(_dialect(session), table, tuple(where))
    statement.queue(session, {"old_id": row} | _old(where), otherwise=otherwise)


def _old(where: Mapping[str, Any]) -> dict[str, Any]:
    assert None not in where.values()
    return {f"old_{column}": value for column, value in where.items()}


def _change(
    session: Session, table: type[Base], row: int, where: Mapping[str, Any], to: Mapping[str, Any]
) -> tuple[Statement, dict[str, Any]]:
    values = {"old_id": row} | _old(where)
    values |= {f"new_{column}": value for column, value in to.items()}
    return _update(_dialect(session), table, tuple(where), tuple(to)), values


def _show(session: Session, table: type[Base], row: int, to: Mapping[str, Any]) -> None:
    known = session.identity_map.get(identity_key(table, row))
    if known is not None:
        for column, value in to.items():
            set_committed_value(known, column, value)


def _dialect(session: Session) -> Dialect:
    return connection_of(session).dialect


def _added(cursor: "sqlite3.Cursor | psycopg.Cursor[Any]") -> int | None:
    """Return the id of a row that was added; None where it was not."""
    if isinstance(cursor, sqlite3.Cursor):
        return cursor.lastrowid if cursor.rowcount == 1 else None
    found = cursor.fetchone()
    return None if found is None else cast(int, found[0])


def _number(session: Session, table: type[Base]) -> int:
    """Take an id for a new row of a table on PostgreSQL, from a block of this connection's own."""
    connection = connection_of(session)
    driver = cast("Noticing", driver_of(connection))
    numbers = driver.numbers.setdefault(table.__tablename__, deque())
    if not numbers:
        taken = _next(connection.dialect).run(session, {"table": table.__tablename__, "many": BLOCK})
        numbers.extend(number for (number,) in taken.fetchall())
    return numbers.popleft()


@lru_cache(maxsize=MOST)
def _next(dialect: Dialect) -> Statement:
    sequence = func.pg_get_serial_sequence(bindparam("table", type_=String), literal_column("'id'"))
    many = func.generate_series(literal_column("1"), bindparam("many", type_=Integer))
    return compiled(select(func.nextval(sequence)).select_from(many), dialect)


@lru_cache(maxsize=MOST)
def _get(dialect: Dialect, table: type[Base]) -> Statement:
    columns = _table(table).c
    return compiled(
        select(*columns).where(columns.id == bindparam("id"), columns.team_id == bindparam("team")), dialect
    )


@lru_cache(maxsize=MOST)
def _insert(dialect: Dialect, table: type[Base], columns: tuple[str, ...], *, returning: bool = True) -> Statement:
    adding = insert(_table(table))
    return compiled(_with_id(adding, table, dialect) if returning else adding, dialect, _keys(table, columns))


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


def _columns(rows: Sequence[Mapping[str, Any]], same: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of rows as PostgreSQL takes them: a list for each column, and those that all have in common."""
    return {name: [row[name] for row in rows] for name in rows[0]} | dict(same)


@lru_cache(maxsize=MOST)
def _hold(dialect: Dialect, table: type[Base], where: tuple[str, ...]) -> Statement:
    holding = select(_table(table).c.id).where(*_as_before(table, where)).with_for_update(key_share=True)
    return compiled(holding, dialect)


def _as_before(table: type[Base], where: tuple[str, ...]) -> list[ColumnElement[bool]]:
    return [_table(table).c[name] == bindparam(f"old_{name}") for name in ("id", *where)]


@lru_cache(maxsize=MOST)
def _update(dialect: Dialect, table: type[Base], where: tuple[str, ...], to: tuple[str, ...]) -> Statement:
    changing = (
        update(_table(table)).where(*_as_before(table, where)).values({name: bindparam(f"new_{name}") for name in to})
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

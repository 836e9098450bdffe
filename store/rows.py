"""Adds a row, or changes one that is still as it was read.

A case takes a dozen inserts and as many conditional updates on its way. Each statement is therefore made once and only
given its values; building it anew would cost more than running it.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, cast

from sqlalchemy import Insert, Table, Update, bindparam, insert, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from store.schema import Base


def add(session: Session, table: type[Base], **values: Any) -> int:
    """Add a row; returns its id. Raise `sqlalchemy.exc.IntegrityError` where a key stands already."""
    result = session.connection().execute(_insert(table), values)
    key = result.inserted_primary_key
    assert key is not None
    return int(key[0])


def add_all(session: Session, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Add several rows of the same columns. Raise `sqlalchemy.exc.IntegrityError` where a key stands already."""
    if rows:
        session.connection().execute(_insert(table), rows)


def change(session: Session, table: type[Base], row: int, *, where: Mapping[str, Any], to: Mapping[str, Any]) -> bool:
    """Change a row if it is still as in `where`; False where it is not. The compare-and-set that settles all races.

    A row that this session has read shows the new values. `where` holds no None: no row equals it.
    """
    assert None not in where.values()
    values = {f"old_{column}": value for column, value in where.items()}
    values |= {f"new_{column}": value for column, value in to.items()}
    result = session.connection().execute(_update(table, tuple(where), tuple(to)), {"old_id": row, **values})
    if result.rowcount != 1:
        return False
    known = session.identity_map.get(identity_key(table, row))
    if known is not None:
        for column, value in to.items():
            set_committed_value(known, column, value)
    return True


@cache
def _insert(table: type[Base]) -> Insert:
    return insert(cast(Table, table.__table__))


@cache
def _update(table: type[Base], where: tuple[str, ...], to: tuple[str, ...]) -> Update:
    columns = cast(Table, table.__table__).c
    return (
        update(cast(Table, table.__table__))
        .where(*(columns[name] == bindparam(f"old_{name}") for name in ("id", *where)))
        .values({name: bindparam(f"new_{name}") for name in to})
    )

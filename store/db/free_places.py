"""Free places of the database's files: what was changed or deleted stands in them until they are used again.

`overwriting` has SQLite overwrite them at once. What a row left behind at earlier changes, and the file of changes that
are not copied into the database yet, takes `compact`. PostgreSQL keeps the old form of a row until it is vacuumed.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from store.db.database import Database
from store.db.statements import connection_of

LARGEST = 4 * 1024**3
"""Bytes of the largest SQLite file that is written anew while others wait: some 10 seconds for each GB."""


@contextmanager
def overwriting(session: Session) -> Iterator[None]:
    """Have what is changed in this block overwritten where it stood, on SQLite."""
    connection = connection_of(session)
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA secure_delete=ON")
    try:
        yield
    finally:
        connection.exec_driver_sql("PRAGMA secure_delete=OFF")


def compact(database: Database, tables: Sequence[str], *, largest: int = LARGEST) -> bool:
    """Leave nothing of earlier changes in the files of these tables; False where that could not be done now.

    SQLite writes its whole file anew, unless it is larger than `largest` bytes.
    """
    if database.file is not None:
        is_small = database.file.stat().st_size <= largest
        return (not is_small or _ran(database, ["VACUUM"])) and _is_copied(database) and is_small
    return _ran(database, [f"VACUUM {table}" for table in tables])


def _ran(database: Database, statements: Sequence[str]) -> bool:
    connection = database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with connection, suppress(DBAPIError, sqlite3.OperationalError):
        for statement in statements:
            connection.exec_driver_sql(statement)
        return True
    return False


def _is_copied(database: Database) -> bool:
    """Copy all changes into SQLite's file, and empty the file beside it; False where a reader needs that still."""
    with database.engine.connect() as connection:
        busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        return bool(busy == 0)

"""One process at a time works on a database.

While somebody holds this, every run that stands as being worked on is either his own or a dead process's. The lock is
the operating system's or the server's, so it goes with the process however that ends.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from store.database import Database

_ADVISORY_KEY = 0x636F756E746572
"""Of PostgreSQL's advisory lock: "counter" in ASCII."""


_LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's code for a lock that was not to be had in time."""


class Taken(RuntimeError):
    """Another Countersign process works on this database."""


@contextmanager
def exclusive(database: Database, *, patience: float = 0) -> Iterator[None]:
    """Hold the database's work lock for the block.

    `patience`: for how many seconds another process that holds it is waited for. Raise `Taken` then.
    """
    if database.file is not None:
        lock = FileLock(f"{database.file}.lock")
        try:
            lock.acquire(timeout=patience)
        except Timeout:
            raise Taken(f"another Countersign process works on {database.file}") from None
        try:
            yield
        finally:
            lock.release()
        return
    with database.engine.connect() as connection:
        _lock(connection, patience)
        try:
            yield
        finally:
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _ADVISORY_KEY})
            connection.commit()


def _lock(connection: Connection, patience: float) -> None:
    wait = f"{max(1, round(patience * 1000))}ms"
    connection.execute(text("SELECT set_config('lock_timeout', :wait, true)"), {"wait": wait})
    try:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _ADVISORY_KEY})
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        connection.rollback()
        raise Taken("another Countersign process works on this database") from None
    # The lock is the session's and outlives the transaction; the time-out goes with it.
    connection.commit()

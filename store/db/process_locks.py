"""One process at a time works on a SQLite file, and one at a time sends to Slack.

While somebody holds the work lock, every run that stands as being worked on is either his own or a dead process's. The
lock is the operating system's or the server's, so it goes with the process however that ends.
"""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError

from store.db.database import Database

WORK, SENDER = "work", "sender"
"""The locks: who works on runs, and who sends to Slack."""
_ADVISORY_KEY = 0x636F756E746572
"""Of PostgreSQL's advisory lock: "counter" in ASCII."""


IDLE = "60s"
"""For which the server lets the session of a sender be silent: so long is a lock held that nobody holds any more, where
even the network does not notice."""
_END_IDLE = text(
    "SELECT set_config(name, :idle, false) FROM pg_settings WHERE name = 'idle_session_timeout' AND source = 'default'"
)
_LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's code for a lock that was not to be had in time."""


class Taken(RuntimeError):
    """Another Countersign process works on this database."""


@contextmanager
def exclusive(database: Database, *, name: str = WORK, patience: float = 0) -> Iterator[Callable[[], bool]]:
    """Hold a lock of the database's for the block; yields what tells whether it is still held.

    `name`: which lock. One on PostgreSQL is lost with its connection. `patience`: for how many seconds another process
    that holds it is waited for. Raise `Taken` then.
    """
    if database.file is not None:
        lock = FileLock(f"{database.file}.lock" if name == WORK else f"{database.file}.{name}.lock")
        try:
            lock.acquire(timeout=patience)
        except Timeout:
            raise Taken(f"another Countersign process works on {database.file}") from None
        try:
            yield lambda: True
        finally:
            lock.release()
        return
    key = _ADVISORY_KEY + zlib.crc32(name.encode()) if name != WORK else _ADVISORY_KEY
    with database.engine.connect() as connection:
        _lock(connection, key, patience)
        if name == SENDER:
            # Whoever sends looks all the time whether the lock is still held, and one that is gone does not.
            connection.execute(_END_IDLE, {"idle": IDLE})
            connection.commit()
        try:
            yield lambda: _is_held(connection)
        finally:
            if _is_held(connection):
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
                connection.commit()
            # What was said to this session holds for nobody else.
            connection.invalidate()


def _is_held(connection: Connection) -> bool:
    """Does the session still live that holds the lock? It would be another one on a connection made in its place."""
    if connection.invalidated:
        return False
    try:
        connection.execute(text("SELECT 1"))
        connection.commit()
    except DBAPIError:
        return False
    return True


def _lock(connection: Connection, key: int, patience: float) -> None:
    wait = f"{max(1, round(patience * 1000))}ms"
    connection.execute(text("SELECT set_config('lock_timeout', :wait, true)"), {"wait": wait})
    try:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key})
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        connection.rollback()
        raise Taken("another Countersign process works on this database") from None
    # The lock is the session's and outlives the transaction; the time-out goes with it.
    connection.commit()

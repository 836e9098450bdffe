"""Locks between processes: one process works on a SQLite file, one sends to Slack, one sends spans, one sends webhooks,
one removes what was kept long enough, one makes what follows, one makes labels, and one asks versions beside others.

A run in a working state is the work lock holder's own, or a dead process's. The operating system or the server keeps
the lock, so it ends with the process, however that ends.
"""

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError

from store.db.database import Database

WORK, SENDER, SPANS, RETENTION = "work", "sender", "spans", "retention"
WEBHOOKS, FOLLOW_UPS, LABELS, ROLLOUTS = "webhooks", "follow-ups", "labels", "rollouts"
"""Names of the locks: for working on runs, for sending to Slack, for sending spans, for removing what is due, for
sending webhooks, for making what follows, for making labels and candidates of them, and for asking versions beside the
live ones.
"""
OF_PROCESSES = (SENDER, SPANS, RETENTION, WEBHOOKS, FOLLOW_UPS, LABELS, ROLLOUTS)
"""Names of the locks of which a process that serves holds some, on PostgreSQL."""
_ADVISORY_KEY = 0x636F756E746572
"""Key of PostgreSQL's advisory lock: "counter" in ASCII."""


IDLE = "60s"
"""Time after which the server ends a silent session of a sender, of either kind. So long is the lock held after its
holder vanished without the network noticing."""
_END_IDLE = text(
    "SELECT set_config(name, :idle, false) FROM pg_settings WHERE name = 'idle_session_timeout' AND source = 'default'"
)
_LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's code for a lock that was not free in time."""


class Taken(RuntimeError):
    """Another Countersign process works on this database."""


@contextmanager
def exclusive(database: Database, *, name: str = WORK, patience: float = 0) -> Iterator[Callable[[], bool]]:
    """Hold a lock of the database for the block; yields a function that tells whether it is still held.

    `name`: which lock. A lock on PostgreSQL is lost with its connection. `patience`: seconds to wait for another
    process that holds it. Raise `Taken` after that.
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
    key = advisory_key(name)
    with database.engine.connect() as connection:
        _lock(connection, key, patience)
        if name in (SENDER, SPANS, WEBHOOKS, FOLLOW_UPS):
            # A living holder checks its lock all the time, so its session is never silent.
            connection.execute(_END_IDLE, {"idle": IDLE})
            connection.commit()
        try:
            yield lambda: _is_held(connection)
        finally:
            if _is_held(connection):
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
                connection.commit()
            # Settings of this session must not reach the next user of the connection.
            connection.invalidate()


def advisory_key(name: str) -> int:
    """Return the key of PostgreSQL's advisory lock for a lock."""
    return _ADVISORY_KEY + zlib.crc32(name.encode()) if name != WORK else _ADVISORY_KEY


def is_taken(database: Database) -> bool:
    """Tell whether a process holds the lock for working on runs alone. On PostgreSQL an upgrade of the schema does."""
    if database.file is not None:
        lock = FileLock(f"{database.file}.lock")
        try:
            with lock.acquire(timeout=0):
                return False
        except Timeout:
            return True
    free = text("SELECT pg_try_advisory_xact_lock_shared(:key)")
    with database.read() as session:
        return not session.scalar(free, {"key": advisory_key(WORK)})


def _is_held(connection: Connection) -> bool:
    """Tell whether the session that took the lock still lives. A session made in its place does not hold it."""
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
    # The lock is the session's and outlives the transaction; the timeout ends with the transaction.
    connection.commit()

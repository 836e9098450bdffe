"""Locks between processes: one process works on a SQLite file, one sends to Slack, one sends spans, one sends webhooks,
one removes what was kept long enough, one makes what follows, one makes labels, and one asks versions beside others.
Where several teams are in a database, each has its own of these but the first.

A run in a working state is the work lock holder's own, or a dead process's. The operating system or the server keeps
the lock, so it ends with the process, however that ends.
"""

import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from weakref import WeakKeyDictionary

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


_LOOK = 1.0
"""Seconds for which a session that answered counts as alive."""
_TRY = 0.1
"""Seconds between two attempts to take a lock, for who waits for it."""


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
    if (locks := _shared.get(database)) is not None and name != WORK:
        with locks.held(advisory_key(name), patience) as is_held:
            yield is_held
        return
    key = advisory_key(name)
    with database.engine.connect() as connection:
        _lock(connection, key, patience)
        if any(name == one or name.startswith(f"{one}-") for one in (SENDER, SPANS, WEBHOOKS, FOLLOW_UPS)):
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
    """Take a lock for the session of a connection. Raise `Taken`."""
    if patience > 0:
        is_ours = _waited(connection, key, patience)
    else:
        # A timeout would be an error for the database's log, and whoever stands by asks every few seconds.
        is_ours = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar() is True
    # The lock is the session's and outlives the transaction; a timeout ends with the transaction.
    connection.commit()
    if not is_ours:
        raise Taken("another Countersign process works on this database")


def _waited(connection: Connection, key: int, patience: float) -> bool:
    """Wait for a lock behind those that wait already; False where it is not free in time."""
    wait = f"{max(1, round(patience * 1000))}ms"
    connection.execute(text("SELECT set_config('lock_timeout', :wait, true)"), {"wait": wait})
    try:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": key})
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        connection.rollback()
        return False
    return True


class _Locks:
    """All locks of a process in one session of PostgreSQL's: a process of many teams would hold dozens otherwise."""

    def __init__(self, database: Database) -> None:
        """Open no session yet."""
        self._engine = database.engine
        self._lock = Lock()
        self._connection: Connection | None = None
        self._sessions = 0
        """Number of the session: whoever took a lock in an earlier one has lost it."""
        self._keys: set[int] = set()
        """The locks that threads of this process hold. The session itself would be given them again."""
        self._answered_at = float("-inf")

    @contextmanager
    def held(self, key: int, patience: float) -> Iterator[Callable[[], bool]]:
        """Hold a lock for the block; yields as `exclusive` does. Raise `Taken`."""
        until = time.monotonic() + patience
        while (session := self._take(key)) is None:
            if time.monotonic() >= until:
                raise Taken("another Countersign process works on this database")
            time.sleep(_TRY)
        try:
            yield lambda: self._is_alive(session)
        finally:
            self._let_go(key, session)

    def _take(self, key: int) -> int | None:
        """Take a lock; returns the session, or None where it is not free."""
        with self._lock:
            if key in self._keys:
                return None
            try:
                taken = self._ask("SELECT pg_try_advisory_lock(:key)", key=key)
            except DBAPIError:
                self._forget()
                raise
            if not taken:
                return None
            self._keys.add(key)
            return self._sessions

    def _is_alive(self, session: int) -> bool:
        with self._lock:
            if session != self._sessions:
                return False
            if time.monotonic() - self._answered_at < _LOOK:
                return True
            try:
                self._ask("SELECT 1")
            except DBAPIError:
                self._forget()
                return False
            return True

    def _let_go(self, key: int, session: int) -> None:
        with self._lock:
            if session != self._sessions:
                return
            self._keys.discard(key)
            try:
                self._ask("SELECT pg_advisory_unlock(:key)", key=key)
            except DBAPIError:
                self._forget()

    def _ask(self, statement: str, **values: int) -> object:
        if self._connection is None:
            self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self._sessions += 1
            self._connection.execute(_END_IDLE, {"idle": IDLE})
        answer: object = self._connection.execute(text(statement), values).scalar()
        self._answered_at = time.monotonic()
        return answer

    def _forget(self) -> None:
        """Give up the session, and with it all locks: another process may have them by now."""
        connection, self._connection = self._connection, None
        self._sessions += 1
        self._keys.clear()
        if connection is not None:
            connection.invalidate()
            connection.close()

    def close(self) -> None:
        """End the session."""
        with self._lock:
            self._forget()


_shared: WeakKeyDictionary[Database, _Locks] = WeakKeyDictionary()


@contextmanager
def in_one_session(database: Database) -> Iterator[None]:
    """Take all locks but that for working in one session in the block, where the database is PostgreSQL's."""
    if database.file is not None:
        yield
        return
    locks = _shared[database] = _Locks(database)
    try:
        yield
    finally:
        del _shared[database]
        locks.close()

"""The connection to the database, and the one way to read and to write.

`read()` and `write()` are one transaction each. On SQLite a write begins IMMEDIATE, since a transaction that reads
first would fail at its first write if another one wrote in between. A read begins DEFERRED, so that it does not queue
behind the writers. Writes of several threads at once are committed together by `GroupCommit`.

A fault of the database (locked, full, gone, a transaction stopped for another one) is `Unavailable`, whatever the
driver calls it. The caller then does the whole work again later.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Dialect, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random

from store.db import extras, failpoints, schema_lock, statements, time_limits
from store.db.failpoints import Failpoint
from store.db.fair_lock import FairLock, TookTooLong
from store.db.group_commit import GroupCommit, NotKept

SYNCHRONOUS = "FULL"
"""SQLite's answer to a commit waits until the disk has it: a power cut takes nothing back."""
BUSY_TIMEOUT_MS = 10_000
"""Milliseconds for which a SQLite writer waits for another process."""

AT_ONCE = 4
"""Number of transactions of one process that write to PostgreSQL at once."""
_DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg")


class UnsupportedDatabase(ValueError):
    """Countersign keeps its rows in SQLite (a file) or PostgreSQL."""


class Unavailable(RuntimeError):
    """The database failed or did not answer. It is not certain whether the transaction was kept."""


class Upgrading(Unavailable):
    """The schema of the database is being upgraded."""


class Database:
    """A database; connections are made when first needed."""

    def __init__(self, url: str, *, connections: int = 32, durable: bool = True) -> None:
        """Open no connection yet. `connections`: the most that are open at once; at least one for each thread.

        `durable`: False for rows in a SQLite file that can be made again, so that no commit waits for the disk.

        Raise `UnsupportedDatabase` for anything but a SQLite file or PostgreSQL.
        """
        parsed = _parsed(url)
        self.dialect = parsed.get_backend_name()
        self.file: Path | None = None
        self.schema: str | None = None
        """Schema that this process works with, and which no other process changes while it does. None: whatever it is.
        """
        self._together: GroupCommit | None = None
        self._turns = FairLock(AT_ONCE)
        if self.dialect == "sqlite":
            self.file = _file_of(parsed)
            self.engine = _sqlite(parsed, connections, synchronous=SYNCHRONOUS if durable else "OFF")
            self._together = GroupCommit(self.engine, self._begin)
        else:
            self.engine = _postgresql(parsed, connections)
        # On SQLite a read sees one state anyway.
        isolated = {"isolation_level": "REPEATABLE READ"} if self.dialect == "postgresql" else {}
        self._reading: Engine = self.engine.execution_options(**isolated)
        self.writing: Engine = self.engine.execution_options()
        """Engine of transactions without a session, which take the write lock at once; migrations use it."""
        if self.dialect == "sqlite":
            # Not on the engine that all use: its listeners would cost time at each statement.
            event.listen(self.writing, "begin", _begin_immediate)

    def hold_to(self, schema: str) -> None:
        """Work with this schema alone from now on.

        Raise `store.db.schema_lock.OtherSchema` where the database has another one, now or at a later transaction that
        writes, or `Upgrading`.
        """
        self.schema = schema
        if self.file is None:
            event.listen(self.engine, "connect", partial(_hold, schema=schema))
            # Those that were made before do not hold it.
            self.engine.dispose()
        with self.read() as session:
            driver = statements.driver_of(session.connection())
            schema_lock.check(driver, schema)

    def _begin(self, connection: Connection) -> None:
        _begin_hurried(connection)
        if self.schema is not None:
            schema_lock.check(_driver(connection), self.schema)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a transaction that only reads and sees one state of the database throughout. Raise `Unavailable`."""
        with _available(), self._on(self._reading) as session:
            yield session

    @contextmanager
    def write(self, *, urgent: bool = False) -> Iterator[Session]:
        """Yield a transaction that writes: committed at the end of the block, rolled back by an exception.

        `urgent`: a person waits for it, so it goes before the workers. No network call inside the block. Raise
        `Unavailable`.
        """
        together, patience = self._together, time_limits.seconds()
        if together is not None:
            writing = together.part(urgent=urgent, patience=patience)
        else:
            writing = self._in_turn(urgent=urgent, patience=patience)
        with _available():
            with writing as session:
                yield session
                failpoints.before(Failpoint.COMMIT)
            failpoints.after(Failpoint.COMMIT)

    @contextmanager
    def _in_turn(self, *, urgent: bool, patience: float | None) -> Iterator[Session]:
        self._turns.wait(urgent=urgent, patience=patience)
        try:
            with self._on(self.engine) as session:
                yield session
        finally:
            self._turns.pass_on()

    @contextmanager
    def _on(self, engine: Engine) -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            connection, seconds = session.connection(), time_limits.seconds()
            statements.bind(session, connection)
            driver = statements.driver_of(connection)
            if isinstance(driver, sqlite3.Connection):
                driver.execute("BEGIN DEFERRED")
            elif seconds is not None:
                driver.queue(f"SET LOCAL statement_timeout = {_milliseconds(seconds)}", {})
            yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


@contextmanager
def _available() -> Iterator[None]:
    try:
        yield
    except (OperationalError, InterfaceError, sqlite3.OperationalError, NoConnection, TookTooLong, NotKept) as error:
        said = getattr(error, "orig", None) or error
        raise Unavailable(f"the database cannot do it now: {str(said).strip().splitlines()[0][:300]}") from error


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        # The message does not quote the URL: it may hold a password.
        raise UnsupportedDatabase("the URL cannot be read; use sqlite:///FILE or postgresql://...") from None
    if parsed.drivername not in _DRIVERS:
        raise UnsupportedDatabase(f"{parsed.drivername} is not supported; use sqlite:///FILE or postgresql://...")
    return parsed


def _file_of(url: URL) -> Path:
    if not url.database or ":memory:" in url.database or "mode" in url.query:
        raise UnsupportedDatabase("a SQLite database in memory forgets every case; name a file")
    return Path(url.database).resolve()


# hide_parameters keeps the values of a statement out of error texts: they may be a case.
def _sqlite(url: URL, connections: int, *, synchronous: str) -> Engine:
    timeout = {"timeout": BUSY_TIMEOUT_MS / 1000}
    engine = create_engine(url, connect_args=timeout, pool_size=connections, max_overflow=8, hide_parameters=True)
    event.listen(engine, "do_connect", _open_sqlite)
    event.listen(engine, "connect", partial(_prepare_sqlite, synchronous=synchronous))
    return engine


def _postgresql(url: URL, connections: int) -> Engine:
    try:
        # Loaded here: its driver comes with the extra "postgres".
        from store.db import postgres

        return postgres.engine(url, connections=connections)
    except ImportError as error:
        raise UnsupportedDatabase(
            f"PostgreSQL needs a driver ({error.name or error}): {extras.advice('postgres')}"
        ) from error


def _open_sqlite(dialect: Dialect, _record: object, arguments: list[Any], options: dict[str, Any]) -> object:
    """Open the file, readable by its owner alone: it holds cases. Any: the driver's own arguments.

    Raise `sqlite3.OperationalError`, naming the file where SQLite does not.
    """
    file = Path(arguments[0])
    try:
        # SQLite gives the files beside it (-wal, -shm) the mode of this one. An existing file is not opened here, since
        # closing it would release the locks that this process holds on it through its other connections.
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600))
        return dialect.connect(*arguments, **options)
    except OSError as error:
        why = f"there is no folder {file.parent}" if not file.parent.exists() else error.strerror or str(error)
        raise sqlite3.OperationalError(f"unable to open the database file {file}: {why}") from error
    except sqlite3.OperationalError as error:
        raise sqlite3.OperationalError(f"{file}: {error}") from error


# Any: the DBAPI's own connection has no shared type
def _prepare_sqlite(connection: Any, _record: object, *, synchronous: str) -> None:
    # Python's own transaction handling is off: each transaction says how it begins.
    connection.isolation_level = None
    for pragma in (f"busy_timeout={BUSY_TIMEOUT_MS}", f"synchronous={synchronous}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    # The first connection switches a new file to WAL; SQLite does not wait for that lock, so the others try again.
    switching = Retrying(
        retry=retry_if_exception_type(sqlite3.OperationalError),
        stop=stop_after_delay(BUSY_TIMEOUT_MS / 1000),
        wait=wait_random(0.005, 0.02),
        reraise=True,
    )
    switching(connection.execute, "PRAGMA journal_mode=WAL")


def _begin_hurried(connection: Connection) -> None:
    driver, seconds = _driver(connection), time_limits.seconds()
    if seconds is None:
        driver.execute("BEGIN IMMEDIATE")
        return
    driver.execute(f"PRAGMA busy_timeout={_milliseconds(seconds)}")
    try:
        driver.execute("BEGIN IMMEDIATE")
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


# Any: the driver's own connection, whose package may not be there
def _hold(connection: Any, _record: object, *, schema: str) -> None:
    """Keep upgrades of the schema off for as long as this connection to PostgreSQL lives."""
    try:
        (is_held,) = connection.execute(schema_lock.HOLD).fetchone()
        connection.commit()
        if not is_held:
            raise Upgrading(schema_lock.UPGRADING)
        # Looked at once it is held: another statement sees what was committed before.
        schema_lock.check(connection, schema)
        connection.commit()
    except BaseException:
        connection.close()
        raise


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))

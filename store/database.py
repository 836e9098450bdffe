"""The connection to the database, and the one way to read and to write.

`read()` and `write()` are one transaction each. On SQLite a write begins IMMEDIATE, behind `Turns`: a transaction that
reads first and writes later would fail where another writer came between, and a read that begins IMMEDIATE would queue
behind every writer.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from store.turns import Turns

BUSY_TIMEOUT_MS = 10_000
"""How long a SQLite writer waits for another process, in milliseconds."""


class UnsupportedDatabase(ValueError):
    """Countersign keeps its rows in SQLite (a file) or PostgreSQL."""


class Database:
    """A database, its connections made when they are first needed."""

    def __init__(self, url: str, *, connections: int = 32) -> None:
        """`connections`: the most that are open at once; at least one for each thread.

        Raise `UnsupportedDatabase` for anything but a SQLite file or PostgreSQL.
        """
        parsed = make_url(url)
        self.dialect = parsed.get_backend_name()
        self.file: Path | None = None
        match self.dialect:
            case "sqlite":
                if not parsed.database or parsed.database == ":memory:":
                    raise UnsupportedDatabase("a SQLite database in memory forgets every case; name a file")
                self.file = Path(parsed.database).absolute()
                self.engine = create_engine(
                    parsed, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, pool_size=connections, max_overflow=8
                )
                event.listen(self.engine, "connect", _prepare_sqlite)
                event.listen(self.engine, "begin", _begin_sqlite)
                self._turns: Turns | None = Turns()
            case "postgresql":
                url_with_driver = parsed.set(drivername="postgresql+psycopg")
                self.engine = create_engine(url_with_driver, pool_size=connections, max_overflow=8, pool_pre_ping=True)
                self._turns = None
            case other:
                raise UnsupportedDatabase(f"{other} is not supported; use sqlite:///FILE or postgresql://...")
        self.writing: Engine = self.engine.execution_options(countersign_write=True)
        """The engine whose transactions take the write lock at once."""

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A transaction that only reads; it sees one state of the database throughout."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def write(self, *, urgent: bool = False) -> Iterator[Session]:
        """A transaction that writes: committed at the end of the block, undone by an exception.

        `urgent`: a person waits for it; it goes before the workers. No network inside the block.
        """
        turn = self._turns.turn(urgent=urgent) if self._turns else nullcontext()
        with turn, Session(self.writing, expire_on_commit=False) as session, session.begin():
            yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: object) -> None:  # Any: the DBAPI's own connection has no shared type
    # Python's own transaction handling is off: the begin listener says how each one begins.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("countersign_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN DEFERRED")

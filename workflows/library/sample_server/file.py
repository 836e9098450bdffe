"""The file of a sample server: one SQLite file, which is the truth.

A change is applied once for each Idempotency-Key. A unique key in the file decides that, and not a look before the
write, because two threads or two processes may ask at the same moment. Every call has a connection of its own, so any
thread may call.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

BUSY_SECONDS = 10
"""Seconds that a call waits for another call's write before SQLite gives up with `database is locked`."""


class KeyReused(Exception):
    """This Idempotency-Key was already used for a different request."""

    def __str__(self) -> str:
        return str(self.__doc__)


class File:
    """One SQLite file, which is made if it does not exist."""

    def __init__(self, path: Path, schema: str) -> None:
        """Open the file. `schema`: SQL that makes the missing tables.

        Raise `sqlite3.DatabaseError` if the file is something else, `sqlite3.OperationalError` if it cannot be opened.
        """
        self._path = path
        if path.parent.is_dir():
            # Only its owner may read it.
            path.touch(0o600)
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(schema)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Open a connection that sees one state of the file in the block."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Open a connection whose changes are kept together at the end of the block, or not at all.

        Raise `sqlite3.OperationalError` if the file stays locked for `BUSY_SECONDS` or cannot be written.
        """
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)
        connection.row_factory = sqlite3.Row
        # A receipt that was sent has to survive a power cut.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with closing(self._connect()) as connection, connection:
            connection.execute(begin)
            yield connection

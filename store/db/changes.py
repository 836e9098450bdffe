"""Changes of a database, noticed without reading its rows: what a loop asks before it looks for work.

SQLite counts, for each connection, the commits of all others; PostgreSQL names the transactions whose rows are visible.
Both cost a small part of a transaction, and miss no commit of any process.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from types import TracebackType
from typing import Any, Self
from weakref import WeakKeyDictionary

from sqlalchemy import PoolProxiedConnection
from sqlalchemy.exc import SQLAlchemyError

from store.db.database import Database

_ASKED = {"sqlite": "PRAGMA data_version", "postgresql": "SELECT pg_current_snapshot()::text"}
"""Statement whose answer differs once another transaction was committed, by kind of database."""
_KEPT = 0.1
"""Seconds for which several who ask are told the same answer."""


class Changes:
    """The commits since the last question, on a connection that is kept. For one thread; it writes nothing itself."""

    def __init__(self, database: Database) -> None:
        """Open no connection yet."""
        self._asking = _together.get(database) or _Asking(database)
        self._last: object = None

    def are_there(self) -> bool:
        """Tell whether anything may have been committed since the last call. True at first, and where it cannot tell.

        What is committed after this call shows at the next one: so ask first, and look then.
        """
        present = self._asking.ask()
        if present is None:
            # The look that follows says what is wrong with the database.
            self._last = None
            return True
        changed, self._last = present != self._last, present
        return changed

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._asking.end()


class _Asking:
    """The question, on a connection of its own."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._asked = _ASKED[database.dialect]
        self._connection: PoolProxiedConnection | None = None
        self._number = 0
        """Number of the connection. What was committed while there was none is not known, so it is in each answer."""

    def ask(self) -> object:
        """Return a value that differs once something was committed; None where the database does not say."""
        try:
            return self._number, self._answer()
        except (self._engine.dialect.loaded_dbapi.Error, SQLAlchemyError):
            self.let_go()
            return None

    def _answer(self) -> object:
        if self._connection is None:
            self._number += 1
            self._connection = self._engine.raw_connection()
            driver: Any = self._connection.driver_connection  # Any: the drivers' connections have no shared type
            if self._engine.dialect.name == "postgresql":
                driver.autocommit = True
        else:
            driver = self._connection.driver_connection
        return driver.execute(self._asked).fetchone()[0]

    def let_go(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            # It is closed: its settings must not reach the next user of a pooled connection.
            connection.invalidate()

    def end(self) -> None:
        """End with the only one who asks."""
        self.let_go()


class _AskingForMany(_Asking):
    """The question of many threads, on one connection."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._lock = Lock()
        self._said: object = None
        self._asked_at = float("-inf")

    def ask(self) -> object:
        """Return the value, which may be a moment old: what was committed since shows at the next question."""
        with self._lock:
            if time.monotonic() - self._asked_at >= _KEPT:
                self._asked_at, self._said = time.monotonic(), super().ask()
            return self._said

    def end(self) -> None:
        """Go on for the others."""


_together: WeakKeyDictionary[Database, _AskingForMany] = WeakKeyDictionary()


@contextmanager
def asked_together(database: Database) -> Iterator[None]:
    """Have all who ask of a database in the block share one connection, which one thread at a time uses."""
    asking = _together[database] = _AskingForMany(database)
    try:
        yield
    finally:
        del _together[database]
        asking.let_go()

"""Changes of a database, noticed without reading its rows: what a loop asks before it looks for work.

SQLite counts, for each connection, the commits of all others; PostgreSQL names the transactions whose rows are visible.
Both cost a small part of a transaction, and miss no commit of any process.
"""

from types import TracebackType
from typing import Any, Self

from sqlalchemy import PoolProxiedConnection
from sqlalchemy.exc import SQLAlchemyError

from store.db.database import Database

_ASKED = {"sqlite": "PRAGMA data_version", "postgresql": "SELECT pg_current_snapshot()::text"}
"""Statement whose answer differs once another transaction was committed, by kind of database."""


class Changes:
    """The commits since the last question, on a connection that is kept. For one thread; it writes nothing itself."""

    def __init__(self, database: Database) -> None:
        """Open no connection yet."""
        self._engine = database.engine
        self._asked = _ASKED[database.dialect]
        self._connection: PoolProxiedConnection | None = None
        self._last: object = None

    def are_there(self) -> bool:
        """Tell whether anything may have been committed since the last call. True at first, and where it cannot tell.

        What is committed after this call shows at the next one: so ask first, and look then.
        """
        try:
            present = self._ask()
        except (self._engine.dialect.loaded_dbapi.Error, SQLAlchemyError):
            # The look that follows says what is wrong with the database.
            self._let_go()
            return True
        changed, self._last = present != self._last, present
        return changed

    def _ask(self) -> object:
        if self._connection is None:
            # What was committed while nobody asked is not known.
            self._last = None
            self._connection = self._engine.raw_connection()
            driver: Any = self._connection.driver_connection  # Any: the drivers' connections have no shared type
            if self._engine.dialect.name == "postgresql":
                driver.autocommit = True
        else:
            driver = self._connection.driver_connection
        return driver.execute(self._asked).fetchone()[0]

    def _let_go(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            # It is closed: its settings must not reach the next user of a pooled connection.
            connection.invalidate()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go()

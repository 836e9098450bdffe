"""Group commit: the transactions of several threads are committed together, on SQLite.

The slow part of a small transaction is the commit, which waits for the disk. One thread writes at a time in any case.
So a thread that gets the lock writes into the transaction that is open already, within a savepoint of its own, and
hands both on to the next that waits; the last one commits for all. Each part ends only when its rows are on the disk. A
part that fails is undone alone; if the whole transaction is lost, each part is told.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from store.db import statements
from store.db.fair_lock import FairLock

MOST = 16
"""Most parts in one transaction."""
LONGEST = 0.005
"""Seconds for which a transaction takes in more parts. The first part, a click and another process wait for this long
at most."""


_UNDONE = "SQLite undid it as a whole"


class NotKept(RuntimeError):
    """The transaction that this write was part of was lost."""


class GroupCommit:
    """The writing transactions of a process on a SQLite file."""

    def __init__(self, engine: Engine, begin: Callable[[Connection], None]) -> None:
        """Use an engine of a SQLite file. `begin`: begins a transaction with the lock to write."""
        self._engine = engine
        self._begin = begin
        self._turns = FairLock()
        self._open: _Shared | None = None
        """The open transaction; it belongs to the holder of the lock."""

    @contextmanager
    def part(self, *, urgent: bool = False, patience: float | None = None) -> Iterator[Session]:
        """Yield a session for one part; durable at the end of the block, undone by an exception. Not reentrant.

        `urgent`: go before the others, and commit at once. `patience`: seconds to wait for the lock. Raise
        `store.db.fair_lock.TookTooLong`; or `NotKept` where the whole transaction is lost. `NotKept` replaces an error
        of the block itself: what the block saw was not kept either.
        """
        self._turns.wait(urgent=urgent, patience=patience, interrupted=self._pass_by)
        try:
            shared = self._open = self._open or self._begun()
        except BaseException:
            self._turns.pass_on()
            raise
        try:
            with shared.part() as session:
                yield session
        finally:
            self._hand_over(shared, at_once=urgent or patience is not None)
            shared.wait()

    def _begun(self) -> "_Shared":
        connection = self._engine.connect()
        try:
            connection.begin()
            self._begin(connection)
        except BaseException:
            connection.close()
            raise
        return _Shared(connection)

    def _hand_over(self, shared: "_Shared", *, at_once: bool) -> None:
        """Leave the transaction to the next thread; where none waits, or it is time, end it."""
        if not at_once and shared.takes_more() and self._turns.hand_over():
            return
        self._open = None
        try:
            shared.end()
        finally:
            self._turns.pass_on()

    def _pass_by(self) -> None:
        """Give up the lock without writing."""
        if self._open is None:
            self._turns.pass_on()
        else:
            self._hand_over(self._open, at_once=False)


class _Shared:
    """A transaction that several threads write in, one after the other."""

    def __init__(self, connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        self._connection = connection
        self._driver = driver
        self._since = time.monotonic()
        self._parts = 0
        self._error: BaseException | None = None
        self._over = False
        self._ended = Event()

    @contextmanager
    def part(self) -> Iterator[Session]:
        """Yield a session for one part, undone alone by an exception."""
        # The first needs no savepoint: there is nothing else to be undone with it.
        alone = self._parts == 0
        if not alone:
            self._driver.execute("SAVEPOINT part")
        try:
            with Session(self._connection, expire_on_commit=False) as session:
                statements.bind(session, self._connection)
                yield session
                session.flush()
            if not self._driver.in_transaction:
                raise NotKept(_UNDONE)
            if not alone:
                self._driver.execute("RELEASE part")
        except BaseException as error:
            if alone:
                self._over = True
            else:
                self._undo(error)
            raise
        self._parts += 1

    def _undo(self, error: BaseException) -> None:
        try:
            self._driver.execute("ROLLBACK TO part")
            self._driver.execute("RELEASE part")
        except sqlite3.Error:
            # SQLite may undo the whole by itself, for example on a full disk. Each part is told SQLite's words only,
            # since any other error may quote a case.
            original = getattr(error, "orig", error)
            self._error = original if isinstance(original, sqlite3.Error) else NotKept(_UNDONE)
            self._over = True

    def takes_more(self) -> bool:
        """Tell whether another part may be written."""
        return not self._over and self._parts < MOST and time.monotonic() - self._since < LONGEST

    def end(self) -> None:
        """Commit, and wake the threads of all parts."""
        try:
            if self._parts and self._error is None:
                self._driver.execute("COMMIT")
        except Exception as error:  # noqa: BLE001  # told to each by `wait`
            self._error = error
        except BaseException as error:
            self._error = error
            raise
        finally:
            try:
                # Closing undoes what was not committed.
                self._connection.close()
            finally:
                self._ended.set()

    def wait(self) -> None:
        """Wait for the end of the transaction. Raise `NotKept` where it was lost."""
        self._ended.wait()
        if self._error is not None:
            raise NotKept(f"the transaction was not kept: {self._error}") from self._error

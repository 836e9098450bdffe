"""Connections to PostgreSQL that notice when the other end is gone.

- The other machine is gone without a word. While an answer is awaited, `tcp_user_timeout` notices after 20 s that what
  was sent is not acknowledged. On a connection that only listens, keepalives notice as soon.
- The other machine answers, its server does not: it is stopped, or something in between lost the connection. This
  module notices after 10 to 15 s, and where a person waits, a second after their time limit.
- A new connection is made in its place; where that fails too, the caller is told 5 s later.
- This end is gone, and the server holds its locks: the server ends the session after 25 s, and one inside a
  transaction after 30 s at most.

A long statement is no sign of a dead server by itself. So after `QUIET` seconds without a byte the server is asked, on
a connection of its own, whether it still works on the statement, and if not, told to end the session. Settings of an
operator in the URL, or for the database or the role, go before all of this.
"""

import math
import select
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.errors import DivisionByZero
from psycopg.pq import TransactionStatus
from psycopg.waiting import Ready, Wait
from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError

from store.db import schema_lock, time_limits

QUIET = 10.0
"""Seconds without a byte of an answer after which the server is asked whether it works on the statement."""
ANSWER = 5.0
"""Seconds for the answer to that question, and for connecting."""
_CHECKOUT = 10.0
"""Seconds for which a thread waits for a connection of the shared pool."""
_TICK = 0.1
"""Seconds between two looks of psycopg while it waits. Looks are counted, not time: a process that was itself stopped
has missed nothing."""
PING_AFTER = 1.0
"""Seconds without use after which a connection is pinged before its next use."""
_USED_AT = "countersign_used_at"
_PARAMETERS: Mapping[str, int] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""Parameters for libpq, in seconds; the last is in milliseconds."""
_PREPARE = """
    SELECT pg_backend_pid(),
        (SELECT backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()),
        count(set_config(name, ours, false))
    FROM (
        VALUES ('tcp_keepalives_idle', '10'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3'),
            ('tcp_user_timeout', '20000'), ('idle_in_transaction_session_timeout', '30000')
    ) AS wanted (name, ours) JOIN pg_settings USING (name) WHERE source = 'default'
"""
"""Statement that sets the server's limits for this session; a server without a setting ignores it."""
_IS_WORKED_ON = """
    SELECT CASE WHEN state = 'active' AND wait_event IS DISTINCT FROM 'ClientRead' THEN true
        ELSE NOT pg_terminate_backend(pid) END
    FROM pg_stat_activity WHERE pid = %s AND backend_start = %s::timestamptz
"""
"""Statement that asks whether the server works on the statement of a session. If the session waits for its client to
say more, what was said was lost. Then the session ends now, and with it its locks: amid statements that are sent
together the server has no time limit of its own."""

_SENDS = 4
"""Times that something is sent without a look whether the socket takes it."""

RV = TypeVar("RV")
Waiting = Generator[Any, Any, RV]
"""Generator that psycopg waits with: it yields the condition, and is sent whether that holds. Its types are psycopg's
own."""


def parameters(url: URL) -> dict[str, int]:
    """Return the parameters for libpq that the URL does not set itself."""
    return {name: value for name, value in _PARAMETERS.items() if name not in url.query}


def engine(url: URL, *, connections: int) -> Engine:
    """Make an engine whose connections notice a dead server. `connections`: the most that are kept open."""
    made = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=connections,
        max_overflow=8,
        pool_timeout=_CHECKOUT,
        # The connection that was used last is the one that needs no ping.
        pool_use_lifo=True,
        connect_args=parameters(url),
        # hide_parameters keeps the values of a statement out of error texts: they may be a case.
        hide_parameters=True,
    )
    event.listen(made, "do_connect", _connect)
    event.listen(made, "checkin", _note_use)
    event.listen(made, "checkout", _look)
    return made


def _note_use(_connection: object, record: Any) -> None:
    record.info[_USED_AT] = time.monotonic()


def _look(connection: "Noticing", record: Any, _proxy: object) -> None:
    """Ping a connection before its use, where it was not used for a while or its socket has something to tell.

    Between two transactions the server says nothing, except that it ends the session.
    """
    used_at = record.info.get(_USED_AT)
    if used_at is None:
        return  # It is new.
    if time.monotonic() - used_at < PING_AFTER and not _has_word(connection):
        return
    try:
        connection.execute("")
        connection.rollback()
    except psycopg.Error as error:
        raise InvalidatePoolError("the connection was lost") from error


def _has_word(connection: "Noticing") -> bool:
    """Tell whether a connection has something to read, or is closed."""
    if connection.closed:
        return True
    looking = select.poll()
    looking.register(connection.fileno(), select.POLLIN)
    return bool(looking.poll(0))


@dataclass(frozen=True, kw_only=True)
class _Queued:
    """A statement that is sent with the next one whose result is needed, or with the commit."""

    cursor: psycopg.Cursor[Any]
    sql: str
    values: Mapping[str, Any]
    otherwise: Exception | None
    """The error to raise where it changed no row."""


class Cursor(psycopg.Cursor[Any]):
    """A cursor of a connection that queues statements: what is queued is sent before its own."""

    connection: "Noticing"

    def execute(self, query: Any, params: Any = None, **options: Any) -> "Cursor":
        """Execute a statement and wait for its result. An error may be the one of a statement that was queued."""
        if not params:
            # Without values it may be several statements at once, which PostgreSQL takes only by themselves.
            with self.connection.exchange():
                pass
            return super().execute(query, params, **options)
        with self.connection.exchange(begins=True):
            super().execute(query, params, **options)
        return self


class Noticing(psycopg.Connection[Any]):
    """A connection that ends when the server no longer works on its statement, and that queues statements.

    A queued statement is sent with the next statement whose result is needed, or with the commit, in one exchange: the
    server works them off in their order, and one that fails keeps all after it from being worked on, the commit too.
    """

    backend: tuple[int, str] | None = None
    """The server's end of this connection: its process id, and the time of its start, since ids are given out again."""
    limit: float | None = None
    """Seconds for which a statement may run, whatever the server says."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.cursor_factory = Cursor
        self.numbers: dict[str, deque[int]] = {}
        """Ids that were taken from the sequence of a table and not used yet, by table."""
        self._queue: list[_Queued] = []
        self._only_sends = False

    def queue(self, sql: str, values: Mapping[str, Any], otherwise: Exception | None = None) -> None:
        """Execute a statement later, at the latest at the commit.

        `otherwise`: the error to raise where the statement divides by zero. It is raised by whatever sends the queue.
        """
        self._queue.append(_Queued(cursor=psycopg.Cursor(self), sql=sql, values=values, otherwise=otherwise))

    def commit(self) -> None:
        """Send what is queued and commit, in one exchange."""
        if not self._queue:
            super().commit()
            return
        with self.exchange():
            # psycopg's own commit would wait once for itself, and once for the exchange.
            psycopg.Cursor(self).execute("COMMIT", prepare=False)

    def rollback(self) -> None:
        """Undo the transaction; what is queued is forgotten."""
        self._queue.clear()
        super().rollback()

    @contextmanager
    def exchange(self, *, begins: bool = False) -> Iterator[None]:
        """Send what is queued together with the statement of the block.

        `begins`: also where nothing is queued, send the statement together with the transaction's BEGIN.
        """
        queued, self._queue = self._queue, []
        begins = begins and not self.autocommit and self.pgconn.transaction_status == TransactionStatus.IDLE
        if not queued and not begins:
            yield
            return
        try:
            with self.pipeline():
                self._only_sends = True
                try:
                    for one in queued:
                        one.cursor.execute(one.sql, one.values)
                    yield
                finally:
                    self._only_sends = False
        except DivisionByZero as error:
            # The statements were answered in their order: the first one without a result failed.
            failed = next((one for one in queued if one.cursor.pgresult is None), None)
            if failed is None or failed.otherwise is None:
                raise
            raise failed.otherwise from error

    def _start_query(self) -> Waiting[None]:
        """Begin a transaction, in an exchange with what follows it: psycopg would wait for the BEGIN alone."""
        if self._only_sends and not self.autocommit and self.pgconn.transaction_status == TransactionStatus.IDLE:
            yield from self._exec_command(self._get_tx_start_command())
        else:
            yield from super()._start_query()

    def wait(self, gen: Waiting[RV], *args: Any, **options: Any) -> RV:
        """Wait for the server. Raise `psycopg.OperationalError` when it no longer answers."""
        if self._only_sends:
            return _sent(gen)
        patience = time_limits.seconds()
        limit = self.limit if patience is None else patience + 1.0
        return super().wait(_watched(gen, self, limit=limit, is_worked_on=self._is_worked_on), *args, **options)

    def _is_worked_on(self) -> bool:
        """Tell whether the server still works on the statement of this connection."""
        password = self.info.password or None
        asking = make_conninfo(self.info.dsn, password=password, connect_timeout=math.ceil(ANSWER))
        try:
            with Noticing.connect(asking, autocommit=True) as other:
                other.limit = ANSWER
                found = other.execute(_IS_WORKED_ON, self.backend).fetchone()
        except psycopg.Error:
            return False
        return found is not None and bool(found[0])


class NoticingAsync(psycopg.AsyncConnection[Any]):
    """The same for short statements: after `QUIET + ANSWER` seconds it ends, without asking the server."""

    async def wait(self, gen: Waiting[RV], *args: Any, **options: Any) -> RV:
        """Wait for the server. Raise `psycopg.OperationalError` when it no longer answers."""
        return await super().wait(_watched(gen, self, limit=QUIET + ANSWER), *args, **options)


def _watched(
    gen: Waiting[RV],
    connection: "psycopg.Connection[Any] | psycopg.AsyncConnection[Any]",
    *,
    limit: float | None,
    is_worked_on: Callable[[], bool] = lambda: False,
) -> Waiting[RV]:
    """Wait as `gen` does, and count the silence. A connection that only listens may be silent for ever."""
    quiet, pgconn = 0, connection.pgconn
    most = round((QUIET if limit is None else limit) / _TICK)
    try:
        state = next(gen)
        # A socket takes what is small at once. To look first would let another thread have the interpreter, and that
        # thread may keep it for as long as the switch interval.
        sends = 0
        while state == Wait.RW and sends < _SENDS:
            state, sends = gen.send(Ready.W), sends + 1
        while True:
            ready = yield state
            quiet = 0 if ready or pgconn.transaction_status != TransactionStatus.ACTIVE else quiet + 1
            if quiet >= most:
                if limit is not None or not is_worked_on():
                    pgconn.finish()
                    raise psycopg.OperationalError(f"the server sent nothing for {quiet * _TICK:.0f} seconds")
                quiet = 0
            state = gen.send(ready)
    except StopIteration as end:
        value: RV = end.value
        return value


def _sent(gen: Waiting[RV]) -> RV:
    """Hand a statement of a pipeline to libpq, without a look at the socket: the end of the pipeline waits for all."""
    try:
        next(gen)
        while True:
            gen.send(Ready.W)
    except StopIteration as end:
        value: RV = end.value
        return value


def _connect(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> Noticing:
    """Make a connection for the pool."""
    patience = time_limits.seconds()
    if patience is not None:
        # psycopg waits for at least two seconds.
        options = {**options, "connect_timeout": max(2, math.ceil(patience))}
    connection = Noticing.connect(*arguments, **options)
    try:
        found = connection.execute(_PREPARE).fetchone()
        connection.commit()
    except BaseException:
        connection.close()
        raise
    connection.backend = found[:2] if found is not None else None
    return connection


async def prepare(connection: "psycopg.AsyncConnection[Any]") -> None:
    """Set the limits with which the server notices, too, that this end of the connection is gone."""
    await connection.execute(_PREPARE)
    await connection.commit()


async def hold(connection: "psycopg.AsyncConnection[Any]", schema: str) -> None:
    """Keep upgrades of the schema off for as long as this connection lives.

    Raise `psycopg.OperationalError` while there is one, or `store.db.schema_lock.OtherSchema` after it.
    """
    held = await (await connection.execute(schema_lock.HOLD)).fetchone()
    await connection.commit()
    if held is None or not held[0]:
        raise psycopg.OperationalError(schema_lock.UPGRADING)
    found = await (await connection.execute(schema_lock.SCHEMA)).fetchone()
    await connection.commit()
    schema_lock.compare(found, schema)

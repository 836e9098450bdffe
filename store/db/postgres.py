"""Connections to PostgreSQL that notice when nobody is at the other end any more.

- The other end is gone without a word. Waiting for an answer, `tcp_user_timeout` notices after 20 s that what was sent
  is not acknowledged; only listening, keepalives notice as soon.
- The other end's system answers, its server does not: it is stopped, or something in between lost the connection. This
  module notices after 10 to 15 s, and where a person waits, a second after their patience is over.
- Another connection is made in its place; where that is not to be had either, that is said 5 s later.
- This end is gone, and the server holds what it had locked: the server ends the session after 25 s, and one in the
  midst of a transaction after 30 s at most.

A statement that takes long is no sign by itself. After `QUIET` seconds without a byte the server is therefore asked, on
a connection of its own, whether it still works on it. What an operator sets in the URL, or for the database or the
role, goes before all of this.
"""

import math
from collections.abc import Callable, Generator, Mapping
from typing import Any, TypeVar

import psycopg
from psycopg.conninfo import make_conninfo
from psycopg.pq import TransactionStatus
from sqlalchemy import URL, Engine, create_engine, event

from store.db import time_limits

QUIET = 10.0
"""Seconds without a byte of an answer after which the server is asked whether it works on a statement."""
ANSWER = 5.0
"""Seconds that it has to answer that, and that connecting may take."""
_CHECKOUT = 10.0
"""Seconds for which a thread waits for one of the connections that all share."""
_TICK = 0.1
"""Seconds after which psycopg looks up from waiting. They are counted, not measured: a process that stood still itself
has missed nothing."""
_PARAMETERS: Mapping[str, int] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""For libpq: seconds, but for the last, which is in milliseconds."""
_PREPARE = """
    SELECT pg_backend_pid(), count(set_config(name, ours, false)) FROM (
        VALUES ('tcp_keepalives_idle', '10'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '3'),
            ('tcp_user_timeout', '20000'), ('idle_in_transaction_session_timeout', '30000')
    ) AS wanted (name, ours) JOIN pg_settings USING (name) WHERE source = 'default'
"""
"""What the server is to do for this session; one without a setting knows nothing of it."""
_IS_WORKED_ON = "SELECT state = 'active' FROM pg_stat_activity WHERE pid = %s"

RV = TypeVar("RV")
Waiting = Generator[Any, Any, RV]
"""What psycopg waits with: it yields what for, and is sent whether that is there. Its types are its own."""


def parameters(url: URL) -> dict[str, int]:
    """What is said to libpq besides a URL: nothing that the URL says itself."""
    return {name: value for name, value in _PARAMETERS.items() if name not in url.query}


def engine(url: URL, *, connections: int) -> Engine:
    """An engine whose connections notice. `connections`: how many are kept open at most."""
    made = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=connections,
        max_overflow=8,
        pool_timeout=_CHECKOUT,
        pool_pre_ping=True,
        connect_args=parameters(url),
        # What a statement was given stays out of error texts: it may be a case.
        hide_parameters=True,
    )
    event.listen(made, "do_connect", _connect)
    return made


class Noticing(psycopg.Connection[Any]):
    """A connection that ends where the server no longer works on its statement."""

    backend: int | None = None
    """The server's number for it."""
    limit: float | None = None
    """Seconds that a statement may take, whatever the server says."""

    def wait(self, gen: Waiting[RV], *args: Any, **options: Any) -> RV:
        """Wait for the server, and raise `psycopg.OperationalError` where that is in vain."""
        patience = time_limits.seconds()
        limit = self.limit if patience is None else patience + 1.0
        return super().wait(_watched(gen, self, limit=limit, is_worked_on=self._is_worked_on), *args, **options)

    def _is_worked_on(self) -> bool:
        """Does the server work on the statement that is waited for?"""
        password = self.info.password or None
        asking = make_conninfo(self.info.dsn, password=password, connect_timeout=math.ceil(ANSWER))
        try:
            with Noticing.connect(asking, autocommit=True) as other:
                other.limit = ANSWER
                found = other.execute(_IS_WORKED_ON, [self.backend]).fetchone()
        except psycopg.Error:
            return False
        return found is not None and bool(found[0])


class NoticingAsync(psycopg.AsyncConnection[Any]):
    """The same for statements that never take long: it is asked nobody."""

    async def wait(self, gen: Waiting[RV], *args: Any, **options: Any) -> RV:
        """Wait for the server, and raise `psycopg.OperationalError` where that is in vain."""
        return await super().wait(_watched(gen, self, limit=QUIET + ANSWER), *args, **options)


def _watched(
    gen: Waiting[RV],
    connection: "psycopg.Connection[Any] | psycopg.AsyncConnection[Any]",
    *,
    limit: float | None,
    is_worked_on: Callable[[], bool] = lambda: False,
) -> Waiting[RV]:
    """Wait as `gen` does, and count how long nothing comes. Who only listens may do so for ever."""
    quiet, pgconn = 0, connection.pgconn
    most = round((QUIET if limit is None else limit) / _TICK)
    try:
        state = next(gen)
        while True:
            ready = yield state
            quiet = 0 if ready or pgconn.transaction_status != TransactionStatus.ACTIVE else quiet + 1
            if quiet >= most:
                if limit is not None or not is_worked_on():
                    pgconn.finish()
                    raise psycopg.OperationalError(f"the server gave no sign of life for {quiet * _TICK:.0f} seconds")
                quiet = 0
            state = gen.send(ready)
    except StopIteration as end:
        value: RV = end.value
        return value


def _connect(_dialect: object, _record: object, arguments: list[Any], options: dict[str, Any]) -> Noticing:
    """Connect for the pool."""
    patience = time_limits.seconds()
    if patience is not None:
        # psycopg waits for no less than two seconds.
        options = {**options, "connect_timeout": max(2, math.ceil(patience))}
    connection = Noticing.connect(*arguments, **options)
    try:
        found = connection.execute(_PREPARE).fetchone()
        connection.commit()
    except BaseException:
        connection.close()
        raise
    connection.backend = found[0] if found is not None else None
    return connection


async def prepare(connection: "psycopg.AsyncConnection[Any]") -> None:
    """Have the server notice, too, when a connection's other end is gone."""
    await connection.execute(_PREPARE)
    await connection.commit()

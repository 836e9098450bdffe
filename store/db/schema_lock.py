"""The lock that keeps every process off a schema that is not its own.

On PostgreSQL each connection of a process that works holds a lock together with the others, from its first moment on,
and looks at the schema once it has it. An upgrade takes the lock alone: not before the last of these connections is
closed. So no transaction of an older process meets the next schema, and none costs a statement more. The upgrade does
not queue for the lock: a connection that an older process needs to finish its work would queue behind it.

On SQLite each writing transaction looks at the schema, which takes some microseconds.

Versions of before this lock do not hold it. What they leave are heartbeats, and locks of their own.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, bindparam, text

KEY = 0x736368656D61
"""Key of PostgreSQL's advisory lock: "schema" in ASCII."""
_LOOK = 0.2
"""Seconds between two attempts to take the lock alone."""
_HEARTBEAT = 10.0
"""Seconds since a worker's last heartbeat in which it counts as alive: it makes one every 2 seconds."""

UPGRADING = "the schema of the database is being upgraded by another process; start again when that is done"

HOLD = f"SELECT pg_try_advisory_lock_shared({KEY})"
SCHEMA = "SELECT version_num FROM alembic_version"
_TAKE = text(f"SELECT pg_try_advisory_xact_lock({KEY})")
_HOLDERS = text(
    """
    SELECT coalesce(host(client_addr), 'this machine') AS machine, count(DISTINCT pid) AS sessions
    FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND objsubid = 1 AND pid <> pg_backend_pid()
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND (classid::bigint << 32) + objid::bigint IN :keys
    GROUP BY 1 ORDER BY 1
    """
).bindparams(bindparam("keys", expanding=True))
_IS_THERE = text("SELECT to_regclass('procrastinate_workers') IS NOT NULL")
_BEATING = text(
    "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > clock_timestamp() - make_interval(secs => :secs)"
)
_IN_TRANSACTIONS = text(
    """
    SELECT coalesce(nullif(application_name, ''), 'a session') || ' (process ' || pid || ')' FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL ORDER BY xact_start
    """
)


class OtherSchema(RuntimeError):
    """The database has a schema that this version does not work with."""


class Driver(Protocol):
    """A connection of a driver, of SQLite or PostgreSQL."""

    # Any: the drivers share no type.
    def execute(self, query: Any, /) -> Any:
        """Execute a statement."""
        ...


@dataclass(frozen=True, kw_only=True)
class Others:
    """Processes that still work on a database that is to be upgraded."""

    machines: Sequence[str]
    """Each machine with sessions of Countersign's, and how many."""
    workers: int
    """Workers that made a heartbeat just now."""

    def __bool__(self) -> bool:
        """Tell whether anything does."""
        return bool(self.machines or self.workers)

    def __str__(self) -> str:
        """Say what, in words."""
        sessions = f"sessions: {', '.join(self.machines)}" if self.machines else ""
        workers = f"{self.workers} worker{'s' * (self.workers != 1)} with a heartbeat" if self.workers else ""
        return "; ".join(said for said in (sessions, workers) if said)


def check(connection: Driver, schema: str) -> None:
    """Raise `OtherSchema` where the database has another schema than the one that this process works with."""
    compare(connection.execute(SCHEMA).fetchone(), schema)


# Any: a row of a driver's
def compare(found: Any, schema: str) -> None:
    """Raise `OtherSchema` where the row that was found names another schema."""
    if found is None or found[0] != schema:
        raise other(found[0] if found is not None else None, schema)


def other(found: str | None, schema: str) -> OtherSchema:
    """Return the error that says so."""
    return OtherSchema(
        f"the schema of the database is {found} now, and this process works with {schema}; start the version that it "
        "was upgraded for"
    )


def take(connection: Connection, keys: Sequence[int], *, patience: float) -> Others | None:
    """Take the lock alone until the transaction ends; returns who still worked at the end of `patience`, in seconds.

    `keys`: keys of locks that a process of a version without this lock may hold.
    """
    until = time.monotonic() + patience
    while True:
        others = _others(connection, [*keys, KEY])
        if not others and connection.scalar(_TAKE):
            return None
        if time.monotonic() >= until:
            return others
        # A process of ours looks every few seconds whether it has to end, and then finishes what it began.
        time.sleep(_LOOK)


def in_transactions(connection: Connection) -> Sequence[str]:
    """Return the sessions of whatever program that are inside a transaction, the oldest first."""
    return list(connection.scalars(_IN_TRANSACTIONS))


def _others(connection: Connection, keys: Sequence[int]) -> Others:
    machines = [f"{machine} ({sessions})" for machine, sessions in connection.execute(_HOLDERS, {"keys": keys})]
    beating = connection.scalar(_BEATING, {"secs": _HEARTBEAT}) if connection.scalar(_IS_THERE) else 0
    return Others(machines=machines, workers=int(beating or 0))

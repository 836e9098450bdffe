"""Upgrades a database to the schema of this version. Forward only.

Whether there is anything to upgrade is seen without alembic: to load it and the migrations takes a fifth of a second
and 7 MB, at each start of each process.

Nobody works on the database meanwhile (`store.db.schema_lock`): processes that see an upgrade end, and none starts. All
of it is one transaction, so one that is cut off leaves the old schema.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from store.db import backups, schema_lock
from store.db.database import Database
from store.db.process_locks import OF_PROCESSES, Taken, advisory_key, exclusive, is_taken
from store.db.schema_lock import OtherSchema

MIGRATIONS = Path(__file__).parents[1] / "migrations"
PATIENCE = 30.0
"""Seconds for which an upgrade waits for another upgrade, or for another process to let go of a SQLite file."""
LEAVING = 90.0
"""Seconds for which an upgrade of PostgreSQL waits for processes to end: they finish what they began."""
TABLE = 10.0
"""Seconds for which an upgrade of PostgreSQL waits for a table that another program uses."""
_LOCK_NOT_AVAILABLE = "55P03"
"""PostgreSQL's code for a lock that was not free in time."""


class NewerSchema(OtherSchema):
    """The database was written by a newer version of Countersign; this one would misread it."""


@dataclass(frozen=True, kw_only=True)
class Upgraded:
    """An upgrade that was made."""

    was: str | None
    """Schema of before; None: the database was empty."""
    kept: Path | None
    """Copy of the database as it was before; None where none was made."""


def current(database: Database) -> str | None:
    """Return the revision of a database's schema; None for an empty database."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return revision


def newest() -> str:
    """Return the revision that this version of Countersign works with."""
    return _revisions()[-1]


def is_behind(database: Database) -> bool:
    """Tell whether the schema has to be upgraded. Raise `NewerSchema` for a database of a newer version."""
    present = current(database)
    if present == newest():
        return False
    if present is not None and present not in _revisions():
        raise NewerSchema(
            f"the database has the schema {present}, which this version does not know; "
            "start the newer version that made it, or restore a backup"
        )
    return True


def kept_copy(file: Path, schema: str) -> Path:
    """Return the file beside a SQLite database that keeps it as it was before an upgrade from a schema."""
    return file.with_name(f"{file.name}.schema-{schema}")


def kept_copies(database: Database) -> list[Path]:
    """Return the files that keep a SQLite database as it was before an upgrade."""
    if database.file is None:
        return []
    return [copy for schema in _revisions() if (copy := kept_copy(database.file, schema)).exists()]


@cache
def _revisions() -> tuple[str, ...]:
    """Return the revisions of the migrations, oldest first: each file's name begins with its own."""
    files = (MIGRATIONS / "versions").glob("[0-9]*_*.py")
    return tuple(sorted(file.name.partition("_")[0] for file in files))


def why_to_end(database: Database) -> str | None:
    """Return the reason for which a process that works on the database has to end; None where it goes on.

    Raise `store.db.database.Unavailable`, or `OtherSchema`.
    """
    if database.file is None:
        return schema_lock.UPGRADING if is_taken(database) else None
    if database.schema is not None and (found := current(database)) != database.schema:
        return str(schema_lock.other(found, database.schema))
    return None


def upgrade(database: Database, *, keeps: bool = False) -> Upgraded | None:
    """Upgrade the schema in one transaction; None where it was up to date.

    `keeps`: keep a copy of a SQLite file as it was, beside it. Raise `NewerSchema` for a database of a newer version,
    `store.db.process_locks.Taken` where it is in use, or `store.db.backups.Unusable` where no copy can be made; nothing
    is changed then.
    """
    if not is_behind(database):
        return None
    # Two processes that start on a new database at once: the second waits, and finds nothing left to do.
    with _alone(database):
        was, kept = current(database), None
        if keeps and database.file is not None and was not in (None, newest()):
            kept = kept_copy(database.file, was)
            backups.back_up(database, kept, replace=True)
        _upgrade(database)
        return Upgraded(was=was, kept=kept)


@contextmanager
def _alone(database: Database) -> Iterator[None]:
    with ExitStack() as held:
        try:
            held.enter_context(exclusive(database, patience=PATIENCE))
        except Taken as error:
            raise Taken(f"{error}, and its schema has to be upgraded: end that process first") from None
        yield


def _upgrade(database: Database) -> None:
    # Loaded here: most starts find nothing to upgrade.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        with database.writing.begin() as connection:
            if database.file is None:
                _be_alone(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        with database.engine.connect() as connection:
            users = ", ".join(schema_lock.in_transactions(connection)) or "it has ended since"
        raise Taken(
            f"another program uses a table of the database: {users}; nothing was changed, and the upgrade can be made "
            "again when it has ended"
        ) from None


def _be_alone(connection: Connection) -> None:
    """Wait until no process works on a database on PostgreSQL, and keep all off until the transaction ends."""
    keys = [advisory_key(name) for name in OF_PROCESSES]
    if others := schema_lock.take(connection, keys, patience=LEAVING):
        raise Taken(
            f"another Countersign process works on this database ({others}); nothing was changed: stop all of them, "
            "and upgrade then"
        )
    connection.execute(text(f"SET LOCAL lock_timeout = '{TABLE:g}s'"))

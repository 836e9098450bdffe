"""Upgrades a database to the schema of this version. Forward only.

Whether there is anything to upgrade is seen without alembic: to load it and the migrations takes a fifth of a second
and 7 MB, at each start of each process.
"""

from functools import cache
from pathlib import Path

from sqlalchemy import inspect, text

from store.db.database import Database
from store.db.process_locks import exclusive

MIGRATIONS = Path(__file__).parents[1] / "migrations"
PATIENCE = 30.0
"""Seconds for which an upgrade waits for another process to let go of the database."""


class NewerSchema(RuntimeError):
    """The database was written by a newer version of Countersign; this one would misread it."""


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


@cache
def _revisions() -> tuple[str, ...]:
    """Return the revisions of the migrations, oldest first: each file's name begins with its own."""
    files = (MIGRATIONS / "versions").glob("[0-9]*_*.py")
    return tuple(sorted(file.name.partition("_")[0] for file in files))


def upgrade(database: Database) -> bool:
    """Upgrade the schema in one transaction; False where it was up to date.

    Raise `NewerSchema` for a database of a newer version, or `store.db.process_locks.Taken` where it is in use.
    """
    if not is_behind(database):
        return False
    # Two processes that start on a new database at once: the second waits, and finds nothing left to do.
    with exclusive(database, patience=PATIENCE):
        _upgrade(database)
    return True


def _upgrade(database: Database) -> None:
    # Loaded here: most starts find nothing to upgrade.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.writing.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

"""The archive of a PostgreSQL server's write-ahead log, as the server tells of it: point-in-time recovery needs it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from store.db.database import Database

_ASKED = text("""
    SELECT current_setting('archive_mode') <> 'off' AS is_on, last_archived_time AS archived_at,
        CASE WHEN last_failed_time > coalesce(last_archived_time, '-infinity') THEN last_failed_time END AS failed_at
    FROM pg_stat_archiver
""")


@dataclass(frozen=True, kw_only=True)
class WalArchive:
    """The state of the archive."""

    is_on: bool
    archived_at: datetime | None
    """Time when a file was last archived; None where none was."""
    failed_at: datetime | None
    """Time of the last attempt, where it failed and none succeeded since; None otherwise."""


def wal_archive(database: Database) -> WalArchive | None:
    """Return the state of the archive; None for SQLite. Raise `store.db.database.Unavailable`."""
    if database.dialect != "postgresql":
        return None
    with database.read() as session:
        return WalArchive(**session.execute(_ASKED).one()._mapping)

"""Settings by which a PostgreSQL server may lose what it committed: `fsync` and `synchronous_commit`."""

from sqlalchemy import text

from store.db.database import Database

_NAMES = ("fsync", "synchronous_commit")


def not_durable(database: Database) -> list[str]:
    """Return those of the settings that are off for this database's connections; none for SQLite, which is opened so
    that each commit is on the disk.

    Raise `store.db.database.Unavailable`.
    """
    if database.dialect != "postgresql":
        return []
    with database.read() as session:
        asked = text("SELECT current_setting(:name)")
        return [name for name in _NAMES if session.scalar(asked, {"name": name}) == "off"]

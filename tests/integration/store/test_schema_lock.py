"""No process works on a schema that is not its own: an upgrade and the processes of before it keep off each other."""

import shutil
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text

from store.db import backups, migration
from store.db.database import Database, Unavailable, Upgrading
from store.db.process_locks import SENDER, Taken, exclusive
from store.db.schema_lock import OtherSchema
from tests.conftest import postgres_made
from tests.waiting import LONGEST, wait_until

pytestmark = pytest.mark.slow

BEFORE = "0041"
"""A schema that this version upgrades."""
MARK = text("INSERT INTO teams (name, created_at, seed) VALUES ('another', '2026-11-20 09:00:00', 'x')")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an upgrade give up soon where a test has it wait for what never comes."""
    monkeypatch.setattr(migration, "LEAVING", 0.5)
    monkeypatch.setattr(migration, "TABLE", 0.5)


def to_before(url: str) -> None:
    """Bring an empty database to the schema of before."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migration.MIGRATIONS))
    with closing(Database(url)) as database, database.writing.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, BEFORE)


@pytest.fixture(scope="module")
def before_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file of the version before this one. Made once and copied."""
    file = tmp_path_factory.mktemp("before") / "before.sqlite"
    to_before(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="module")
def before_postgres(postgres_server: str) -> Iterator[str]:
    """The name of a PostgreSQL database of the version before this one, to be copied."""
    with postgres_made(postgres_server) as url:
        to_before(url)
        name = make_url(url).database
        assert name is not None
        yield name


@pytest.fixture
def on_postgres(postgres_server: str, before_postgres: str) -> Iterator[str]:
    """The URL of a PostgreSQL database of the version before this one."""
    with postgres_made(postgres_server, template=before_postgres) as url:
        yield url


@pytest.fixture
def on_sqlite(before_sqlite: Path, tmp_path: Path) -> str:
    """The URL of a SQLite file of the version before this one."""
    shutil.copy(before_sqlite, tmp_path / "test.sqlite")
    return f"sqlite:///{tmp_path / 'test.sqlite'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a database of the version before this one; once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue("on_sqlite" if request.param == "sqlite" else "on_postgres")
    return url


@pytest.fixture
def older(url: str) -> Iterator[Database]:
    """The database as a process of the version before has it."""
    with closing(Database(url)) as database:
        database.hold_to(BEFORE)
        yield database


@pytest.fixture
def newer(url: str) -> Iterator[Database]:
    """The database as a process of this version has it, before its upgrade."""
    with closing(Database(url)) as database:
        yield database


def is_postgres(database: Database) -> bool:
    """Tell whether it is PostgreSQL."""
    return database.file is None


def test_an_upgrade_waits_until_the_processes_of_before_have_ended(
    on_postgres: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction that one of them began is finished in its own schema, and they are told to end."""
    monkeypatch.setattr(migration, "LEAVING", LONGEST)
    with ExitStack() as held, ThreadPoolExecutor(1) as upgrading:
        older, newer = (held.enter_context(closing(Database(on_postgres))) for _ in range(2))
        older.hold_to(BEFORE)
        with older.write() as session:
            session.execute(MARK)
            made = upgrading.submit(migration.upgrade, newer)
            wait_until(lambda: migration.why_to_end(older))
            assert not made.done()
        assert migration.why_to_end(older) == (
            "the schema of the database is being upgraded by another process; start again when that is done"
        )
        assert migration.current(older) == BEFORE
        older.close()
        assert made.result(LONGEST) == migration.Upgraded(was=BEFORE, kept=None)
        with newer.read() as session:
            assert session.scalar(text("SELECT count(*) FROM teams WHERE name = 'another'")) == 1


def test_nothing_of_a_process_of_before_is_written_into_the_next_schema(older: Database, newer: Database) -> None:
    """On PostgreSQL it cannot connect; on SQLite, where it holds no lock, its next transaction is refused."""
    if is_postgres(older):
        older.close()
    migration.upgrade(newer)
    said = f"the schema of the database is {migration.newest()} now, and this process works with {BEFORE}"
    with pytest.raises(OtherSchema, match=said), older.write() as session:
        session.execute(MARK)
    with newer.read() as session:
        assert session.scalar(text("SELECT count(*) FROM teams WHERE name = 'another'")) == 0
    if not is_postgres(older):
        assert str(migration.why_to_end(older)).startswith(said)


def test_an_upgrade_says_which_process_does_not_end_and_changes_nothing(on_postgres: str) -> None:
    with ExitStack() as held:
        older, newer = (held.enter_context(closing(Database(on_postgres))) for _ in range(2))
        older.hold_to(BEFORE)
        with pytest.raises(Taken) as refused:
            migration.upgrade(newer)
        assert str(refused.value).startswith("another Countersign process works on this database (sessions: ")
        assert str(refused.value).endswith("; nothing was changed: stop all of them, and upgrade then")
        assert migration.current(newer) == BEFORE
        with older.write() as session:
            session.execute(MARK)


def test_nobody_begins_while_a_database_is_upgraded(on_postgres: str) -> None:
    """Also a connection that a process makes anew is refused; it is an absence of the database, and no error."""
    with ExitStack() as held:
        upgrading, other = (held.enter_context(closing(Database(on_postgres))) for _ in range(2))
        with upgrading.writing.begin() as connection:
            migration._be_alone(connection)
            with pytest.raises(Upgrading):
                other.hold_to(BEFORE)
            with pytest.raises(Unavailable), other.read():
                pass
        other.hold_to(BEFORE)


@pytest.mark.parametrize("trace", ["a lock", "a heartbeat"])
def test_a_process_of_a_version_that_does_not_know_the_lock_is_noticed(on_postgres: str, trace: str) -> None:
    with ExitStack() as held:
        older, newer = (held.enter_context(closing(Database(on_postgres))) for _ in range(2))
        if trace == "a lock":
            held.enter_context(exclusive(older, name=SENDER))
        else:
            with older.write() as session:
                session.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
        said = "sessions: " if trace == "a lock" else "1 worker with a heartbeat"
        with pytest.raises(Taken, match=rf"works on this database \({said}"):
            migration.upgrade(newer)
        assert migration.current(newer) == BEFORE


def test_an_upgrade_does_not_wait_for_ever_for_a_table_that_another_program_uses(on_postgres: str) -> None:
    """It says which one, and can be made again."""
    named = psycopg.conninfo.make_conninfo(on_postgres, application_name="a report")
    with closing(Database(on_postgres)) as newer, psycopg.connect(named) as other:
        tables = "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables WHERE schemaname = 'public'"
        (names,) = other.execute(tables).fetchone() or ("",)
        other.execute(f"LOCK TABLE {names} IN ACCESS SHARE MODE".encode())
        with pytest.raises(Taken, match=r"uses a table of the database: a report \(process \d+\); nothing was changed"):
            migration.upgrade(newer)
        assert migration.current(newer) == BEFORE
        other.rollback()
        assert migration.upgrade(newer) is not None


def test_a_sqlite_database_is_kept_as_it_was_and_can_be_put_back(on_sqlite: str) -> None:
    with closing(Database(on_sqlite)) as newer:
        assert newer.file is not None
        upgraded = migration.upgrade(newer, keeps=True)
        assert upgraded is not None
        kept = Path(f"{newer.file}.schema-{BEFORE}")
        assert upgraded.kept == kept
        assert kept.stat().st_mode & 0o077 == 0
        with closing(sqlite3.connect(kept)) as copy:
            assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == (BEFORE,)
        newer.close()
        with backups.staged_copy(newer, kept) as staged:
            assert staged.schema == BEFORE


def test_nothing_is_upgraded_where_no_copy_can_be_kept(on_sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    with closing(Database(on_sqlite)) as newer:
        monkeypatch.setattr("os.replace", full)
        with pytest.raises(backups.Unusable, match=r"schema-\d+: No space left on device"):
            migration.upgrade(newer, keeps=True)
        assert migration.current(newer) == BEFORE

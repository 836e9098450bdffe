"""One way to read and one to write: what is promised of them on a real database."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier, Thread

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from store.db import migration
from store.db.database import SYNCHRONOUS, Database, UnsupportedDatabase
from tests.waiting import LONGEST, wait_until


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with one table of counters."""
    database = Database(database_url)
    with database.write() as session:
        session.execute(text("CREATE TABLE counters (name VARCHAR(20) PRIMARY KEY, number BIGINT NOT NULL)"))
        session.execute(text("INSERT INTO counters VALUES ('cases', 0)"))
    yield database
    database.close()


@pytest.fixture
def sqlite(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A SQLite file whose answer to a commit waits for the disk, as shipped and as in no other test."""
    monkeypatch.setattr("store.db.database.SYNCHRONOUS", SYNCHRONOUS)
    database = Database(sqlite_url)
    yield database
    database.close()


def number(database: Database) -> int:
    with database.read() as session:
        return int(session.execute(text("SELECT number FROM counters")).scalar_one())


def test_sqlite_is_set_up_so_that_a_commit_survives_a_power_cut_and_keys_hold(sqlite: Database) -> None:
    """Asked of the connection itself, the reading and the writing one."""
    expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    for engine in (sqlite.engine, sqlite.writing):
        with engine.connect() as connection:
            kept = {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in expected}
        assert kept == expected


def test_rows_that_can_be_made_again_wait_for_no_disk_and_the_next_to_open_the_file_does(
    sqlite: Database, sqlite_url: str
) -> None:
    hurried = Database(sqlite_url, durable=False)
    for database, expected in ((hurried, 0), (sqlite, 2)):
        with database.engine.connect() as connection:
            assert connection.execute(text("PRAGMA synchronous")).scalar_one() == expected
    hurried.close()


def test_every_connection_of_the_pool_is_set_up(sqlite: Database) -> None:
    connections = [sqlite.engine.connect() for _ in range(10)]
    found = {
        tuple(connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in ("synchronous", "foreign_keys"))
        for connection in connections
    }
    for connection in connections:
        connection.close()
    assert found == {(2, 1)}


def test_a_reader_waits_for_no_writer_and_sees_what_was_committed(database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE counters SET number = 7"))
        assert number(database) == 0
    assert number(database) == 7


def test_a_read_sees_one_state_throughout_on_sqlite(sqlite: Database) -> None:
    with sqlite.write() as session:
        session.execute(text("CREATE TABLE counters (number BIGINT)"))
        session.execute(text("INSERT INTO counters VALUES (0)"))
    with sqlite.read() as reading:
        before = reading.execute(text("SELECT number FROM counters")).scalar_one()
        with sqlite.write() as session:
            session.execute(text("UPDATE counters SET number = 7"))
        assert reading.execute(text("SELECT number FROM counters")).scalar_one() == before == 0


def test_an_exception_undoes_all_of_a_write_and_the_next_one_goes_on(database: Database) -> None:
    def fail_half_way() -> None:
        with database.write() as session:
            session.execute(text("UPDATE counters SET number = 7"))
            session.execute(text("INSERT INTO counters VALUES ('runs', 1)"))
            raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        fail_half_way()
    assert number(database) == 0
    with database.write() as session:
        session.execute(text("UPDATE counters SET number = number + 1"))
    assert number(database) == 1


@pytest.mark.parametrize("programs", [1, 2], ids=["one program", "two programs on one file"])
def test_reading_first_and_writing_later_never_finds_the_database_locked(sqlite_url: str, programs: int) -> None:
    """Each write has the write lock from its beginning, so what it read still holds when it writes."""
    databases = [Database(sqlite_url) for _ in range(programs)]
    with databases[0].write() as session:
        session.execute(text("CREATE TABLE counters (number BIGINT)"))
        session.execute(text("INSERT INTO counters VALUES (0)"))
    together = Barrier(4)
    errors: list[Exception] = []

    def count(database: Database) -> None:
        together.wait(LONGEST)
        try:
            for _ in range(50):
                with database.write() as session:
                    read = session.execute(text("SELECT number FROM counters")).scalar_one()
                    session.execute(text("UPDATE counters SET number = :next"), {"next": read + 1})
        except Exception as error:  # noqa: BLE001  # whatever it is, the test shows it
            errors.append(error)

    threads = [Thread(target=count, args=(databases[place % programs],)) for place in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST)
    assert errors == []
    assert number(databases[0]) == 4 * 50
    for database in databases:
        database.close()


def test_a_write_that_only_reads_keeps_other_programs_from_writing(sqlite_url: str) -> None:
    """It begins IMMEDIATE, not with its first change."""
    first, second = Database(sqlite_url), Database(sqlite_url)
    with first.write() as session:
        session.execute(text("CREATE TABLE counters (number BIGINT)"))
    with first.write() as session:
        session.execute(text("SELECT 1"))
        with second.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=0")
            with pytest.raises(OperationalError, match="database is locked"):
                connection.exec_driver_sql("INSERT INTO counters VALUES (1)")
    first.close()
    second.close()


def test_a_row_that_points_nowhere_is_refused(database_url: str) -> None:
    database = Database(database_url)
    migration.upgrade(database)
    case = "INSERT INTO cases (team_id, workflow_id, key, revision, content_hash, source, received_at)"
    with pytest.raises(IntegrityError), database.write() as session:
        session.execute(text(f"{case} VALUES (41, 42, 'k', 1, 'h', 's', '2026-11-20 09:00:00')"))
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM cases")).scalar_one() == 0
    database.close()


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://root@localhost/cases", "mysql is not supported; use sqlite:///FILE or postgresql://"),
        ("postgres://localhost/cases", "postgres is not supported; use sqlite:///FILE or postgresql://"),
        ("sqlite://", "a SQLite database in memory forgets every case; name a file"),
        ("sqlite:///:memory:", "a SQLite database in memory forgets every case; name a file"),
        ("sqlite:///file:cases?mode=memory&uri=true", "a SQLite database in memory forgets every case; name a file"),
        ("sqlite:///file::memory:?uri=true", "a SQLite database in memory forgets every case; name a file"),
    ],
    ids=["mysql", "postgres", "no file", "memory", "memory by its mode", "memory by its name"],
)
def test_any_other_database_is_refused_in_words(url: str, why: str) -> None:
    with pytest.raises(UnsupportedDatabase) as refused:
        Database(url)
    assert why in str(refused.value)


def test_making_a_database_connects_to_nothing(tmp_path: Path) -> None:
    Database(f"sqlite:///{tmp_path / 'never.sqlite'}").close()
    Database("postgresql://nobody@127.0.0.1:1/nothing").close()
    assert list(tmp_path.iterdir()) == []


def test_connections_that_the_server_ended_are_made_anew_unnoticed(postgres_url: str) -> None:
    database = Database(postgres_url)
    with ExitStack() as held:
        for _ in range(3):
            held.enter_context(database.read()).execute(text("SELECT 1"))
    others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(f"SELECT pg_terminate_backend(pid) {others}")
        wait_until(lambda: admin.execute(f"SELECT {others}").fetchone() is None)
    for _ in range(4):
        with database.write() as session:
            assert session.execute(text("SELECT 1")).scalar_one() == 1
    database.close()


def test_another_connection_takes_away_no_lock_that_this_process_holds(sqlite_url: str) -> None:
    """Another process would take itself for the last one then, and remove what was committed to the -wal file."""
    database = Database(sqlite_url)
    assert database.file is not None
    with database.engine.connect() as one, database.engine.connect() as two:
        for connection in (one, two):
            connection.exec_driver_sql("SELECT 1 FROM sqlite_master")
        looking = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA user_version=1'); c.close()"
        subprocess.run([sys.executable, "-c", looking, str(database.file)], check=True)
        assert Path(f"{database.file}-wal").exists()
    database.close()

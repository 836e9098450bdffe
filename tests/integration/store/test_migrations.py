"""A migrated database is the declared one, whoever migrates it and however often."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from store.db import migration
from store.db.database import Database
from store.db.migration import NewerSchema
from store.db.process_locks import Taken, exclusive
from store.schema import Base
from tests.waiting import LONGEST, wait_until

pytestmark = pytest.mark.slow

COUNTERSIGN = Path(sys.executable).with_name("countersign")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database."""
    database = Database(database_url)
    yield database
    database.close()


def names(connection: Connection, schema: str | None = None) -> set[tuple[str, ...]]:
    """Every table, column, key, constraint and index, by name and by what it is about."""
    seen = inspect(connection)
    found: set[tuple[str, ...]] = set()
    for table in seen.get_table_names(schema=schema):
        if table == "alembic_version" or table.startswith("procrastinate_"):
            continue
        for column in seen.get_columns(table, schema=schema):
            nullable = "null" if column["nullable"] else "not null"
            default = str(column["default"]).replace(f"{schema}.", "")
            found.add((table, "column", column["name"], str(column["type"]), nullable, default))
        primary = seen.get_pk_constraint(table, schema=schema)
        found.add((table, "primary key", str(primary["name"]), *primary["constrained_columns"]))
        for foreign in seen.get_foreign_keys(table, schema=schema):
            target = (foreign["referred_table"], *foreign["referred_columns"])
            found.add((table, "foreign key", str(foreign["name"]), *foreign["constrained_columns"], *target))
        for unique in seen.get_unique_constraints(table, schema=schema):
            found.add((table, "unique", str(unique["name"]), *unique["column_names"]))
        for index in seen.get_indexes(table, schema=schema):
            kind = "unique index" if index["unique"] else "index"
            found.add((table, kind, str(index["name"]), *(str(column) for column in index["column_names"])))
    return found


def is_ours(_: object, name: str | None, *rest: object) -> bool:
    """Tell whether a table is declared here; procrastinate owns its own."""
    return not str(name).startswith("procrastinate_")


def test_nothing_is_left_to_migrate_between_the_migrated_and_the_declared_schema(database: Database) -> None:
    migration.upgrade(database)
    with database.engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "include_object": is_ours}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
    assert differences == []


def test_keys_constraints_and_indexes_of_the_migrated_schema_have_the_declared_names(
    database: Database, tmp_path: Path
) -> None:
    """Also those that alembic's own comparison does not look at, such as the names of keys."""
    migration.upgrade(database)
    with database.engine.connect() as connection:
        migrated = names(connection)
    if database.file is not None:
        declared_beside = Database(f"sqlite:///{tmp_path / 'declared.sqlite'}")
        with declared_beside.writing.begin() as connection:
            Base.metadata.create_all(connection)
            declared = names(connection)
        declared_beside.close()
    else:
        with database.engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA declared"))
            translated = connection.execution_options(schema_translate_map={None: "declared"})
            Base.metadata.create_all(translated)
            declared = names(connection, "declared")
    assert migrated == declared
    assert {table for table, *_ in migrated} == set(Base.metadata.tables)


def test_every_constraint_and_index_has_a_name(database: Database) -> None:
    """A later migration cannot change a constraint without a name."""
    migration.upgrade(database)
    with database.engine.connect() as connection:
        nameless = {entry for entry in names(connection) if entry[1] != "column" and entry[2] == "None"}
    assert not nameless


def test_the_names_of_the_files_tell_the_revisions_in_their_order() -> None:
    """A start reads the names alone."""
    scripts = ScriptDirectory(str(migration.MIGRATIONS))
    chained = [script.revision for script in scripts.walk_revisions()]
    assert list(migration._revisions()) == chained[::-1]
    assert migration.newest() == scripts.get_current_head()


def test_a_start_on_a_database_that_is_up_to_date_loads_no_migration(sqlite_url: str) -> None:
    migration.upgrade(Database(sqlite_url))
    looks = (
        "import sys; from store.db import migration; from store.db.database import Database;"
        f"assert not migration.upgrade(Database({sqlite_url!r})); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", looks], check=True, timeout=LONGEST)


def test_upgrading_again_does_nothing(database: Database) -> None:
    assert migration.current(database) is None
    assert migration.upgrade(database) == migration.Upgraded(was=None, kept=None)
    assert migration.upgrade(database) is None
    assert migration.current(database) == migration.newest()


def test_a_database_of_an_unknown_newer_version_is_refused_in_words_and_left_alone(database: Database) -> None:
    migration.upgrade(database)
    with database.writing.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerSchema, match="has the schema 9999, which this version does not know; start the newer"):
        migration.upgrade(database)
    assert migration.current(database) == "9999"


def test_threads_that_start_on_a_new_sqlite_file_at_once_all_find_it_ready(sqlite_url: str) -> None:
    databases = [Database(sqlite_url) for _ in range(4)]
    together = Barrier(len(databases))
    changed: list[migration.Upgraded | None] = []
    errors: list[Exception] = []

    def start(database: Database) -> None:
        together.wait(LONGEST)
        try:
            changed.append(migration.upgrade(database))
        except Exception as error:  # noqa: BLE001  # whatever it is, the test shows it
            errors.append(error)

    threads = [Thread(target=start, args=(database,)) for database in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST)
    assert errors == []
    assert len(changed) == len(databases)
    assert {migration.current(database) for database in databases} == {migration.newest()}
    for database in databases:
        database.close()


def upgrading(url: str) -> "subprocess.Popen[str]":
    """A process that runs `countersign migrate`."""
    return subprocess.Popen(
        [COUNTERSIGN, "migrate"],
        env={**os.environ, "COUNTERSIGN_DATABASE_URL": url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_processes_that_migrate_a_new_database_at_once_both_find_it_ready(database_url: str) -> None:
    """On PostgreSQL both are held back at the first table, so that neither can be done before the other begins."""
    gate = psycopg.connect(database_url) if database_url.startswith("postgresql") else None
    if gate is not None:
        gate.execute("CREATE TABLE alembic_version (version_num varchar(32))")
    processes = [upgrading(database_url) for _ in range(2)]
    if gate is not None:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        with psycopg.connect(database_url, autocommit=True) as watch:
            wait_until(lambda: watch.execute(others).fetchone() == (2,))
        gate.rollback()
        gate.close()
    said = [process.communicate(timeout=LONGEST) for process in processes]
    assert [(process.returncode, err) for process, (_, err) in zip(processes, said, strict=True)] == [(0, ""), (0, "")]
    database = Database(database_url)
    assert migration.current(database) == migration.newest()
    database.close()


def test_no_schema_is_changed_under_a_process_that_works_on_the_database(database: Database) -> None:
    """It waits for the other one to let go, and gives up in words; the schema stays as it was."""
    with pytest.MonkeyPatch.context() as patch, exclusive(database):
        patch.setattr(migration, "PATIENCE", 0.05)
        with pytest.raises(Taken, match="another Countersign process works on"):
            migration.upgrade(database)
        assert migration.current(database) is None

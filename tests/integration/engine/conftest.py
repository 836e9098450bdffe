"""One SQLite file and one PostgreSQL database for all tests here, emptied before each: there are many of them, and
neither the schema nor the disk is their subject."""

import secrets
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url

from store.db import migration
from store.db.database import Database
from tests.conftest import MakeWorld
from tests.integration.engine.scene import empty
from tests.world import Tell, World
from workflows.model.scripted import ScriptedModel


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A SQLite file with the newest schema. No test is about the power failing: a commit need not wait."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('engine') / 'test.sqlite'}")
    event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    migration.upgrade(database)
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> Iterator[Database]:
    """A PostgreSQL database with the newest schema, and in as little of a hurry to reach the disk."""
    name = f"engine_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        admin.execute(f"ALTER DATABASE {name} SET synchronous_commit TO off")
    database = Database(make_url(postgres_server).set(database=name).render_as_string(hide_password=False))
    migration.upgrade(database)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def make_world(request: pytest.FixtureRequest) -> MakeWorld:
    """Makes a Countersign on a database with nothing in it; the test runs once on SQLite and once on PostgreSQL."""
    return _making(request.getfixturevalue("sqlite_database" if request.param == "sqlite" else "postgres_database"))


@pytest.fixture
def make_sqlite_world(sqlite_database: Database) -> MakeWorld:
    """Makes a Countersign on SQLite, for what does not depend on the database."""
    return _making(sqlite_database)


@pytest.fixture
def make_postgres_world(postgres_database: Database) -> MakeWorld:
    """Makes a Countersign on PostgreSQL, for what only happens where two transactions write at once."""
    return _making(postgres_database)


def _making(database: Database) -> MakeWorld:
    empty(database)

    def make(tell: Tell) -> World:
        return World(database=database, model=ScriptedModel(tell))

    return make

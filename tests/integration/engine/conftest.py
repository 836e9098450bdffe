"""Databases that are migrated once and copied for each test: there are many, and the schema is not their subject."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from store import migrate, schema
from store.database import Database
from tests.conftest import MakeWorld
from tests.world import Tell, World
from workflows.model.scripted import ScriptedModel


def _migrated(url: str) -> None:
    database = Database(url)
    migrate.upgrade(database)
    database.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema and nothing in it."""
    file = tmp_path_factory.mktemp("template") / "empty.sqlite"
    _migrated(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a new SQLite file."""
    shutil.copy(sqlite_template, tmp_path / "test.sqlite")
    return f"sqlite:///{tmp_path / 'test.sqlite'}"


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str) -> str:
    """The URL of a PostgreSQL database with the newest schema. No test is about the power failing: it need not wait."""
    name = f"engine_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        admin.execute(f"ALTER DATABASE {name} SET synchronous_commit TO off")
    url = make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    _migrated(url)
    return url


@pytest.fixture
def postgres_url(postgres_database: str) -> str:
    """The URL of a PostgreSQL database with nothing in it."""
    tables = ", ".join(schema.Base.metadata.tables)
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    return postgres_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database of the test's own; the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


def _making(url: str) -> Iterator[MakeWorld]:
    made: list[Database] = []

    def make(tell: Tell) -> World:
        database = Database(url)
        made.append(database)
        return World(database=database, model=ScriptedModel(tell))

    yield make
    for database in made:
        database.close()


@pytest.fixture
def make_sqlite_world(sqlite_url: str) -> Iterator[MakeWorld]:
    """Makes a Countersign on SQLite, for what does not depend on the database."""
    yield from _making(sqlite_url)


@pytest.fixture
def make_postgres_world(postgres_url: str) -> Iterator[MakeWorld]:
    """Makes a Countersign on PostgreSQL, for what only happens where two transactions write at once."""
    yield from _making(postgres_url)

"""One SQLite file and one PostgreSQL database for all tests here, emptied before each: there are many of them, and
neither the schema nor the disk is their subject."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.db.database import Database
from tests.conftest import MakeWorld, postgres_made
from tests.integration.engine.scene import empty
from tests.world import Tell, World
from workflows.model.scripted import ScriptedModel

ON_BOTH = {
    f"test_{name}.py"
    for name in (
        "deliveries",
        "once",
        "workflow_pauses",
        "races",
        "reviews",
        "runner",
        "leases",
        "next_reviews",
        "alike",
    )
}
"""Files whose tests are made on both databases each time: who writes at once, and in what order, shows there. Those of
the others are made on PostgreSQL where time allows."""


@pytest.hookimpl(tryfirst=True)  # before those that are marked are left out
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as slow what is told on SQLite just as well."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and item.path.name not in ON_BOTH:
            call = getattr(item, "callspec", None)  # what it was parametrized with, if it was
            if call is not None and call.params.get("make_world") == "postgresql":
                item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def sqlite_database(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[Database]:
    """A SQLite file with the newest schema."""
    file = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("engine"))
    database = Database(f"sqlite:///{file}")
    yield database
    database.close()


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str, migrated_postgres: str) -> Iterator[Database]:
    """A PostgreSQL database with the newest schema."""
    with postgres_made(postgres_server, template=migrated_postgres) as url:
        database = Database(url)
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

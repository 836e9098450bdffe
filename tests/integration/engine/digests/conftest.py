"""The made-up year in a database, for all tests that only read it, or for those of a file."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from store.db.database import Database
from tests.conftest import postgres_made
from tests.integration.engine.digests.recount import Kept, kept
from tests.integration.engine.digests.year import NOW, WORKFLOWS, year
from tests.integration.engine.scene import empty
from tests.sample import Desk, sample_workflow
from tests.world import World
from workflows.model.scripted import ScriptedModel

SEED = 2025


@dataclass(frozen=True, kw_only=True)
class Lived:
    """The year in a database, and as it was loaded for the recount."""

    world: World
    rows: Kept


def world_on(database: Database) -> World:
    """A Countersign on a database, the morning after the year."""
    world = World(database=database, model=ScriptedModel())
    for name in WORKFLOWS:
        world.registry.add(sample_workflow(Desk(), name=name))
    world.clock.time = NOW
    return world


def live(database: Database) -> Kept:
    """Write the year into an empty database; returns it as it was loaded for the recount."""
    team = world_on(database).context.team
    year(SEED, team=team).write(database)
    if database.file is None:
        # PostgreSQL's own may have looked while it was empty, and would look again only within a minute.
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("ANALYZE")
    return kept(database, team=team)


@pytest.fixture(scope="session")
def year_on_sqlite(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path) -> Iterator[tuple[Database, Kept]]:
    """The year in a SQLite file. Written once: to write it, and to load it, takes two seconds."""
    file = shutil.copy(migrated_sqlite, tmp_path_factory.mktemp("year"))
    database = Database(f"sqlite:///{file}")
    yield database, live(database)
    database.close()


@pytest.fixture(scope="session")
def year_on_postgres(postgres_server: str, migrated_postgres: str) -> Iterator[tuple[Database, Kept]]:
    """The year in a PostgreSQL database."""
    with postgres_made(postgres_server, template=migrated_postgres) as url:
        database = Database(url)
        yield database, live(database)
        database.close()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def lived(request: pytest.FixtureRequest) -> Lived:
    """The year, the morning after. No test changes a row of it."""
    database, rows = request.getfixturevalue(f"year_on_{request.param}")
    return Lived(world=world_on(database), rows=rows)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def own_year(request: pytest.FixtureRequest) -> Lived:
    """The same, for tests that change a row of it."""
    database: Database = request.getfixturevalue(f"{request.param}_database")
    empty(database)
    rows = live(database)
    return Lived(world=world_on(database), rows=rows)

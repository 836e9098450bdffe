"""Worlds and offices for agents."""

from collections.abc import Iterator

import pytest

from store.db.database import Database
from tests.conftest import MakeWorld
from tests.integration.handlers.mcp.office import Started, office
from tests.world import World
from workflows.model.scripted import ScriptedModel


@pytest.fixture
def make_sqlite_world(migrated_sqlite_url: str) -> Iterator[MakeWorld]:
    """Make a Countersign on SQLite, for what no database changes."""
    database = Database(migrated_sqlite_url)
    yield lambda tell: World(database=database, model=ScriptedModel(tell))
    database.close()


@pytest.fixture
def made(migrated_sqlite_url: str) -> Iterator[Started]:
    """Yield an office whose agents start the program."""
    database = Database(migrated_sqlite_url)
    there = office(lambda tell: World(database=database, model=ScriptedModel(tell)))
    yield Started(office=there, url=migrated_sqlite_url)
    database.close()

"""Worlds for agents."""

from collections.abc import Iterator

import pytest

from store.db.database import Database
from tests.conftest import MakeWorld
from tests.world import World
from workflows.model.scripted import ScriptedModel


@pytest.fixture
def make_sqlite_world(migrated_sqlite_url: str) -> Iterator[MakeWorld]:
    """Make a Countersign on SQLite, for what no database changes."""
    database = Database(migrated_sqlite_url)
    yield lambda tell: World(database=database, model=ScriptedModel(tell))
    database.close()

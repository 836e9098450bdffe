"""One server for all tests of a file; each test has a Countersign of its own before it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.database import Database
from tests.integration.model.scene import Scene
from tests.integration.model.server import AnthropicServer
from tests.world import World
from workflows.model.scripted import ScriptedModel


@pytest.fixture(scope="module")
def running() -> Iterator[AnthropicServer]:
    with AnthropicServer() as server:
        yield server


@pytest.fixture
def scene(tmp_path: Path, running: AnthropicServer) -> Iterator[Scene]:
    running.forget()
    database = Database(f"sqlite:///{tmp_path / 'countersign.sqlite'}")
    scene = Scene(World(database=database, model=ScriptedModel()), running)
    yield scene
    scene.vendor.close()
    database.close()

"""One server for all tests of a file; each test has a Countersign of its own before it."""

from collections.abc import Iterator
from typing import Any

import pytest

from store.db.database import Database
from tests.integration.model.books import Books, books_in
from tests.integration.model.questions import KEY, Connect, Sleep
from tests.integration.model.scene import Scene
from tests.integration.model.server import AnthropicServer
from tests.world import World
from workflows.model.gateway import Gateway
from workflows.model.scripted import ScriptedModel
from workflows.model.vendors.anthropic.client import AnthropicVendor
from workflows.model.vendors.anthropic.settings import DEFAULT_MODEL


@pytest.fixture(scope="module")
def running() -> Iterator[AnthropicServer]:
    with AnthropicServer() as server:
        yield server


@pytest.fixture
def scene(migrated_sqlite_url: str, running: AnthropicServer) -> Iterator[Scene]:
    running.forget()
    database = Database(migrated_sqlite_url)
    scene = Scene(World(database=database, model=ScriptedModel()), running)
    yield scene
    scene.vendor.close()
    database.close()


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Books]:
    """A ledger's database, the same for all tests here: each asks on the account of an eval, which caches nothing."""
    with books_in(tmp_path_factory.mktemp("books")) as books:
        yield books


@pytest.fixture(scope="module")
def vendor(running: AnthropicServer) -> Iterator[AnthropicVendor]:
    """With the usual settings; its connections serve all tests here."""
    vendor = AnthropicVendor(api_key=KEY, base_url=running.url)
    yield vendor
    vendor.close()


@pytest.fixture
def server(running: AnthropicServer, monkeypatch: pytest.MonkeyPatch) -> AnthropicServer:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running.forget()
    return running


@pytest.fixture
def sleep() -> Sleep:
    return Sleep()


@pytest.fixture
def model(vendor: AnthropicVendor, server: AnthropicServer, books: Books, sleep: Sleep) -> Gateway:
    return books.gateway(vendor, sleep=sleep)


@pytest.fixture
def connect(server: AnthropicServer, books: Books, sleep: Sleep) -> Iterator[Connect]:
    """Makes a gateway with other settings, or one whose connections are its own."""
    made: list[Gateway] = []

    def connect(**settings: Any) -> Gateway:
        default_model = settings.pop("model", DEFAULT_MODEL)
        vendor = AnthropicVendor(**{"api_key": KEY, "base_url": server.url, **settings})
        made.append(books.gateway(vendor, sleep=sleep, default_model=default_model))
        return made[-1]

    yield connect
    for model in made:
        model.close()

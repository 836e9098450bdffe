"""An office for the examples."""

from collections.abc import Iterator

import pytest

from examples.approvals import Approvals, connected
from store.db.database import Database
from tests.integration.handlers.mcp.office import Office, office
from tests.integration.handlers.mcp.served import Served, serving
from tests.world import World
from workflows.model.scripted import ScriptedModel


@pytest.fixture
def served(migrated_sqlite_url: str) -> Iterator[Served]:
    """Yield an office that answers over HTTP."""
    database = Database(migrated_sqlite_url)
    with serving(office(lambda tell: World(database=database, model=ScriptedModel(tell)))) as served:
        yield served
    database.close()


@pytest.fixture
def people(served: Served) -> Office:
    """The people there."""
    return served.office


@pytest.fixture
def approvals(served: Served) -> Iterator[Approvals]:
    """Yield the office as an agent has it."""
    made = connected(served.url, served.office.keys["helper"])
    yield made
    made.close()

"""The made-up year in a database, for all tests of a file."""

from dataclasses import dataclass

import pytest

from store.db.database import Database
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


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def lived(request: pytest.FixtureRequest) -> Lived:
    """The year, the morning after. No test changes a row of it."""
    database: Database = request.getfixturevalue(f"{request.param}_database")
    empty(database)
    world = World(database=database, model=ScriptedModel())
    for name in WORKFLOWS:
        world.registry.add(sample_workflow(Desk(), name=name))
    world.clock.time = NOW
    year(SEED, team=world.context.team).write(world.database)
    return Lived(world=world, rows=kept(world.database, team=world.context.team))

"""Versions in use from before there were deployments go on as the first one, and nothing changes for their cases."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from store import schema
from store.db import migration
from store.db.database import Database
from store.learning import deployments
from store.states import DeploymentState
from tests.integration.engine.scene import rows
from tests.sample import Desk, sample_workflow
from tests.world import World, sure
from workflows import Autonomy
from workflows.engine.propose.models import Models
from workflows.engine.run.runner import Runner
from workflows.model.choice import ModelSettings
from workflows.model.scripted import ScriptedModel
from workflows.quality.deployments.kept import KeptVersions
from workflows.quality.deployments.taking_over import BEFORE, take_over

pytestmark = pytest.mark.slow


@pytest.fixture
def upgraded(database_url: str) -> Iterator[Database]:
    """A database with two workflows from the version before deployments, upgraded since."""
    database = Database(database_url)
    config = Config()
    config.set_main_option("script_location", str(migration.MIGRATIONS))
    at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    with database.writing.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0034")
    with database.write() as session:
        session.execute(text("INSERT INTO teams (id, name, created_at) VALUES (1, 'local', :at)"), {"at": at})
        session.execute(
            text(
                "INSERT INTO workflows (team_id, name, options, created_at) "
                "VALUES (1, 'alone', '{}', :at), (1, 'drafts', '{}', :at)"
            ),
            {"at": at},
        )
    migration.upgrade(database)
    yield database
    database.close()


def test_a_workflow_is_taken_over_by_the_first_process_and_goes_on_as_it_was(upgraded: Database) -> None:
    world = World(database=upgraded, model=ScriptedModel(sure(0.95, queue="billing", reply="Hello")))
    alone = sample_workflow(Desk(), name="alone")
    drafts = sample_workflow(Desk(), name="drafts", autonomy=Autonomy.draft())
    fresh = sample_workflow(Desk(), name="fresh")
    for workflow in (alone, drafts, fresh):
        world.registry.add(workflow)
    models = Models(ModelSettings(wanted="local"), database=upgraded, team=world.context.team, clock=world.clock)
    versions = KeptVersions(upgraded, team=world.context.team, clock=world.clock, models=models, versions_from=None)
    world.context = replace(world.context, versions=versions)
    world.runner = Runner(world.context, lambda _: world.model)
    waiting = world.submit(alone, id=1, text="charged twice").case
    for _ in range(2):
        take_over(world.context, models)
    found = rows(world, schema.Deployment)
    assert [(one.number, one.state, one.note) for one in found] == [(1, DeploymentState.LIVE, BEFORE)] * 2
    drafted = world.submit(drafts, id=2, text="charged twice").case
    new = world.submit(fresh, id=3, text="charged twice").case
    world.work()
    with upgraded.read() as session:
        live = {one.name: one.live for one in deployments.used_by(session, team=world.context.team)}
    assert live == {"alone": found[0].id, "drafts": found[1].id, "fresh": None}
    assert [one.deployment_id for one in rows(world, schema.Run)] == [live["alone"], live["drafts"], None]
    assert world.case(waiting).newest.state == "delivered"
    draft = world.case(drafted).newest
    assert (draft.state, draft.proposal is not None) == ("waiting", True)
    assert draft.proposal is not None
    assert draft.proposal.version == 1
    # A workflow that is new with PostgreSQL waits for its first deployment.
    assert (world.case(new).newest.proposal is not None) is (upgraded.file is not None)

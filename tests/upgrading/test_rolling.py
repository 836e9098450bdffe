"""Two replicas on PostgreSQL are upgraded to a version with a migration more, while cases come in and people press."""

import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.app import opened
from bot.sandbox.http.running_sandbox import Running
from bot.settings import Settings
from store.db import migration
from store.db.database import Database
from tests.upgrading.next_version import of_next_version, with_one_more
from tests.upgrading.rolling import REPLICAS, TODAY, Service, Version, served, upgrade
from tests.waiting import wait_until
from workflows.engine.declare.versions import From
from workflows.engine.sources.programs import api_sources, keys

pytestmark = pytest.mark.slow

SOME = 10
"""Inputs that are accepted before the upgrade, and after it."""


def test_an_upgrade_under_load_loses_and_doubles_nothing(
    migrated_postgres_url: str, running: Running, tmp_path: Path
) -> None:
    """The old processes end by themselves and say why; nothing of theirs is half in the new schema."""
    running.reset()
    migrations = with_one_more(tmp_path)
    following = Version(
        name="the next",
        command=(sys.executable, "-m", "tests.upgrading.next_version", str(migrations)),
        environment={"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    service = Service(url=migrated_postgres_url, folder=tmp_path, running=running, version=TODAY)
    with opened(Settings(database_url=migrated_postgres_url, model="local", prompts=From.FILES)) as app:
        api_sources.add(app.context, "web", by="tester", workflows=None, per_minute=100_000)
        service.key = keys.make(app.context, "web", by="tester").key
    made: list[migration.Upgraded | None] = []
    with served(service):
        wait_until(lambda: len(service.accepted) >= SOME and service.pressed)
        with of_next_version(migrations), closing(Database(migrated_postgres_url)) as database:
            upgrade(service, following, migrate=lambda: made.append(migration.upgrade(database)))
        before = len(service.accepted)
        wait_until(lambda: len(service.accepted) >= before + SOME)
    assert made != [None]
    assert service.faults() == []
    assert [replica.ended[0] for replica in service.replicas] == [1] * REPLICAS
    logs = [(tmp_path / f"log-{replica.api}").read_text() for replica in service.replicas]
    assert all("the schema of the database is being upgraded by another process" in log for log in logs)

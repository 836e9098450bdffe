"""One sandbox and one socket for all tests; each test has its own Countersign, and a workspace as it was at first."""

from collections.abc import Callable, Iterator
from threading import Event
from typing import cast

import pytest
from pydantic import SecretStr

from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN, Sandbox
from bot.sandbox.state.workspace import default_workspace
from bot.settings import Settings
from bot.slack.socket import Hearing
from bot.slack.workspace import connect
from handlers.slack.access.rights import Rights
from handlers.slack.access.user_groups import Groups
from handlers.slack.context import SlackContext
from handlers.slack.manifest import manifest_file
from handlers.who import named
from store.db.database import Database
from tests.integration.bot.conftest import countersign, empty
from tests.slack.stage import ENGINEERS, Ears, SlackTime, Stage
from tests.world import Tell, World, sure
from workflows.engine.context import Context
from workflows.model.scripted import ScriptedModel

__all__ = ["countersign", "empty"]

MakeStage = Callable[..., Stage]


@pytest.fixture(scope="session")
def slack_time() -> SlackTime:
    """Slack's clock."""
    return SlackTime()


@pytest.fixture(scope="session")
def running(slack_time: SlackTime) -> Iterator[Running]:
    """The sandbox, with no limit on how often one may post."""
    with serving(Sandbox(default_workspace(manifest_file()), rate_limited=False, clock=slack_time)) as running:
        yield running


def settings_for(running: Running) -> Settings:
    """Settings that name the sandbox, whatever the environment says."""
    return Settings(
        SLACK_BOT_TOKEN=SecretStr(BOT_TOKEN),
        SLACK_APP_TOKEN=SecretStr(APP_TOKEN),
        SLACK_API_URL=running.api_url,
    )


@pytest.fixture(scope="session")
def ears(running: Running) -> Iterator[Ears]:
    """Listeners on a socket."""
    workspace = connect(settings_for(running))
    groups = Groups(workspace.looking_up)
    slack_context = SlackContext(
        context=cast(Context, None),  # each test puts its own there
        rights=Rights(members=groups, engineers=named([ENGINEERS])),
        groups=groups,
        installed=workspace.installed,
    )
    hearing = Hearing(workspace, slack_context)
    hearing.connect(Event())
    yield Ears(workspace=workspace, hearing=hearing, slack_context=slack_context)
    hearing.close()


@pytest.fixture
def make_stage(running: Running, ears: Ears, migrated_sqlite_url: str) -> Iterator[MakeStage]:
    """Makes a Countersign in the sandbox, with a model that answers as it is told."""
    running.reset()
    made: list[Database] = []

    def make(tell: Tell | None = None) -> Stage:
        database = Database(migrated_sqlite_url)
        made.append(database)
        model = ScriptedModel(tell or sure(0.6, queue="billing", reply="We look into it."))
        return Stage(running=running, ears=ears, world=World(database=database, model=model))

    yield make
    for database in made:
        database.close()


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    """A Countersign in the sandbox whose model proposes billing."""
    return make_stage()

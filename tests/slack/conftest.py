"""One sandbox and one socket for all tests; each test has its own Countersign, and a workspace as it was at first."""

from collections.abc import Callable, Iterator
from functools import partial
from threading import Event
from typing import cast

import pytest
from pydantic import SecretStr

from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN, Sandbox
from bot.sandbox.state.workspace import default_workspace
from bot.settings import Settings
from bot.slack import request_url as over_http
from bot.slack import socket, workspace
from bot.slack.request_url import RequestUrl
from bot.slack.socket import Hearing
from bot.slack.workspace import connect
from handlers.slack import events, replies
from handlers.slack.access import lookups
from handlers.slack.access.channels import Channels
from handlers.slack.access.people import People
from handlers.slack.access.rights import Rights
from handlers.slack.access.user_groups import Groups
from handlers.slack.context import SlackContext
from handlers.slack.files import SlackFiles
from handlers.slack.listeners import register
from handlers.slack.manifest import manifest_file
from handlers.web.slack import PATH
from handlers.who import named
from store.db.database import Database
from tests.integration.bot.conftest import countersign, empty
from tests.slack.over_http import http_settings
from tests.slack.stage import ENGINEERS, Ears, Listeners, SlackTime, Stage
from tests.waiting import LONGEST
from tests.world import Tell, World, sure
from workflows.engine.context import Context
from workflows.model.scripted import ScriptedModel

__all__ = ["countersign", "empty"]

MakeStage = Callable[..., Stage]

ACK_SECONDS = 30.0
"""Seconds for what Slack and Countersign give two or three: a slow machine with much else to do may need them.

Fewer than the 40 s for which whoever acts in the sandbox waits for the outcome."""


@pytest.fixture(scope="session")
def slack_time() -> SlackTime:
    """Slack's clock."""
    return SlackTime()


@pytest.fixture(scope="session")
def running(slack_time: SlackTime) -> Iterator[Running]:
    """The sandbox, with no limit on how often one may post."""
    sandbox = Sandbox(default_workspace(manifest_file()), rate_limited=False, clock=slack_time, ack_seconds=ACK_SECONDS)
    with serving(sandbox) as running:
        yield running


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody give up because the machine is slow; a test that is about a limit sets its own."""
    monkeypatch.setattr(lookups, "PATIENCE", ACK_SECONDS)
    for module in (socket, over_http):
        monkeypatch.setattr(module, "ACK_SECONDS", ACK_SECONDS)
    for module in (replies, events, over_http):
        monkeypatch.setattr(module, "DATABASE_SECONDS", ACK_SECONDS)


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
    connected = connect(settings_for(running))
    groups = Groups(connected.looking_up)
    slack_context = SlackContext(
        context=cast(Context, None),  # each test puts its own there
        rights=Rights(members=groups, kind_of=People(connected.looking_up), engineers=named([ENGINEERS])),
        groups=groups,
        installed=connected.installed,
        bot=connected.bot_id,
        address=connected.address,
        is_in=Channels(connected.looking_up).is_in,
        files=SlackFiles(connected.looking_up),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "ThreadPoolExecutor", Listeners)
        patch.setattr(workspace, "_CLICK_SECONDS", ACK_SECONDS)
        hearing = Hearing(connected, partial(register, slack=slack_context))
    hearing.connect(Event())
    listeners = hearing._executor
    assert isinstance(listeners, Listeners)
    yield Ears(workspace=connected, hearing=hearing, slack_context=slack_context, listeners=listeners)
    hearing.close()


@pytest.fixture(scope="session")
def request_url(running: Running, ears: Ears) -> Iterator[RequestUrl]:
    """The same listeners behind a request URL. The sandbox sends to it only where a test says so."""
    connected = connect(http_settings(running))
    assert connected.http is not None
    slack_context = ears.slack_context
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(over_http, "ThreadPoolExecutor", Listeners)
        patch.setattr(workspace, "_CLICK_SECONDS", ACK_SECONDS)
        patch.setattr(over_http, "_SECONDS", LONGEST)
        listening = RequestUrl(
            connected,
            partial(register, slack=slack_context),
            at=connected.http,
            context=lambda: slack_context.context,
        )
        listening.connect(Event())
        yield listening
        listening.close()


@pytest.fixture
def by_http(running: Running, ears: Ears, request_url: RequestUrl) -> Iterator[RequestUrl]:
    """Have the sandbox send everything over HTTP."""
    assert running.administrator.set_request_url(f"http://127.0.0.1:{request_url.port}{PATH}").acknowledged
    usual, listeners = ears.listeners, request_url._executor
    assert isinstance(listeners, Listeners)
    ears.listeners = listeners
    yield request_url
    ears.listeners = usual
    running.administrator.set_request_url(None)


@pytest.fixture(params=["socket", pytest.param("http", marks=pytest.mark.slow)])
def either_way(request: pytest.FixtureRequest) -> str:
    """Have a test pass over Socket Mode and over HTTP."""
    if request.param == "http":
        request.getfixturevalue("by_http")
    return str(request.param)


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

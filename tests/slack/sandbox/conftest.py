"""One running sandbox for all tests, with an app connected to it by the official Socket Mode client."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from pydantic import JsonValue
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web import SlackResponse
from websockets.sync.client import ClientConnection, connect

from bot.sandbox.client import Person
from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN, Sandbox
from tests.slack.conftest import ACK_SECONDS
from tests.slack.sandbox.building import Object, actions, button
from tests.waiting import LONGEST

SUPPORT = "C0SUPPORT"

Answer = Callable[[SocketModeRequest], Object | None]


class MovableClock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now

    def move(self, seconds: float) -> None:
        self.now += seconds


@dataclass
class App:
    """An app that does what the test says."""

    received: list[SocketModeRequest] = field(default_factory=list)
    answer: Answer | None = None
    """Content of the acknowledgement; None: empty."""
    silent: bool = False
    """Acknowledge nothing at all."""
    client: SocketModeClient | None = None

    def hear(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        self.received.append(request)
        payload = self.answer(request) if self.answer else None
        if not self.silent:
            client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id, payload=payload))

    @property
    def last(self) -> Object:
        """The newest payload."""
        payload: Object = self.received[-1].payload
        return payload

    def answers(self, payload: Object) -> None:
        self.answer = lambda request: payload


def web_client(running: Running, token: str | None = BOT_TOKEN) -> WebClient:
    return WebClient(token=token, base_url=running.api_url, retry_handlers=[])


def refusal_of(call: Callable[[], object]) -> SlackResponse:
    """Return Slack's answer to a call that it refuses."""
    with pytest.raises(SlackApiError) as refused:
        call()
    response = refused.value.response
    assert isinstance(response, SlackResponse)
    assert response["ok"] is False
    return response


def error_of(call: Callable[[], object]) -> str:
    """Slack's code for the refusal of a call."""
    return str(refusal_of(call)["error"])


def messages_of(call: Callable[[], object]) -> list[str]:
    """Return the messages about a refused document."""
    with pytest.raises(SlackApiError) as refused:
        call()
    messages: list[str] = refused.value.response["response_metadata"]["messages"]
    return messages


@pytest.fixture(scope="session")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def served(clock: MovableClock) -> Iterator[Running]:
    with serving(Sandbox(clock=clock, rate_limited=False, ack_seconds=ACK_SECONDS)) as running:
        yield running


@pytest.fixture
def running(served: Running) -> Running:
    """The sandbox, as it was in the beginning."""
    served.reset()
    return served


def hurry(client: SocketModeClient) -> None:
    """Let the client look up from its reading more often: it neither leaves a connection nor closes before it does."""
    assert client.current_session is not None
    assert client.current_session.sock is not None
    client.current_session.sock.settimeout(0.1)


@pytest.fixture(scope="session")
def connected(served: Running) -> Iterator[App]:
    app = App()
    web = WebClient(base_url=served.api_url, retry_handlers=[])
    client = SocketModeClient(app_token=APP_TOKEN, web_client=web)
    client.socket_mode_request_listeners.append(app.hear)
    client.connect()
    served.administrator.wait_until(lambda: served.administrator.sockets() == 1)
    hurry(client)
    app.client = client
    yield app
    hurry(client)
    # The reading that has begun goes by the old timeout, until it hears something.
    served.reset()  # the last test may have sent Ana away
    served.person("U0ANA").open_home()
    client.close()


@pytest.fixture
def app(connected: App, running: Running) -> App:
    """The app that is connected; it acknowledges all, with nothing."""
    connected.received.clear()
    connected.answer = None
    connected.silent = False
    return connected


@pytest.fixture
def slack(running: Running) -> WebClient:
    return web_client(running)


@pytest.fixture
def ana(running: Running) -> Person:
    return running.person("U0ANA")


@pytest.fixture
def ben(running: Running) -> Person:
    return running.person("U0BEN")


@pytest.fixture
def trigger(app: App, slack: WebClient, ana: Person) -> Callable[[], str]:
    """A fresh trigger_id: Ana presses a button."""

    def press() -> str:
        posted = slack.chat_postMessage(channel=SUPPORT, text="text", blocks=[actions(button())])
        ana.press(SUPPORT, posted["ts"], "go")
        return str(app.last["trigger_id"])

    return press


@pytest.fixture(scope="module")
def bare_server(clock: MovableClock) -> Iterator[Running]:
    with serving(Sandbox(clock=clock, rate_limited=False, ack_seconds=0.1)) as running:
        yield running


@pytest.fixture
def bare(bare_server: Running) -> Running:
    bare_server.reset()
    return bare_server


@pytest.fixture
def link(bare: Running) -> Iterator[Callable[[], ClientConnection]]:
    """A new connection, that has heard hello."""
    with ExitStack() as stack:

        def open_one() -> ClientConnection:
            url = str(web_client(bare).apps_connections_open(app_token=APP_TOKEN)["url"])
            connection = stack.enter_context(connect(url, proxy=None, close_timeout=1))
            assert json.loads(connection.recv(timeout=LONGEST))["type"] == "hello"
            return connection

        yield open_one
    bare.administrator.wait_until(lambda: bare.administrator.sockets() == 0)


def dig(value: JsonValue, *keys: str | int) -> JsonValue:
    """Return a value from deep within a payload."""
    for key in keys:
        value = value[key]  # type: ignore[index]  # a test fails by it, as it should
    return value

"""Faults of connections: repeated payloads, a refresh at a bad moment, a time without Slack."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

import pytest
from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from bot.sandbox.client import Person, Refused
from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.sandbox import APP_TOKEN, Sandbox
from tests.slack.conftest import ACK_SECONDS
from tests.slack.sandbox.conftest import SUPPORT, App, MovableClock, error_of, hurry, web_client
from tests.slack.sandbox.links import Connect, hear, heard, press

pytestmark = pytest.mark.slow

Open = Callable[[], object]


@pytest.fixture
def open_connection(bare: Running) -> Open:
    return partial(web_client(bare).apps_connections_open, app_token=APP_TOKEN)


def test_a_payload_may_come_in_two_envelopes(app: App, running: Running, ana: Person) -> None:
    """The person sees what became of the first acknowledgement; the next payload comes once."""
    number = count(1)
    app.answer = lambda request: {"text": f"answer {next(number)}"}
    running.administrator.duplicate_envelopes()
    done = ana.command(SUPPORT, "/rerun", "12")
    ana.wait_until(lambda: len(app.received) == 2)
    assert done.message is not None
    assert done.message["text"] == "answer 1"
    first, second = app.received
    assert first.payload == second.payload
    assert first.envelope_id != second.envelope_id
    app.answer = None
    ana.command(SUPPORT, "/rerun", "12")
    assert len(app.received) == 3
    assert [message.text for message in ana.messages(SUPPORT)] == ["answer 1"]


def test_the_two_envelopes_may_come_over_two_connections(bare: Running, link: Connect) -> None:
    """Or over the same, unless they are asked to come apart."""
    links = [link(), link()]
    act = press(bare)
    bare.administrator.duplicate_envelopes(2, apart=True)
    for _ in range(2):
        act()
        [one, other] = [hear(connection) for connection in links]
        assert one["payload"] == other["payload"]
        assert one["envelope_id"] != other["envelope_id"]
        assert [heard(connection) for connection in links] == [[], []]
    bare.administrator.duplicate_envelopes()
    act()
    assert sorted(len(heard(connection)) for connection in links) == [0, 2]


def test_two_envelopes_apart_come_over_the_only_connection(bare: Running, link: Connect) -> None:
    """There is no other connection."""
    only = link()
    bare.administrator.duplicate_envelopes(apart=True)
    press(bare)()
    assert hear(only)["payload"] == hear(only)["payload"]


def test_an_event_that_comes_twice_has_one_id(app: App, running: Running, ana: Person) -> None:
    """The second time it is said to be another attempt."""
    running.administrator.duplicate_envelopes()
    assert ana.open_home().acknowledged
    ana.wait_until(lambda: len(app.received) == 2)
    assert [request.retry_attempt for request in app.received] == [0, 1]
    assert len({str(request.payload["event_id"]) for request in app.received}) == 1


def test_a_refresh_may_come_right_before_a_payload(bare: Running, link: Connect) -> None:
    """It still comes over the old connection while there is no other; then that one ends."""
    only = link()
    act = press(bare)
    bare.administrator.refresh_before_envelopes()
    act()
    assert [hear(only)["type"] for _ in range(2)] == ["disconnect", "interactive"]
    act()
    assert hear(only)["type"] == "interactive"
    assert heard(only) == []


def test_for_a_while_nobody_can_connect(
    bare: Running, link: Connect, clock: MovableClock, open_connection: Open
) -> None:
    """All connections end; Slack says internal_error, also to whoever has been given an address before."""
    old = link()
    address = str(web_client(bare).apps_connections_open(app_token=APP_TOKEN)["url"])
    bare.administrator.disconnect(30)
    with pytest.raises(ConnectionClosed):
        hear(old)
    clock.move(29)
    assert error_of(open_connection) == "internal_error"
    with pytest.raises(InvalidStatus):
        connect(address, proxy=None)
    assert getattr(press(bare)(), "outcome", None) == "not_acknowledged"
    clock.move(1)
    press(bare)
    link()


def test_nobody_can_connect_until_it_is_cleared(bare: Running, clock: MovableClock, open_connection: Open) -> None:
    """However long that takes; messages can be posted meanwhile."""
    for clear in (bare.administrator.no_faults, bare.reset):
        bare.administrator.disconnect()
        clock.move(1_000_000)
        assert error_of(open_connection) == "internal_error"
        web_client(bare).chat_postMessage(channel=SUPPORT, text="t")
        clear()
        open_connection()


@pytest.fixture
def returning(clock: MovableClock) -> Iterator[Running]:
    """A sandbox with the official client, which looks after its connection ten times a second."""
    with serving(Sandbox(clock=clock, rate_limited=False, ack_seconds=ACK_SECONDS)) as running:
        web = WebClient(base_url=running.api_url, retry_handlers=[])
        client = SocketModeClient(app_token=APP_TOKEN, web_client=web, ping_interval=0.1)
        client.socket_mode_request_listeners.append(App().hear)
        client.connect()
        running.administrator.wait_until(lambda: running.administrator.sockets() == 1)
        hurry(client)
        yield running
        hurry(client)
        # The reading that has begun goes by the old timeout, until it hears something.
        running.person("U0ANA").open_home()
        client.close()


def test_a_click_during_a_refresh_is_acknowledged(returning: Running) -> None:
    """The official client hears it before it leaves, and hears again when it is back."""
    returning.administrator.refresh_before_envelopes()
    done = press(returning)()
    assert getattr(done, "acknowledged", None) is True
    returning.administrator.wait_until(lambda: len(returning.administrator.calls("apps.connections.open")) == 2)
    returning.administrator.wait_until(lambda: returning.person("U0ANA").open_home().acknowledged)


def test_the_official_client_comes_back_by_itself(returning: Running) -> None:
    """It does so when the time without Slack is over."""
    returning.administrator.disconnect()
    refused = returning.administrator.wait_until(
        lambda: [call for call in returning.administrator.calls("apps.connections.open") if not call.ok]
    )
    assert refused[0].error == "internal_error"
    returning.administrator.no_faults()
    returning.administrator.wait_until(lambda: returning.administrator.sockets() == 1)
    returning.administrator.wait_until(lambda: returning.person("U0ANA").open_home().acknowledged)


def test_what_is_no_fault_of_a_connection_is_refused(running: Running) -> None:
    """400, with what is wrong about it."""
    administrator = running.administrator
    for order in (
        partial(administrator.duplicate_envelopes, 0),
        partial(administrator.refresh_before_envelopes, 0),
        partial(administrator.disconnect, -1),
    ):
        with pytest.raises(Refused) as refused:
            order()
        assert refused.value.status == 400

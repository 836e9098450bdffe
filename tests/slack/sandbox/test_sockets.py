"""Socket Mode: connections, and which of them gets what. With bare websockets, to see each of them apart."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from slack_sdk import WebClient
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from bot.sandbox.client import Outcome, Refused
from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import APP_TOKEN
from handlers.slack import limits
from tests.ports import free_port
from tests.slack.conftest import ACK_SECONDS
from tests.slack.sandbox.conftest import App, error_of, web_client
from tests.slack.sandbox.links import Connect, hear, heard, press
from tests.waiting import LONGEST, wait_until


def test_each_envelope_goes_to_exactly_one_connection(bare: Running, link: Connect) -> None:
    """In turn; none of the others hears of it."""
    connections = [link(), link()]
    act = press(bare)
    came = []
    for _ in range(4):
        act()
        [one] = [
            (number, message["envelope_id"])
            for number, connection in enumerate(connections)
            for message in heard(connection)
        ]
        came.append(one)
    assert sorted(number for number, _ in came) == [0, 0, 1, 1]
    assert len({envelope for _, envelope in came}) == 4


def test_an_acknowledgement_names_its_envelope(bare: Running, link: Connect) -> None:
    """One for another envelope, or one that comes too late, counts for nothing."""
    connection = link()
    act = press(bare)
    connection.send(json.dumps({"envelope_id": "another"}))
    done = act()
    assert getattr(done, "acknowledged", None) is False
    late = hear(connection)["envelope_id"]
    connection.send(json.dumps({"envelope_id": late}))
    assert getattr(act(), "outcome", None) == "not_acknowledged"


def test_an_acknowledgement_may_come_over_another_connection(
    bare: Running, link: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The official client, while it changes connections, hears on the old one and answers on the new one."""
    monkeypatch.setattr(bare.sandbox.sockets, "_ack_seconds", ACK_SECONDS)
    links = [link(), link()]
    act = press(bare)

    def is_passed_on() -> bool:
        for here, other in (links, links[::-1]):
            for message in heard(here):
                other.send(json.dumps({"envelope_id": message["envelope_id"]}))
                return True
        return False

    with ThreadPoolExecutor(1) as pool:
        pressed = pool.submit(act)
        wait_until(is_passed_on)
        assert getattr(pressed.result(), "acknowledged", None) is True


def test_without_a_connection_nothing_is_acknowledged(bare: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once: there is nobody to wait for, or it would wait for an hour."""
    monkeypatch.setattr(bare.sandbox.sockets, "_ack_seconds", 3_600.0)
    done = press(bare)()
    assert getattr(done, "outcome", None) == "not_acknowledged"


def test_ten_connections_and_no_more(bare: Running, link: Connect) -> None:
    """The eleventh is refused."""
    for _ in range(limits.SOCKETS):
        link()
    with pytest.raises(InvalidStatus):
        link()
    assert bare.administrator.sockets() == limits.SOCKETS


def test_a_ticket_lets_one_connection_in(bare: Running, link: Connect) -> None:
    """Used, or never given, it opens nothing; nor does a foreign host name or a page of another origin."""
    url = str(web_client(bare).apps_connections_open(app_token=APP_TOKEN)["url"])
    with pytest.raises(InvalidStatus):
        connect(url, proxy=None, additional_headers={"Origin": "https://evil.example"})
    with connect(url, proxy=None) as connection:
        assert hear(connection)["type"] == "hello"
    for refused in (url, f"{bare.url.replace('http', 'ws')}/link/?ticket=guess"):
        with pytest.raises(InvalidStatus):
            connect(refused, proxy=None)


@pytest.mark.parametrize("garbage", ["{", "[]", '"text"', b"\x00\xff"], ids=["cut", "list", "string", "bytes"])
def test_a_connection_that_sends_garbage_is_closed(garbage: str | bytes, bare: Running, link: Connect) -> None:
    """And forgotten; others go on."""
    other, connection = link(), link()
    connection.send(garbage)
    with pytest.raises(ConnectionClosed):
        hear(connection)
    bare.administrator.wait_until(lambda: bare.administrator.sockets() == 1)
    press(bare)()
    assert hear(other)["type"] == "interactive"


def test_a_connection_that_ends_lets_nobody_wait(bare: Running, link: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its ping is answered while it lasts; whoever waited for an answer now would wait for an hour."""
    monkeypatch.setattr(bare.sandbox.sockets, "_ack_seconds", 3_600.0)
    connection = link()
    assert connection.ping().wait(timeout=LONGEST)
    connection.close()
    bare.administrator.wait_until(lambda: bare.administrator.sockets() == 0)
    pressed = press(bare)()
    assert isinstance(pressed, Outcome)
    assert not pressed.acknowledged


def test_a_refresh_asks_for_a_new_connection(bare: Running, link: Connect) -> None:
    """Later payloads go to the new connection, as long as there is one."""
    old = link()
    bare.administrator.refresh_sockets()
    assert (message := hear(old))["type"] == "disconnect"
    assert message["reason"] == "refresh_requested"
    act = press(bare)
    act()
    assert hear(old)["type"] == "interactive"
    new = link()
    for _ in range(2):
        act()
        assert hear(new)["type"] == "interactive"
    assert heard(old) == []


def test_connections_can_be_cut(bare: Running, link: Connect) -> None:
    """Without a word before."""
    connection = link()
    bare.administrator.refresh_sockets(drop=True)
    with pytest.raises(ConnectionClosed):
        hear(connection)


def test_the_tokens_of_a_connection_are_not_those_of_the_bot(bare: Running) -> None:
    """A connection is opened with the app's token alone."""
    slack: WebClient = web_client(bare)
    assert error_of(lambda: slack.api_call("apps.connections.open")) == "not_allowed_token_type"


def test_the_official_client_comes_back_after_a_refresh(app: App, running: Running, slack: WebClient) -> None:
    """It connects anew before it leaves; until it left, for up to three seconds, it does not hear on the new one."""
    administrator = running.administrator
    before = len(administrator.calls("apps.connections.open"))
    administrator.refresh_sockets()
    administrator.wait_until(lambda: len(administrator.calls("apps.connections.open")) > before)
    administrator.wait_until(lambda: getattr(press(running)(), "acknowledged", None) and administrator.sockets() == 1)


def test_a_request_url_is_on_this_machine_and_is_taken_where_it_answers(bare: Running) -> None:
    """As in Slack, it has to answer a challenge first; otherwise the app is reached as before."""
    for elsewhere in (
        "https://slack.example.org/slack/events",
        "http://192.0.2.1/",
        "http://127.0.0.1.example.org/",
        "x",
    ):
        with pytest.raises(Refused, match="this machine only"):
            bare.administrator.set_request_url(elsewhere)
    assert not bare.administrator.set_request_url(f"http://127.0.0.1:{free_port()}/slack/events").acknowledged
    assert not bare.administrator.set_request_url(f"{bare.url}/api/auth.test").acknowledged
    assert bare.sandbox.request_url.url is None

"""Several workspaces with one app: its token says which one a call is about, and it hears all of them together."""

from collections.abc import Iterator

import pytest
from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient

from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.sandbox import BOT_TOKEN, Sandbox
from bot.sandbox.state.workspace import Team, default_workspace
from tests.slack.conftest import ACK_SECONDS
from tests.slack.sandbox.building import actions, button
from tests.slack.sandbox.conftest import SUPPORT, App, error_of, hurry

SECOND = default_workspace().model_copy(update={"team": Team(id="T0SECOND", name="Second", domain="second")})


@pytest.fixture(scope="module")
def two() -> Iterator[tuple[Running, Running]]:
    first = Sandbox(rate_limited=False, ack_seconds=ACK_SECONDS)
    Sandbox(SECOND, rate_limited=False, beside=first)
    with serving(first) as running:
        (second,) = running.beside
        yield running, second


def bots(two: tuple[Running, Running]) -> list[WebClient]:
    return [WebClient(one.sandbox.bot_token, base_url=one.api_url, retry_handlers=[]) for one in two]


def texts(running: Running) -> list[str]:
    return [message.text for message in running.person("U0ANA").messages(SUPPORT)]


def test_a_token_says_which_workspace_a_call_is_about(two: tuple[Running, Running]) -> None:
    first, second = two
    ours, theirs = bots(two)
    assert (ours.auth_test()["team_id"], theirs.auth_test()["team_id"]) == ("T0SANDBOX", "T0SECOND")
    theirs.chat_postMessage(channel=SUPPORT, text="for the second")
    assert ("for the second" in texts(first), "for the second" in texts(second)) == (False, True)
    second.administrator.revoke_token()
    try:
        assert error_of(theirs.auth_test) == "token_revoked"
        assert ours.auth_test()["ok"]
    finally:
        second.administrator.restore_token()
    stranger = WebClient(f"{BOT_TOKEN}-T0NONE", base_url=first.api_url, retry_handlers=[])
    assert error_of(stranger.auth_test) == "invalid_auth"


def test_presses_of_both_come_over_one_connection(two: tuple[Running, Running]) -> None:
    first, second = two
    app = App()
    client = SocketModeClient(
        app_token=first.sandbox.app_token, web_client=WebClient(base_url=first.api_url, retry_handlers=[])
    )
    client.socket_mode_request_listeners.append(app.hear)
    client.connect()
    try:
        first.administrator.wait_until(lambda: second.administrator.sockets() == 1)
        hurry(client)
        for web in bots(two):
            web.chat_postMessage(channel=SUPPORT, text="a card", blocks=[actions(button("go"))])
        for one in two:
            card = one.person("U0ANA").messages(SUPPORT)[-1]
            one.person("U0ANA").press(SUPPORT, card.ts, "go")
        assert [request.payload["team"]["id"] for request in app.received] == ["T0SANDBOX", "T0SECOND"]
    finally:
        client.close()


def test_two_that_cannot_be_told_apart_are_refused() -> None:
    first = Sandbox()
    with pytest.raises(ValueError, match="two workspaces with the id T0SANDBOX"):
        Sandbox(default_workspace(), beside=first)
    with pytest.raises(ValueError, match="has the token of another one"):
        Sandbox(SECOND, bot_token=BOT_TOKEN, beside=first)
    assert first.workspaces == [first]

"""Access by token, and requests that cannot be read at all."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.http.gate import LARGEST_BODY, is_loopback
from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.http.server import create_server
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN, Sandbox
from tests.slack.sandbox.building import modal
from tests.slack.sandbox.conftest import SUPPORT, error_of, web_client
from tests.slack.sandbox.test_blocks import REFUSED, TAKEN

BEARER = {"Authorization": f"Bearer {BOT_TOKEN}"}


@pytest.fixture(scope="module")
def http() -> Iterator[httpx2.Client]:
    with httpx2.Client(trust_env=False) as client:
        yield client


@pytest.mark.parametrize(
    ("token", "code"),
    [(None, "not_authed"), ("xoxb-wrong", "invalid_auth"), (APP_TOKEN, "not_allowed_token_type")],
)
def test_a_method_of_the_bot_takes_the_bots_token(token: str | None, code: str, running: Running) -> None:
    """No token, a wrong one, and that of the app are told apart."""
    assert error_of(lambda: web_client(running, token).auth_test()) == code
    assert error_of(lambda: web_client(running, token).chat_postMessage(channel=SUPPORT, text="t")) == code


def test_a_connection_takes_the_apps_token(running: Running) -> None:
    """The bot's opens none."""
    opened = web_client(running, None).apps_connections_open(app_token=APP_TOKEN)
    assert str(opened["url"]).startswith(running.url.replace("http", "ws") + "/link/?ticket=")
    refused = error_of(lambda: web_client(running, None).apps_connections_open(app_token=BOT_TOKEN))
    assert refused == "not_allowed_token_type"


def test_a_revoked_token_opens_nothing_until_it_is_restored(running: Running, slack: WebClient) -> None:
    """token_revoked."""
    running.administrator.revoke_token()
    assert error_of(slack.auth_test) == "token_revoked"
    running.administrator.restore_token()
    assert slack.auth_test()["bot_id"] == "B0BOT"


def test_a_method_that_there_is_not_is_unknown(running: Running, slack: WebClient) -> None:
    """unknown_method, whatever the token; api.test needs none."""
    assert error_of(lambda: slack.api_call("chat.shout")) == "unknown_method"
    assert error_of(lambda: web_client(running, None).api_call("chat.shout")) == "unknown_method"
    assert web_client(running, None).api_test()["ok"]
    assert error_of(lambda: slack.api_test(error="my_error")) == "my_error"


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:80", True),
        ("LOCALHOST:80", True),
        ("[::1]", True),
        ("[::1]:80", True),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("localhost.", False),
        ("127.0.0.1:80:80", False),
        ("", False),
    ],
)
def test_it_answers_to_loopback_names_alone(host: str, ours: bool, running: Running, http: httpx2.Client) -> None:
    """With a port or without; a page of another origin may not write either."""
    assert is_loopback(host) is ours
    if host:
        answered = http.post(f"{running.url}/api/api.test", headers={"Host": host})
        assert answered.status_code == (200 if ours else 403)
        assert answered.json()["ok"] is ours
    foreign = http.post(f"{running.url}/api/api.test", headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.1", "example.com"])
def test_it_listens_on_loopback_alone(host: str) -> None:
    """Any other host is refused before anything is opened."""
    with pytest.raises(ValueError, match="loopback only"):
        create_server(Sandbox(), host=host)


@pytest.mark.parametrize(
    ("kind", "body", "status", "code"),
    [
        ("application/json", b"{", 400, "invalid_json"),
        ("application/json", b"[1]", 400, "json_not_object"),
        ("application/json", b'{"a": NaN}', 400, "invalid_json"),
        ("application/json", b'{"a": 1e999}', 400, "invalid_json"),
        ("application/json", b"[" * 100_000, 400, "invalid_json"),
        ("application/json", b'{"a": ' + b"[" * 100 + b"]" * 100 + b"}", 400, "invalid_json"),
        ("application/json", b"\xff\xfe\xfa", 400, "invalid_json"),
        ("application/x-www-form-urlencoded", b"\xff=\xff", 400, "invalid_form_data"),
        ("application/x-www-form-urlencoded", b"a=1&" * 1_000, 400, "invalid_form_data"),
        ("text/plain", b"text", 415, "invalid_post_type"),
        ("multipart/form-data; boundary=x", b"--x--", 415, "invalid_post_type"),
        ("application/json", b" " * (LARGEST_BODY + 1), 413, "request_too_large"),
    ],
)
def test_what_cannot_be_read_is_refused_in_json(
    kind: str, body: bytes, status: int, code: str, running: Running, http: httpx2.Client
) -> None:
    """By the Web API, and by the control API as far as it takes JSON alone."""
    headers = {**BEARER, "Content-Type": kind, "X-Sandbox-Token": running.control_token}
    answered = http.post(f"{running.url}/api/chat.postMessage", content=body, headers=headers)
    assert (answered.status_code, answered.json()["error"]) == (status, code)
    answered = http.post(f"{running.url}/control/press", content=body, headers=headers)
    assert 400 <= answered.status_code < 500
    assert answered.json()["error"]


_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["type", "text", "value"]), inner),
    max_leaves=6,
)
_SAMPLES = [block for blocks in (*TAKEN.values(), *REFUSED.values()) for block in blocks]


@st.composite
def _spoilt(draw: st.DrawFn) -> JsonValue:
    """A block in which something is replaced by something else."""
    whole: JsonValue = json.loads(json.dumps(draw(st.sampled_from(_SAMPLES))))
    places = list(_places(whole))
    inner, key = draw(st.sampled_from(places))
    inner[key] = draw(_ANYTHING)
    return whole


def _places(value: JsonValue) -> Iterator[tuple[Any, str | int]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield value, key
        yield from _places(inner)


@pytest.mark.slow
@settings(max_examples=40)
@given(block=_spoilt(), value=_ANYTHING)
def test_no_json_makes_it_fail(block: JsonValue, value: JsonValue, served: Running, http: httpx2.Client) -> None:
    """Whatever stands where something else should: it is refused or taken, but never a 500."""
    views = {"views.open": modal(), "views.update": modal()}
    anything = dict.fromkeys(("trigger_id", "view_id", "ts", "metadata", "attachments", "limit", "token"), value)
    for method in ("chat.postMessage", "chat.update", "views.open", "views.update", "conversations.history"):
        sent = {"channel": SUPPORT, "text": "t", **anything, "blocks": [block]}
        if method in views:
            sent["view"] = {**views[method], "blocks": [block], "private_metadata": value}
        answered = http.post(f"{served.url}/api/{method}", json=sent, headers=BEARER)
        assert answered.status_code == 200
        assert isinstance(answered.json()["ok"], bool)
    one = http.post(f"{served.url}/api/chat.postMessage", json={"channel": SUPPORT, "blocks": [block]}, headers=BEARER)
    assert one.status_code == 200
    everywhere = dict.fromkeys(("channel", "text", "blocks", "view", "user", "trigger_id", "metadata"), value)
    for method in ("chat.postMessage", "chat.postEphemeral", "views.open", "users.info"):
        assert http.post(f"{served.url}/api/{method}", json=everywhere, headers=BEARER).status_code == 200


def test_a_lone_surrogate_comes_back_as_it_was_sent(running: Running, http: httpx2.Client) -> None:
    """It is no valid text, but nothing to fall over."""
    body = b'{"channel": "C0SUPPORT", "text": "\\ud800"}'
    headers = {**BEARER, "Content-Type": "application/json"}
    answered = http.post(f"{running.url}/api/chat.postMessage", content=body, headers=headers)
    assert b"\\ud800" in answered.content


@pytest.mark.parametrize("path", ["/control/press", "/control/admin/reset"])
def test_the_control_api_takes_its_token_alone(path: str, running: Running, http: httpx2.Client) -> None:
    """Not the bot's, not none: 401, and nothing is done."""
    for token in (b"", BOT_TOKEN.encode(), "é".encode("latin-1")):
        answered = http.post(f"{running.url}{path}", json={}, headers={b"X-Sandbox-Token": token})
        assert answered.status_code == 401


def test_an_order_that_says_too_much_or_too_little_is_refused(running: Running, http: httpx2.Client) -> None:
    """400, in one line."""
    headers = {"X-Sandbox-Token": running.control_token}
    for order in ({"user": "U0ANA"}, {"user": "U0ANA", "values": {}, "as": "U0BEN"}, {"user": 1, "values": {}}):
        answered = http.post(f"{running.url}/control/type", json=order, headers=headers)
        assert answered.status_code == 400
        assert "\n" not in answered.json()["error"]


def test_there_are_no_other_pages(running: Running, http: httpx2.Client) -> None:
    """An unknown path and a wrong verb are told in JSON."""
    assert http.get(f"{running.url}/elsewhere").json()["error"] == "not_found"
    assert http.put(f"{running.url}/api/api.test").json()["error"] == "method_not_allowed"


def test_no_token_is_shown_or_logged(
    running: Running, slack: WebClient, http: httpx2.Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Not in the control API's answers, not in the log of a refused call."""
    caplog.set_level(logging.INFO)
    with pytest.raises(SlackApiError):
        slack.api_call("chat.postMessage", params={"channel": "C0NOWHERE", "text": "t", "token": BOT_TOKEN})
    shown = ""
    for path in ("workspace", "calls", "views?user=U0ANA", f"channels/{SUPPORT}/messages?user=U0ANA"):
        headers = {"X-Sandbox-Token": running.control_token}
        shown += http.get(f"{running.url}/control/{path}", headers=headers).text
    for token in (BOT_TOKEN, APP_TOKEN, running.control_token):
        assert token not in shown
        assert token not in caplog.text

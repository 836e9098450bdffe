"""Installing an app in the sandbox: a code is good once and for ten minutes, and an app that is removed is told so."""

from collections.abc import Callable
from re import search

import httpx2
import pytest
from slack_sdk import WebClient

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.installs import CLIENT_ID, CLIENT_SECRET
from bot.sandbox.state.sandbox import BOT_TOKEN
from tests.slack.sandbox.conftest import App, MovableClock, error_of, web_client
from tests.waiting import wait_until

BACK = "http://127.0.0.1:8482/oauth/callback"
ASKED = {"client_id": CLIENT_ID, "scope": "chat:write,commands", "redirect_uri": BACK, "state": "of the app"}


def seen(running: Running, path: str, **changed: str) -> httpx2.Response:
    return httpx2.get(f"{running.url}/oauth/v2/{path}", params=ASKED | changed, trust_env=False)


def code(running: Running) -> str:
    """The code of a consent."""
    back = seen(running, "allow", team="T0SANDBOX").headers["location"]
    found = search(r"^http://127\.0\.0\.1:8482/oauth/callback\?code=([^&]+)&state=of\+the\+app$", back)
    assert found is not None
    return found[1]


@pytest.fixture
def exchange(running: Running) -> Callable[..., object]:
    def exchanged(given: str, *, redirect: str = BACK, id: str = CLIENT_ID, secret: str = CLIENT_SECRET) -> object:
        client = web_client(running, None)
        return client.oauth_v2_access(client_id=id, client_secret=secret, code=given, redirect_uri=redirect).data

    return exchanged


def kinds(app: App) -> list[str]:
    return [str(one.payload["event"]["type"]) for one in app.received]


def test_a_code_gives_the_bots_token_once(running: Running, exchange: Callable[..., object]) -> None:
    given = code(running)
    assert exchange(given) == {
        "ok": True,
        "access_token": BOT_TOKEN,
        "token_type": "bot",
        "scope": "chat:write,commands",
        "bot_user_id": "U0BOT",
        "app_id": "A0SANDBOX",
        "team": {"id": "T0SANDBOX", "name": "Sandbox"},
        "enterprise": None,
        "authed_user": {"id": "U0MARIA"},
        "is_enterprise_install": False,
    }
    assert error_of(lambda: exchange(given)) == "code_already_used"


def test_a_code_is_good_for_its_app_its_address_and_ten_minutes(
    running: Running, exchange: Callable[..., object], clock: MovableClock
) -> None:
    given = code(running)
    assert error_of(lambda: exchange("unknown")) == "invalid_code"
    assert error_of(lambda: exchange(given, id="1.2")) == "invalid_client_id"
    assert error_of(lambda: exchange(given, secret="none")) == "bad_client_secret"
    assert error_of(lambda: exchange(given, redirect="http://127.0.0.1:1/x")) == "bad_redirect_uri"
    clock.move(601)
    assert error_of(lambda: exchange(given)) == "invalid_code"


def test_the_page_names_what_is_asked_for_and_leads_nowhere_else(running: Running) -> None:
    page = seen(running, "authorize").raise_for_status().text
    assert "<li>chat:write" in page
    assert "Allow in Sandbox" in page
    assert seen(running, "cancel").headers["location"] == f"{BACK}?error=access_denied&state=of+the+app"
    for path in ("authorize", "allow", "cancel"):
        refused = seen(running, path, redirect_uri="https://evil.example/x", team="T0SANDBOX")
        assert (refused.status_code, "location" in refused.headers) == (400, False)
    assert seen(running, "authorize", client_id="1.2").status_code == 400
    assert seen(running, "authorize", user_scope="chat:write").status_code == 400
    assert "<script" not in seen(running, "authorize", scope="<script>").text


def test_an_app_that_uninstalls_itself_is_told_and_gets_another_token_afterwards(
    running: Running, app: App, slack: WebClient, exchange: Callable[..., object]
) -> None:
    assert error_of(lambda: slack.apps_uninstall(client_id=CLIENT_ID, client_secret="none")) == "bad_client_secret"
    slack.apps_uninstall(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    assert error_of(slack.auth_test) == "token_revoked"
    wait_until(lambda: kinds(app) == ["tokens_revoked", "app_uninstalled"])
    answer = exchange(code(running))
    assert isinstance(answer, dict)
    assert answer["access_token"] != BOT_TOKEN
    assert web_client(running, answer["access_token"]).auth_test()["ok"]
    assert error_of(slack.auth_test) == "invalid_auth"


def test_a_token_that_is_revoked_is_told_too(app: App, slack: WebClient) -> None:
    slack.auth_revoke(test=True)
    assert slack.auth_test()["ok"]
    slack.auth_revoke()
    assert error_of(slack.auth_test) == "token_revoked"
    wait_until(lambda: kinds(app) == ["tokens_revoked"])


def test_an_admin_removes_the_app(running: Running, app: App, slack: WebClient) -> None:
    running.administrator.remove_app()
    assert error_of(slack.auth_test) == "token_revoked"
    assert kinds(app) == ["tokens_revoked", "app_uninstalled"]


def test_a_bot_says_which_app_it_is_of(running: Running, slack: WebClient) -> None:
    running.administrator.set_scopes(["users:read"])
    assert slack.bots_info(bot="B0BOT")["bot"]["app_id"] == "A0SANDBOX"
    assert error_of(lambda: slack.bots_info(bot="B0OTHER")) == "bot_not_found"
    running.administrator.set_scopes(["chat:write"])
    assert error_of(lambda: slack.bots_info(bot="B0BOT")) == "missing_scope"

"""Access to the page, the files it may load, and its words while the sandbox is away."""

import json

import httpx2
import pytest
from playwright.sync_api import expect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.guide import Entry, Guide
from bot.sandbox.state.sandbox import Sandbox
from tests.browser.conftest import OpenWindow
from tests.ports import free_port
from tests.slack.stage import ANA
from tests.waiting import LONGEST

pytestmark = pytest.mark.slow

TOKEN = "of-a-test"


@pytest.mark.parametrize("behind", ["", "#token=wrong"])
def test_without_its_token_the_page_says_what_to_do(behind: str, running: Running, open_window: OpenWindow) -> None:
    window = open_window(url=f"{running.url}/{behind}", still=False)
    expect(window.page.get_by_role("alert")).to_have_text(
        "Open the address that the terminal prints: it carries the token that this page needs."
    )
    expect(window.page.get_by_role("main")).to_be_hidden()
    window.page.goto(running.page_url)
    window.ready()


def test_the_token_is_kept_for_the_tab_and_never_sent_in_an_address(running: Running, open_window: OpenWindow) -> None:
    window = open_window()
    expect(window.page).to_have_url(f"{running.url}/")
    window.page.reload()
    window.ready()
    expect(window.page.get_by_label("You are")).to_have_value(ANA)
    assert not [url for url in window.requested if running.control_token in url.partition("#")[0]]


def test_every_file_comes_under_a_strict_policy(running: Running) -> None:
    with httpx2.Client(base_url=running.url, trust_env=False) as http:
        for path in ("/", "/page/main.js", "/page/base.css", "/page/icon.svg"):
            answered = http.get(path)
            assert answered.status_code == 200
            policy = answered.headers["content-security-policy"]
            assert "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'" in policy
            assert "base-uri 'none'; form-action 'none'; frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert answered.headers["x-content-type-options"] == "nosniff"
            assert answered.headers["referrer-policy"] == "no-referrer"
        for path in ("/page/..%2Fgate.py", "/page/gate.py", "/page/", "/page"):
            assert http.get(path).status_code == 404
        assert http.get("/", headers={"Host": "evil.example"}).status_code == 403


def test_the_websocket_takes_the_page_alone(running: Running) -> None:
    """Not a page of another origin, not a name that points here, not somebody without the token."""
    address = running.url.replace("http", "ws") + "/page/live"
    for header in ({"Origin": "http://evil.example"}, {"Origin": "http://127.0.0.1:1"}):
        with pytest.raises(InvalidStatus), connect(address, additional_headers=header, proxy=None):
            pass
    for said in ("{}", "[", json.dumps({"token": "wrong", "user": ANA}), json.dumps({"user": ANA})):
        with connect(address, proxy=None) as link:
            link.send(said)
            with pytest.raises(ConnectionClosed) as closed:
                link.recv(timeout=LONGEST)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 4401
    with connect(address, proxy=None) as link:
        link.send(json.dumps({"token": running.control_token, "user": "U0OLD"}))
        with pytest.raises(ConnectionClosed) as closed:
            link.recv(timeout=LONGEST)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4404


def test_the_page_comes_back_after_the_sandbox_was_away(open_window: OpenWindow) -> None:
    port = free_port()
    with serving(Sandbox(control_token=TOKEN), port=port) as first:
        window = open_window(url=f"{first.page_url}&user={ANA}")
        window.lost = True
    expect(window.page.get_by_role("status")).to_have_text("Reconnecting…")
    say = window.page.get_by_label("A message or a slash command")
    say.fill("/rerun 1")
    say.press("Enter")
    expect(window.messages.last).to_contain_text("The sandbox cannot be reached, so nothing was done.")
    again = Sandbox(control_token=TOKEN, guide=Guide(notes=("Try this.",)), links={"Help desk": "http://127.0.0.1:1/"})
    with serving(again, port=port):
        expect(window.page.get_by_role("status")).not_to_have_text("Reconnecting…")
        expect(window.page.get_by_role("complementary", name="What to try")).to_contain_text("Try this.")
        window.close()


def test_links_lead_to_this_machine_alone() -> None:
    for link in ("http://evil.example/", "https://127.0.0.1/", "javascript:alert(1)"):
        with pytest.raises(ValueError, match="no http address on this machine"):
            Sandbox(links={"elsewhere": link})
        with pytest.raises(ValueError, match="no http address on this machine"):
            Entry(name="elsewhere", title="Elsewhere", url=link)

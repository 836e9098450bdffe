"""Installing in a real browser: its cookie comes back from Slack's page, and its policy lets the style in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from pydantic import SecretStr

from bot.app import now
from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.installs import CLIENT_ID, CLIENT_SECRET
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import default_workspace
from bot.serve.install import install_server_of
from bot.settings import Settings
from bot.slack.installing.token_vault import TokenKeys, new_key
from handlers.slack.manifest import manifest_file
from store.db.database import Database
from tests.ports import free_port
from workflows.engine.case import installations, invitations

pytestmark = pytest.mark.slow


@pytest.fixture
def slack() -> Iterator[Running]:
    with serving(Sandbox(default_workspace(manifest_file()))) as running:
        yield running


@contextmanager
def pages(slack: Running, database: Database, clock: Callable[[], datetime] = now) -> Iterator[str]:
    """The address of the pages, while they answer."""
    port = free_port()
    settings = Settings(
        token_keys=SecretStr(new_key()),
        install=f"127.0.0.1:{port}",
        # Another site than the sandbox's 127.0.0.1, as Slack's is.
        install_url=f"http://localhost:{port}",
        SLACK_CLIENT_ID=CLIENT_ID,
        SLACK_CLIENT_SECRET=SecretStr(CLIENT_SECRET),
        SLACK_API_URL=slack.api_url,
    )
    server = install_server_of(settings, database, TokenKeys(settings), clock=clock)
    assert server is not None
    with server.answering():
        yield str(settings.install_url)


def test_a_person_installs_it_after_a_second_thought(
    browser: Browser, slack: Running, migrated_sqlite_url: str
) -> None:
    database = Database(migrated_sqlite_url)
    made = invitations.invite(
        database, for_workspace=None, lasts=timedelta(hours=1), by="cli:ana", at=datetime.now(UTC)
    )
    wrong: list[str] = []
    with pages(slack, database) as url, browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page: Page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto(f"{url}/install/{made.secret}")
        button = page.get_by_role("link", name="Go on to Slack")
        expect(button).to_have_css("background-color", "rgb(31, 58, 77)")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        button.press("Enter")
        page.get_by_role("link", name="Cancel").click()
        expect(page.get_by_role("heading")).to_have_text("Nothing was installed")
        page.get_by_role("link", name="Open the link again").click()
        page.get_by_role("link", name="Go on to Slack").click()
        page.get_by_role("link", name="Allow in Sandbox").click()
        expect(page.get_by_role("heading")).to_have_text("Countersign is installed in Sandbox")
        page.reload()
        expect(page.get_by_text("If you have just installed Countersign with it, all is done.")).to_be_visible()
    assert wrong == []
    assert [one.workspace for one in installations.of_all(database)] == ["T0SANDBOX"]
    database.close()

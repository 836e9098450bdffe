"""One browser for all tests; each test has windows of its own, which load nothing from anywhere else and never fail."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from bot.sandbox.http.running_sandbox import Running
from tests.browser.window import Window
from tests.slack.conftest import ears, make_stage, running, slack_time, stage, unhurried
from tests.slack.stage import ANA
from tests.waiting import LONGEST

__all__ = ["ears", "make_stage", "running", "slack_time", "stage", "unhurried"]

REQUIRED = "COUNTERSIGN_REQUIRE_BROWSER"
# As root and in a container there is no sandbox for it; all else keeps it from calling its maker.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

OpenWindow = Callable[..., Window]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium as it is installed; without one the tests are skipped, or fail where it is required.

    It ends with this folder: until then its event loop runs in the thread of the tests, where no other can be started.
    """
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None and os.environ.get(REQUIRED):
        pytest.fail(f"no chromium is installed, and {REQUIRED} is set")
    if found is None:
        pytest.skip("no chromium is installed, so the page is not tried in a browser")
    expect.set_options(timeout=LONGEST * 1_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, headless=True, args=FLAGS, timeout=LONGEST * 1_000)
        yield browser
        browser.close()


@pytest.fixture
def open_window(browser: Browser, running: Running) -> Iterator[OpenWindow]:
    """Opens a window as somebody. At the end, none may have gone elsewhere, asked anything, or failed."""
    opened: list[Window] = []

    def open_as(
        user: str = ANA, *, width: int = 1280, dark: bool = False, url: str | None = None, still: bool = True
    ) -> Window:
        context = browser.new_context(
            viewport={"width": width, "height": 844},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            timezone_id="Europe/Berlin",
            locale="en-GB",
        )
        context.set_default_timeout(LONGEST * 1_000)
        window = Window(context, url or f"{running.page_url}&user={user}")
        opened.append(window)
        if still:
            window.ready()
        return window

    yield open_as
    for window in opened:
        window.close()

"""The camera, and a Slack whose clock is that of the product."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.pictures.camera import Camera
from tests.slack.stage import SlackTime
from tests.world import Clock


class _FromTheStart(SlackTime):
    """Slack's clock, which stands at the hour at which the clock of the tests begins."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = Clock().time.timestamp() - self()


@pytest.fixture(scope="session")
def slack_time() -> SlackTime:
    """Slack's clock."""
    return _FromTheStart()


@pytest.fixture
def camera(browser: Browser) -> Iterator[Camera]:
    """A camera. At the end, no window may have gone elsewhere, asked anything, or failed."""
    camera = Camera(browser=browser, clock=Clock())
    yield camera
    for window in camera.opened:
        window.close()

"""Digests of the made-up year in a real browser, from which the pictures in docs/ were taken."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect
from slack_sdk import WebClient

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import BOT_TOKEN
from handlers.slack.blocks.digests.digest import digest
from handlers.slack.specimens.bias import LOOKED
from tests.browser.conftest import OpenWindow
from tests.integration.engine.conftest import sqlite_database
from tests.integration.engine.digests.conftest import Lived, own_year
from tests.integration.engine.digests.test_golden import AUTUMN, LAST_DAY, LAST_SUNDAY, previewed, timed
from tests.integration.engine.digests.year import DEAR, INVOICES, NOW
from tests.slack.stage import LEADING, LEE, Stage
from workflows.engine.digests.names import JobName

__all__ = ["own_year", "sqlite_database", "timed"]

pytestmark = pytest.mark.slow

SUMMER = date(2025, 6, 30)
KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures are kept, to be looked at."""


@pytest.mark.parametrize("own_year", ["sqlite"], indirect=True)
@pytest.mark.parametrize("width", [980, 390])
def test_digests_of_a_year_stay_within_the_screen(
    width: int, timed: Lived, running: Running, stage: Stage, open_window: OpenWindow
) -> None:
    shown = [
        previewed(timed, JobName.FAILURES, LAST_DAY, workflow=INVOICES),
        previewed(timed, JobName.COST, DEAR),
        previewed(timed, JobName.NUMBERS, LAST_SUNDAY),
        previewed(timed, JobName.QUALITY, AUTUMN),
        replace(LOOKED, figures=previewed(timed, JobName.BIAS, SUMMER).figures),
    ]
    window = open_window(width=width, url=f"{stage.running.page_url}&user={LEE}&channel={LEADING}")
    window.page.clock.set_fixed_time(NOW)
    slack = WebClient(BOT_TOKEN, base_url=running.api_url, retry_handlers=[])
    for view in shown:
        drawn = digest(view)
        slack.chat_postMessage(channel=LEADING, text=drawn.text, blocks=drawn.blocks)
    expect(window.messages).to_have_count(len(shown))
    expect(window.page.locator(".unknown")).to_have_count(0)
    assert window.page.evaluate("document.documentElement.scrollWidth") <= width
    if KEPT:
        # High enough for a whole message: nothing of the page lies over it.
        window.page.set_viewport_size({"width": width, "height": 2_600})
        for place, view in enumerate(shown):
            window.messages.nth(place).screenshot(path=Path(KEPT) / f"digest-{view.job}-{width}.png")

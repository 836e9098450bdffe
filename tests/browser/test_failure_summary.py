"""The failure summary as a lead meets it, on a screen and on a phone."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect
from slack_sdk import WebClient

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import BOT_TOKEN
from handlers.slack.blocks.digests.digest import digest
from handlers.slack.specimens.failure_summaries import SUMMARIES
from tests.browser.conftest import OpenWindow
from tests.slack.stage import SUPPORT, Stage

pytestmark = pytest.mark.slow

KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures are kept, to be looked at."""


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_each_summary_says_first_whether_to_act_and_stays_within_the_screen(
    width: int, dark: bool, running: Running, stage: Stage, open_window: OpenWindow
) -> None:
    slack = WebClient(BOT_TOKEN, base_url=running.api_url, retry_handlers=[])
    for view in SUMMARIES.values():
        drawn = digest(view)
        slack.chat_postMessage(channel=SUPPORT, text=drawn.text, blocks=drawn.blocks)
    window = open_window(width=width, dark=dark)
    expect(window.messages).to_have_count(len(SUMMARIES))
    expect(window.page.locator(".unknown")).to_have_count(0)
    for place, name in enumerate(SUMMARIES):
        shown = window.messages.nth(place)
        if KEPT:
            picture = f"{name.replace(' ', '-')}-{width}-{'dark' if dark else 'light'}.png"
            shown.screenshot(path=Path(KEPT) / picture)
    bad = window.messages.nth(list(SUMMARIES).index("a dozen things"))
    expect(bad.get_by_role("heading").first).to_have_text("12 things need you.")
    expect(bad.get_by_role("button", name="Show why cases of triage failed")).to_have_count(2)
    assert window.page.evaluate("document.documentElement.scrollWidth") <= width

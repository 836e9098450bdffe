"""The business numbers as a lead meets them: in a minute, on a phone, with what each number is a press away."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect
from slack_sdk import WebClient

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import BOT_TOKEN
from handlers.slack.blocks.digests.digest import digest
from handlers.slack.specimens.numbers import FEW_NUMBERS, NUMBERS
from tests.browser.conftest import OpenWindow
from tests.slack.stage import SUPPORT, Stage

pytestmark = pytest.mark.slow

KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures are kept, to be looked at."""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_the_numbers_fit_the_screen_and_each_is_explained(
    width: int, dark: bool, running: Running, stage: Stage, open_window: OpenWindow
) -> None:
    slack = WebClient(BOT_TOKEN, base_url=running.api_url, retry_handlers=[])
    for view in (NUMBERS, FEW_NUMBERS):
        drawn = digest(view)
        slack.chat_postMessage(channel=SUPPORT, text=drawn.text, blocks=drawn.blocks)
    window = open_window(width=width, dark=dark)
    expect(window.messages).to_have_count(2)
    expect(window.page.locator(".unknown")).to_have_count(0)
    expect(window.messages.first.get_by_role("figure")).to_have_count(2)
    expect(window.messages.first).to_contain_text("1,211 cases resolved, 62% without a person.")
    assert window.page.evaluate("document.documentElement.scrollWidth") <= width
    mode = f"{width}-{'dark' if dark else 'light'}"
    if KEPT:
        for place in range(2):
            window.messages.nth(place).screenshot(path=Path(KEPT) / f"numbers-{place}-{mode}.png")
    window.messages.first.get_by_role("button", name="What each business number is").click()
    modal = window.page.get_by_role("dialog")
    expect(modal).to_contain_text("It does not mean jobs: these are hours that people can use otherwise.")
    if KEPT:
        modal.screenshot(path=Path(KEPT) / f"numbers-explained-{mode}.png")

"""The head of the sealed audit in the channel: all of it can be read and copied, on a phone too."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect
from slack_sdk import WebClient

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import BOT_TOKEN
from handlers.slack.blocks.digests.digest import digest
from handlers.slack.specimens.seals import HEAD, NOT_SEALED, SEALED, SEALED_LATE
from tests.browser.conftest import OpenWindow
from tests.slack.stage import SUPPORT, Stage

pytestmark = pytest.mark.slow

KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures are kept, to be looked at."""


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_head_of_the_audit_is_shown_in_full(
    width: int, dark: bool, running: Running, stage: Stage, open_window: OpenWindow
) -> None:
    slack = WebClient(BOT_TOKEN, base_url=running.api_url, retry_handlers=[])
    for view in (SEALED, SEALED_LATE, NOT_SEALED):
        drawn = digest(view)
        slack.chat_postMessage(channel=SUPPORT, text=drawn.text, blocks=drawn.blocks)
    window = open_window(width=width, dark=dark)
    expect(window.messages).to_have_count(3)
    expect(window.messages.first).to_contain_text(f"{HEAD.number}:{HEAD.head}")
    assert window.page.evaluate("document.documentElement.scrollWidth") <= width
    if KEPT:
        mode = f"{width}-{'dark' if dark else 'light'}"
        window.page.screenshot(path=Path(KEPT) / f"seal-{mode}.png")

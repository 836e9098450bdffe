"""A reminder as the person sees it to whom it is written."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.slack.stage import ANA, Stage
from tests.slack.test_reminders import reminded

pytestmark = pytest.mark.slow

KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures are kept, to be looked at."""


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_a_person_opens_a_review_from_the_message_that_reminds_them(
    stage: Stage, open_window: OpenWindow, width: int, dark: bool
) -> None:
    reminded(stage, ANA, cases=3)
    url = f"{stage.running.page_url}&user={ANA}&channel={stage.person(ANA).direct}"
    window = open_window(width=width, dark=dark, url=url)
    window.page.get_by_role("button", name="Messages", exact=True).click()
    message = window.message("3 reviews wait for you.")
    expect(message).to_contain_text("charged twice 2")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"reminder-{width}.png")
    with window.acting("press"):
        message.get_by_role("button", name="Review").nth(1).click()
    expect(window.modal).to_contain_text("charged twice 2")

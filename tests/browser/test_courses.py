"""The question whether a workflow is to expand, hold or stop, as a lead meets it on a screen and on a phone."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from handlers.slack.blocks.digests.digest import digest
from handlers.slack.specimens.digests import REVIEW
from tests.browser.conftest import OpenWindow
from tests.slack.stage import LEADING, LEE, Stage
from tests.slack.test_courses import asked

pytestmark = pytest.mark.slow

KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures are kept, to be looked at."""


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_a_lead_chooses_copies_the_text_and_adds_a_note(
    stage: Stage, open_window: OpenWindow, width: int, dark: bool
) -> None:
    drawn = digest(REVIEW)
    stage.ears.workspace.sending.chat_postMessage(channel=LEADING, text=drawn.text, blocks=list(drawn.blocks))
    asked(stage)
    window = open_window(width=width, dark=dark, url=f"{stage.running.page_url}&user={LEE}&channel={LEADING}")
    card = window.message("sample: expand, hold or stop?")
    expect(card).to_contain_text("Too little evidence to expand:")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"course-{width}.png")
    window.open(card, "Hold")
    expect(window.modal).to_contain_text("It was decided that it goes on as it is.")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"course-chosen-{width}.png")
    window.modal.get_by_label("Note").fill("until the price list is in")
    window.submit()
    stage.work()
    card = window.message("sample: hold")
    expect(card).to_contain_text("until the price list is in")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"course-hold-{width}.png")

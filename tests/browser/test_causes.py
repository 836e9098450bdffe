"""The card of a cause of failures as an engineer meets it, on a screen and on a phone."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.slack.stage import FAILED, KIM, Stage
from tests.slack.test_causes import failing

pytestmark = pytest.mark.slow

KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures are kept, to be looked at."""


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_an_engineer_takes_a_cause_over_runs_one_again_and_leaves_it_alone(
    stage: Stage, open_window: OpenWindow, width: int, dark: bool
) -> None:
    failing(stage, 5)
    stage.world.clock.move(timedelta(hours=2))
    failing(stage, 2, first=20)
    window = open_window(width=width, dark=dark, url=f"{stage.running.page_url}&user={KIM}&channel={FAILED}")
    card = window.message("7 cases of sample failed at look_up")
    expect(card).to_contain_text("Nobody is on it yet.")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"cause-{width}.png")
    window.press(card, "Take over")
    stage.work()
    expect(card).to_contain_text("Being mended by")
    window.press(card, "Rerun one")
    stage.work()
    card = window.message("6 cases of sample failed at look_up")
    expect(card).to_contain_text("Run again: 1 of 7 are through, 6 still failed.")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"cause-mended-{width}.png")
    window.open(card, "Ignore")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"cause-ignore-{width}.png")
    window.modal.get_by_label("for 4 hours").check()
    window.submit()
    stage.work()
    expect(card).to_contain_text("Ignored by")

"""Spot checks in a real browser: a card, a form without the answer, both answers, a grade, and the second person's."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, BEN
from tests.slack.test_spot_checks import ANSWERED, checks, drawn, tend
from tests.world import sure

pytestmark = pytest.mark.slow

KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures are kept, to be looked at."""


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_two_people_look_at_what_went_alone_and_a_correction_follows(
    make_stage: MakeStage, open_window: OpenWindow, width: int, dark: bool
) -> None:
    stage = make_stage(sure(0.95, queue="billing", reply=ANSWERED))
    drawn(stage)
    window = open_window(ANA, width=width, dark=dark)
    modal = window.open(window.message("1 spot check waits"), "Start with 1 spot check")
    expect(modal).to_contain_text("This case went alone.")
    expect(modal).not_to_contain_text(ANSWERED)
    box = modal.bounding_box()
    assert box is not None
    assert box["width"] <= width
    if KEPT:
        modal.screenshot(path=Path(KEPT) / f"spot-check-blind-{width}.png")
    modal.get_by_label("Queue").select_option(label="delivery")
    modal.get_by_label("Reply").fill(ANSWERED)
    window.submit()
    expect(modal).to_contain_text("Your answer is kept. It differs from what was delivered:")
    modal.get_by_label("Major").check()
    if KEPT:
        modal.screenshot(path=Path(KEPT) / f"spot-check-both-{width}.png")
    window.submit()
    expect(modal).to_contain_text("Now another reviewer looks at both answers.")

    other = open_window(BEN, width=width, dark=dark)
    second = other.open(other.message("1 spot check waits"), "Start with 1 spot check")
    expect(second).to_contain_text("You are not told which")
    is_mine_first = "one answer: delivery" in (second.text_content() or "")
    second.get_by_label("One answer, the first" if is_mine_first else "The other", exact=True).check()
    second.get_by_label("Major").check()
    other.submit()
    expect(second).to_contain_text("It is decided: a major error.")
    tend(stage)
    assert [(check.outcome, check.correction) for check in checks(stage)] == [("major", "opened")]
    expect(other.message("Proposed correction")).to_contain_text("delivery")
    expect(other.message("1 spot check waits")).to_have_count(0)

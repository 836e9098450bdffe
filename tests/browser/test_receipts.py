"""The receipt of a decision, read in Slack."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.sample import Triage
from tests.slack.stage import ANA, SUPPORT, Stage
from workflows.engine.review import reviews

pytestmark = pytest.mark.slow

KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures are kept, to be looked at."""


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_a_reviewer_reads_who_decided_what_and_that_it_was_delivered(
    stage: Stage, open_window: OpenWindow, width: int, dark: bool
) -> None:
    workflow = stage.sample()
    case = stage.submit(workflow, id=1, text="There is smoke, and I was charged twice.")
    stage.work()
    open_one = stage.world.review(case)
    output = Triage(queue="delivery", reply="We send somebody.")
    reviews.edit(stage.world.context, open_one.id, open_one.version, output, by=ANA, confirmed=True)
    stage.work()
    window = open_window(width=width, dark=dark, url=f"{stage.running.page_url}&user={ANA}&channel={SUPPORT}")
    window.say(f"/countersign receipt {case}")
    expect(window.modal).to_contain_text("What was delivered is what @Ana decided.")
    expect(window.modal).to_contain_text("Although never: answer a safety report alone")
    expect(window.modal).to_contain_text("fits the content")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"receipt-{width}.png")
        window.modal.get_by_text("The hashes").scroll_into_view_if_needed()
        window.page.screenshot(path=Path(KEPT) / f"receipt-{width}-end.png")

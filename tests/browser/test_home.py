"""The Home tab of a reviewer: what they see, and Undo and a charter by keys, wide and on a phone in the dark."""

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.test_rows import photographed
from tests.slack.stage import Stage

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_a_reviewers_day_on_the_home_tab(width: int, dark: bool, stage: Stage, open_window: OpenWindow) -> None:
    workflow = stage.sample()
    workflow.review = replace(workflow.review, grace=timedelta(minutes=10))
    for number, text in enumerate(("I was charged twice", "Where is my parcel?", "The lamp came broken"), 1):
        stage.submit(workflow, id=number, text=text)
    stage.press("U0ANA", "claim", card=0)
    stage.press("U0ANA", "approve", card=1)
    stage.work()
    window = open_window(width=width, dark=dark)
    if width < 600:
        window.page.get_by_role("button", name="Channels").click()
    with window.acting("open_home"):
        window.page.locator("#apps").get_by_role("button", name="Countersign").click()
    tab = window.page.get_by_role("region", name="Home", exact=True)
    for heading in ("In your hands", "Waits for your team", "You decided today", "How each workflow decides"):
        expect(tab.get_by_role("heading", name=heading)).to_be_visible()
    expect(tab).to_contain_text("2 reviews wait for your team.")
    assert window.page.evaluate("document.documentElement.scrollWidth") <= width
    photographed(window, f"home-{width}")
    with window.acting("press_in_home"):
        tab.get_by_role("button", name="Undo the decision on Where is my parcel?").press("Enter")
    expect(tab).to_contain_text("3 reviews wait for your team.")
    with window.acting("press_in_home"):
        tab.get_by_role("button", name="Charter of sample").press("Enter")
    expect(window.modal).to_contain_text("Answer a safety report alone")
    photographed(window, f"charter-{width}")

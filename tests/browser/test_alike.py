"""Cases that are alike in a real browser: readable at once, wide and narrow, light and dark, approved by one press."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.test_rows import photographed
from tests.slack.stage import ANA, Stage

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_odd_one_is_opened_and_the_others_are_approved_together(
    stage: Stage, open_window: OpenWindow, width: int, dark: bool
) -> None:
    workflow = stage.sample()
    workflow.alike(lambda ticket, triage: f"Queue {triage.queue}, the usual answer")
    for number in range(1, 6):
        stage.world.submit(workflow, id=number, text=f"Charged twice, order {number}\nPlease give me my money back.")
    stage.world.submit(workflow, id=6, text="Charged twice, and there is smoke")
    stage.work()
    window = open_window(ANA, width=width, dark=dark)
    window.say("/countersign queue")
    with window.acting("press_in_view"):
        window.modal.get_by_role("button", name="6 alike: Queue billing").click()
    heading = window.modal.get_by_role("heading", level=2)
    expect(heading).to_have_text("6 alike")
    expect(window.modal).to_contain_text("The same in all: Queue: billing")
    expect(window.modal).to_contain_text("needs you: a rule keeps it for a person")
    approve = window.modal.get_by_role("button", name="Approve 5 together")
    expect(approve).to_be_in_viewport()
    photographed(window, f"grid-{width}")
    with window.acting("press_in_view"):
        window.modal.get_by_role("button", name="Open ticket-2").click()
    # The grid below holds these words, too: the heading says that the case lies above it.
    expect(heading).not_to_have_text("6 alike")
    expect(window.modal).to_contain_text("Charged twice, order 2")
    window.page.keyboard.press("Escape")
    expect(heading).to_have_text("6 alike")
    approve.focus()
    with window.acting("submit"):
        window.page.keyboard.press("Enter")
    expect(window.modal).to_contain_text("5 approved.")
    photographed(window, f"grid-done-{width}")

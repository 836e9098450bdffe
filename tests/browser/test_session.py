"""A review session in a real browser: readable at once, wide and narrow, light and dark, and with keys alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.slack.stage import ANA, Stage

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_cases_are_approved_with_the_return_key_alone(
    stage: Stage, open_window: OpenWindow, width: int, dark: bool
) -> None:
    workflow = stage.sample()
    workflow.review = replace(workflow.review, grace=timedelta(minutes=1))
    for number in range(1, 4):
        stage.world.submit(workflow, id=number, text=f"Charged twice, order {number}\nPlease give me my money back.")
    stage.work()
    window = open_window(ANA, width=width, dark=dark)
    window.say("/countersign review")
    heading = window.modal.get_by_role("heading", level=2)
    expect(heading).to_have_text("Review 1 of 3")
    go = window.modal.get_by_role("button", name="Approve and next")
    expect(go).to_be_in_viewport()
    go.focus()
    with window.acting("submit"):
        window.page.keyboard.press("Enter")
    expect(heading).to_have_text("Review 2 of 3")
    expect(window.modal).to_contain_text("You approved ticket-1.")
    expect(window.modal).to_contain_text("Queue: billing")
    expect(window.modal.get_by_role("button", name="Undo the decision on ticket-1")).to_be_in_viewport()
    box = window.modal.bounding_box()
    assert box is not None
    assert box["width"] <= width
    with window.acting("press_in_view"):
        window.modal.get_by_role("button", name="Undo the decision on ticket-1").click()
    expect(heading).to_have_text("Review 1 of 3")
    expect(window.modal).to_contain_text("You took your decision on ticket-1 back.")

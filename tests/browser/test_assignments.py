"""Naming who decides, and being away, as people see it: wide, and on a phone in the dark."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.browser.test_rows import photographed
from tests.slack.stage import Stage

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_a_person_is_named_on_the_card_and_says_that_they_are_away(
    width: int, dark: bool, stage: Stage, open_window: OpenWindow
) -> None:
    stage.submit(stage.sample(), id=1, text="I was charged twice")
    window = open_window(width=width, dark=dark)
    card = window.message("I was charged twice")
    card.get_by_role("button", name="More").click()
    with window.acting("press"):
        window.page.get_by_text("Assign: name who decides").click()
    expect(window.modal).to_contain_text("The others may still decide.")
    photographed(window, f"assign-{width}")
    window.modal.get_by_label("Who is to decide this?").select_option("U0ANA")
    window.submit()
    stage.work()
    expect(card).to_contain_text("for @Ana")
    card.scroll_into_view_if_needed()
    photographed(window, f"assigned-{width}")
    if width < 600:
        window.page.get_by_role("button", name="Channels").click()
    with window.acting("open_home"):
        window.page.locator("#apps").get_by_role("button", name="Countersign").click()
    tab = window.page.get_by_role("region", name="Home", exact=True)
    expect(tab).to_contain_text("assigned to you")
    with window.acting("press_in_home"):
        tab.get_by_role("button", name="Say that you are away, and who takes what is yours").press("Enter")
    window.modal.get_by_label("First day back").fill("2026-12-04")
    window.modal.get_by_label("Who takes what is assigned to you?").select_option("U0BEN")
    photographed(window, f"away-{width}")
    window.submit()
    expect(tab).to_contain_text("You are away until")
    expect(tab).not_to_contain_text("assigned to you")
    assert window.page.evaluate("document.documentElement.scrollWidth") <= width
    photographed(window, f"home-away-{width}")

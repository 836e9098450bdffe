"""A message in the browser: it is handed in from its menu, and its thread gets the outcome."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.slack.stage import ANA, BEN, LEADING, Stage

pytestmark = pytest.mark.slow


def test_a_message_is_handed_in_from_its_menu_and_its_thread_is_told(stage: Stage, open_window: OpenWindow) -> None:
    stage.sample()
    said = stage.person(BEN).say(LEADING, "A customer was charged twice. Order 17, please <look> at it.").message
    assert said is not None
    window = open_window(ANA)
    assert stage.person(ANA).shortcut(LEADING, str(said["ts"]), "hand_in").acknowledged
    expect(window.modal).to_contain_text("A case for sample")
    expect(window.modal.get_by_label("Text")).to_have_value(
        "A customer was charged twice. Order 17, please <look> at it."
    )
    window.modal.get_by_label("Id").fill("17")
    window.submit()
    expect(window.modal).to_contain_text("The outcome is told in the thread of the message.")
    stage.person(ANA).close(all=True)
    stage.work()
    stage.press(BEN, "approve")
    stage.work()
    window.go("leads")
    window.page.locator(f'[data-thread="{said["ts"]}"]').first.click()
    expect(window.page.locator("#thread")).to_contain_text("Delivered")

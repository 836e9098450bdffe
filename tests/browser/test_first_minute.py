"""The first minute of the demo, as somebody has it who opens the address that it prints."""

import re
from collections.abc import Iterator
from queue import Queue
from threading import Event, Thread

import pytest
from playwright.sync_api import expect

from bot.demo.play import watch
from bot.demo.story import MISREAD
from tests.browser.conftest import OpenWindow
from tests.integration.bot.commandline import LONGEST
from workflows.library.invoice_intake import ledger
from workflows.library.support_triage import desk

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The demo, running; the address of its page."""
    stop, said = Event(), Queue[str]()
    thread = Thread(target=lambda: watch(stop, port=0, say=said.put))
    with pytest.MonkeyPatch.context() as environment:
        for name in (desk.URL, ledger.URL):
            environment.setenv(name, "")  # the demo sets them for this process
        thread.start()
        try:
            found = re.search(r"http\S+", said.get(timeout=LONGEST))
            assert found is not None
            yield found[0]
        finally:
            stop.set()
            thread.join()


def test_the_demo_begins_at_its_first_card_and_leads_on_to_the_next(address: str, open_window: OpenWindow) -> None:
    window = open_window(url=address)
    guide = window.page.get_by_role("complementary", name="What to try")
    first, second = guide.get_by_role("listitem").nth(0), guide.get_by_role("listitem").nth(1)
    expect(window.page.get_by_label("You are").locator("option:checked")).to_have_text("Ana, reviewer")
    card = window.message("vouchers for staff")
    expect(card).to_be_focused()
    expect(card.get_by_role("button", name="Approve")).to_be_in_viewport()
    expect(first).to_have_attribute("aria-current", "step")
    window.press(card, "Approve")
    expect(first).to_contain_text("✓ done")
    second.get_by_role("link", name="Edit “label”").click(timeout=LONGEST * 1_000)
    expect(window.message("the thing is 6kg")).to_be_focused()
    expect(second).to_contain_text("press Edit, choose returns, Decide")


def test_the_card_of_a_pdf_shows_its_page_with_what_was_read_marked(address: str, open_window: OpenWindow) -> None:
    window = open_window(url=address, width=390)
    window.page.get_by_role("button", name=re.compile("^What to try ")).click()
    window.page.get_by_role("link", name=f"Correct {MISREAD}").click(timeout=LONGEST * 1_000)
    card = window.message(f"{MISREAD}, from")
    expect(card).to_contain_text("The quote for Invoice number stands beside something else on the page")
    card.get_by_role("button", name="1 reply").click()
    page = window.page.get_by_role("complementary", name="Thread").get_by_role("img", name=f"Picture of {MISREAD}")
    expect(page).to_have_js_property("complete", True)
    expect(page).to_have_attribute("alt", re.compile("Marked: Supplier, Invoice date, Currency"))

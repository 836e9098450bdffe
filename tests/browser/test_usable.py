"""By keyboard alone, on a telephone, in the dark, and read out."""

import re

import pytest
from playwright.sync_api import Page, expect

from bot.sandbox.http.running_sandbox import serving
from bot.sandbox.state.guide import Entry, Guide
from bot.sandbox.state.sandbox import Sandbox
from tests.browser.conftest import OpenWindow
from tests.sample import Triage
from tests.slack.stage import ANA, Stage

pytestmark = pytest.mark.slow

NAMELESS = """() => {
  const shown = (node) => node.checkVisibility();
  const labelled = (node) => (node.labels?.length ?? 0) > 0 || node.getAttribute("aria-label")
    || document.getElementById(node.getAttribute("aria-labelledby"))?.textContent.trim();
  const wrong = [];
  for (const node of document.querySelectorAll("button, a[href], [role]"))
    if (shown(node) && !node.textContent.trim() && !labelled(node)) wrong.push(node.outerHTML);
  const parts = "input, select, textarea, dialog, nav, aside, [role=log], [role=radiogroup]";
  for (const node of document.querySelectorAll(parts))
    if (shown(node) && !labelled(node)) wrong.push(node.outerHTML);
  for (const name of ["aria-describedby", "aria-labelledby", "aria-controls"])
    for (const node of document.querySelectorAll(`[${name}]`))
      for (const id of node.getAttribute(name).split(" "))
        if (shown(node) && !document.getElementById(id)) wrong.push(`${name}: ${node.outerHTML}`);
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  wrong.push(...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `twice: ${id}`));
  return wrong;
}"""
"""Find elements without a name, references to nothing, and ids that occur twice."""

PALE = """() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const colour = parts(getComputedStyle(one).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const pale = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !node.checkVisibility() || node.closest("noscript, script")) continue;
    const [one, other] = [light(parts(getComputedStyle(node).color)), light(behind(node))].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (other + 0.05);
    if (contrast < 4.5) pale.push(`${contrast.toFixed(2)} ${node.className} ${walker.currentNode.textContent.trim()}`);
  }
  return pale;
}"""
"""Text whose contrast is less than WCAG AA asks for."""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until something of this name has the focus."""
    named = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent"
    for _ in range(40):
        if page.evaluate(named) == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab never came to {name}")


def test_a_case_is_edited_by_keyboard_alone(stage: Stage, open_window: OpenWindow) -> None:
    """The form keeps the focus while it is open; then the button has it, and then the card that has no such button."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    window = open_window()
    expect(window.messages).to_have_count(1)
    tab_to(window.page, "Edit ticket-1")
    window.page.keyboard.press("Enter")
    expect(window.modal.get_by_label("Queue")).to_be_focused()
    window.page.keyboard.press("d")
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Control+a")
    window.page.keyboard.type("It is on its way")
    for _ in range(12):
        window.page.keyboard.press("Tab")
        assert window.page.evaluate("document.activeElement.closest('dialog') !== null")
    tab_to(window.page, "Decide")
    with window.acting("submit"):
        window.page.keyboard.press("Enter")
    expect(window.messages.get_by_role("button", name="Edit")).to_be_focused()
    stage.work()
    expect(window.messages).to_be_focused()
    assert stage.desk.applied["sample/ticket-1"] == Triage(queue="delivery", reply="It is on its way")


def test_a_telephone_shows_it_in_one_column(stage: Stage, open_window: OpenWindow) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money? " + "wide" * 200)
    window = open_window(width=390)

    def fits() -> bool:
        wide = "() => Math.max(document.documentElement.scrollWidth, document.querySelector('#messages').scrollWidth)"
        return int(str(window.page.evaluate(wide))) <= 390

    expect(window.messages).to_have_count(1)
    assert fits()
    window.open(window.messages, "Edit")
    assert fits()
    assert window.modal.evaluate("dialog => dialog.getBoundingClientRect().right <= innerWidth")
    window.page.keyboard.press("Escape")
    expect(window.modal).not_to_be_attached()
    expect(window.channel("general")).not_to_be_visible()
    window.page.get_by_role("button", name="Channels", exact=True).click()
    window.go("general")
    expect(window.channel("general")).not_to_be_visible()


@pytest.mark.parametrize("dark", [False, True])
def test_everything_has_a_name_and_can_be_read(dark: bool, stage: Stage, open_window: OpenWindow) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    window = open_window(dark=dark)
    window.open(window.messages, "Edit")
    window.page.keyboard.press("Escape")
    expect(window.modal).not_to_be_attached()
    window.page.get_by_label("A message or a slash command").press_sequentially("/")
    assert window.page.evaluate(NAMELESS) == []
    assert window.page.evaluate(PALE) == []
    window.open(window.messages, "Reject")
    window.submit()
    expect(window.modal.get_by_label("Why?")).to_have_attribute("aria-invalid", "true")
    assert window.page.evaluate(NAMELESS) == []
    assert window.page.evaluate(PALE) == []
    expect(window.modal).to_have_attribute("aria-modal", "true")
    log = window.page.locator("[role=log]").first
    expect(log).to_have_attribute("aria-live", "polite")


def test_what_to_try_can_be_put_away_and_fetched_back(open_window: OpenWindow) -> None:
    guide = Guide(entries=(Entry(name="one", title="Approve a card"), Entry(name="two", title="<b>Edit</b> another")))
    with serving(Sandbox(guide=guide, links={"Help desk": "http://127.0.0.1:1/"})) as alone:
        window = open_window(url=f"{alone.page_url}&user={ANA}")
        panel = window.page.get_by_role("complementary", name="What to try")
        told = ("^Approve a card", "^<b>Edit</b> another", r"^Help desk \(127.0.0.1:1\)$")
        expect(panel.get_by_role("listitem")).to_have_text([re.compile(one) for one in told])
        panel.get_by_role("button", name="Close what to try").click()
        expect(panel).to_be_hidden()
        window.page.get_by_role("button", name="What to try").click()
        expect(panel).to_be_visible()
        window.close()

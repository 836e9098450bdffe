"""The guide of the page: it begins at what it names, leads there as the right person, and covers nothing."""

import re
from collections.abc import Iterator
from itertools import count

import pytest
from playwright.sync_api import expect
from slack_sdk import WebClient

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.guide import Entry, Guide
from bot.sandbox.state.sandbox import BOT_TOKEN
from tests.browser.conftest import OpenWindow
from tests.browser.window import Window
from tests.slack.stage import ANA, EVE, FAILED, LEADING, LEE, SUPPORT, Stage
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

LONG = "\n".join(f"line {number}" for number in range(12))
TALL = "\n".join(f"line {number}" for number in range(50))
"""More than a window shows."""
COVERED = """() => {
  const clips = (node) => {
    const found = [];
    for (let one = node.parentElement; one; one = one.parentElement)
      if (getComputedStyle(one).overflowY !== "visible") found.push(one.getBoundingClientRect());
    return [...found, new DOMRect(0, 0, innerWidth, innerHeight)];
  };
  const covered = [];
  let seen = 0;
  for (const node of document.querySelectorAll("button, a[href], select, input")) {
    if (!node.checkVisibility({ visibilityProperty: true }) || node.closest("[inert]")) continue;
    const { left, top, width, height } = node.getClientRects()[0] ?? new DOMRect();
    const [x, y] = [left + width / 2, top + height / 2];
    const shown = ({ left, right, top, bottom }) => x > left && x < right && y > top && y < bottom;
    if (!width || !clips(node).every(shown)) continue;
    seen += 1;
    const hit = document.elementFromPoint(x, y);
    if (!node.contains(hit)) covered.push(`${node.textContent}: ${hit?.outerHTML.slice(0, 80)}`);
  }
  return [seen, covered];
}"""
"""Return the number of things that can be pressed now, and those that something else covers."""


@pytest.fixture
def guided(stage: Stage) -> Iterator[Running]:
    """The sandbox, in which somebody may set a guide."""
    yield stage.running
    stage.running.administrator.set_guide(Guide())


def post(running: Running, channel: str, text: str, **more: object) -> str:
    """The app says something; returns its ts."""
    slack = WebClient(BOT_TOKEN, base_url=running.api_url, retry_handlers=[])
    return str(slack.chat_postMessage(channel=channel, text=text, **more)["ts"])  # type: ignore[arg-type]


def with_buttons(running: Running, text: str, number: int) -> str:
    """A message of many lines with buttons under it."""
    made = [
        {"type": "button", "action_id": f"{name}.{number}", "text": {"type": "plain_text", "text": name}}
        for name in ("Approve", "Edit")
    ]
    section = {"type": "section", "text": {"type": "plain_text", "text": f"{text}\n{LONG}"}}
    return post(running, SUPPORT, text, blocks=[section, {"type": "actions", "elements": made}])


def at_the_top(window: Window, text: str) -> bool:
    """Tell whether a message begins at the top of the list."""
    where = (
        "(node) => node.getBoundingClientRect().top - document.querySelector('#messages').getBoundingClientRect().top"
    )
    return 0 <= float(window.message(text).evaluate(where)) < 60


def test_the_page_begins_at_the_first_thing_to_try_and_stays_there(guided: Running, open_window: OpenWindow) -> None:
    """Whatever comes after it; and a reload leaves whoever went elsewhere where they are."""
    for number in range(3):
        post(guided, LEADING, f"before {number}\n{LONG}")
    card = post(guided, LEADING, f"the card\n{LONG}")
    for number in range(3):
        post(guided, LEADING, f"after {number}\n{TALL}")
    done = Entry(name="one", title="Done already", channel=FAILED, done=True)
    named = Entry(name="two", title="Look", user=LEE, channel=LEADING, message=card)
    guided.administrator.set_guide(Guide(entries=(done, named)))
    window = open_window(url=guided.page_url)
    expect(window.page.get_by_label("You are")).to_have_value(LEE)
    expect(window.page.locator("#channel-name")).to_have_text("leads")
    expect(window.message("the card")).to_be_in_viewport()
    wait_until(lambda: at_the_top(window, "the card"))
    post(guided, LEADING, "the newest")
    expect(window.page.get_by_role("button", name="Jump to newest")).to_contain_text("8 new")
    assert at_the_top(window, "the card")
    window.go("general")
    window.page.reload()
    window.ready()
    expect(window.page.locator("#channel-name")).to_have_text("general")


def test_an_entry_leads_to_its_message_as_its_person_and_is_ticked_off(
    guided: Running, open_window: OpenWindow
) -> None:
    first, second = [post(guided, SUPPORT, f"{name}\n{LONG}") for name in ("first", "second")]
    post(guided, SUPPORT, f"third\n{TALL}")
    entries = (
        Entry(name="one", title="Approve the first", text="Press it.", user=ANA, channel=SUPPORT, message=first),
        Entry(name="two", title="Try the second", text="As nobody.", user=EVE, channel=SUPPORT, message=second),
        Entry(name="three", title="Only look", channel=FAILED, done_by_going=True),
        Entry(name="four", title="Later"),
    )
    guided.administrator.set_guide(Guide(entries=entries))
    window = open_window(url=guided.page_url)
    panel = window.page.get_by_role("complementary", name="What to try")
    expect(panel).to_contain_text("0 of 4")
    expect(panel.get_by_role("link")).to_have_text(["Approve the first", "Try the second", "Only look"])
    expect(panel.locator("[aria-current=step]")).to_contain_text("Press it.")
    panel.get_by_role("link", name="Try the second").click()
    expect(window.page.get_by_label("You are")).to_have_value(EVE)
    expect(window.message("second")).to_be_focused()
    wait_until(lambda: at_the_top(window, "second"))
    expect(panel.locator("[aria-current=step]")).to_contain_text("As Eve in #support-review")
    panel.get_by_role("link", name="Only look").click()
    expect(window.page.locator("#channel-name")).to_have_text("failures")
    expect(panel.get_by_role("listitem").nth(2)).to_contain_text("✓ done")
    expect(panel).to_contain_text("1 of 4")
    guided.administrator.set_guide(Guide(entries=(entries[0].model_copy(update={"done": True}), *entries[1:])))
    expect(panel.get_by_role("listitem").first).to_contain_text("✓ done")
    expect(panel).to_contain_text("2 of 4")
    assert EVE in str(panel.get_by_role("link", name="Try the second").get_attribute("href"))


def test_an_address_leads_to_a_message_as_somebody(guided: Running, open_window: OpenWindow) -> None:
    """In a window of its own, and in one that is open; somebody who is not there leads nowhere."""
    for number in range(4):
        post(guided, SUPPORT, f"message {number}\n{LONG}")
    sent_to = post(guided, SUPPORT, f"sent to\n{LONG}")
    post(guided, SUPPORT, f"below\n{TALL}")
    address = f"{guided.page_url}&user={EVE}&channel={SUPPORT}&message={sent_to}"
    window = open_window(url=address)
    expect(window.page.get_by_label("You are")).to_have_value(EVE)
    wait_until(lambda: at_the_top(window, "sent to"))
    window.page.goto(f"{guided.page_url}&user={LEE}&channel={LEADING}")
    expect(window.page.get_by_label("You are")).to_have_value(LEE)
    expect(window.page.locator("#channel-name")).to_have_text("leads")
    window.page.goto(f"{guided.page_url}&user=U0OLD&channel={SUPPORT}&message={sent_to}")
    expect(window.page.get_by_label("You are")).to_have_value(ANA)


def test_an_answer_to_this_person_alone_is_shown_wherever_they_are(stage: Stage, open_window: OpenWindow) -> None:
    for number in range(1, 4):
        stage.submit(
            stage.sample() if number == 1 else stage.world.registry.get("sample"), id=number, text=f"No. {number}"
        )
    window = open_window(EVE)
    window.page.locator("#messages").evaluate("list => list.scrollTo(0, 0)")
    expect(window.page.get_by_role("button", name="Jump to newest")).to_be_visible()
    window.press(window.message("No. 1"), "Approve")
    expect(window.message("You are not among the reviewers")).to_be_in_viewport()


def test_a_telephone_folds_it_to_what_is_tried_now(guided: Running, open_window: OpenWindow) -> None:
    card = post(guided, SUPPORT, "the card")
    entries = (
        Entry(name="one", title="Approve it", text="Press it.", user=ANA, channel=SUPPORT, message=card),
        Entry(name="two", title="Look there", text="And read.", user=ANA, channel=FAILED),
    )
    guided.administrator.set_guide(Guide(entries=entries, notes=("A note.",)))
    window = open_window(url=guided.page_url, width=390)
    panel = window.page.get_by_role("complementary", name="What to try")
    unfold = window.page.get_by_role("button", name=re.compile("^What to try 0 of 2"))
    expect(panel.get_by_role("listitem").filter(visible=True)).to_have_text([re.compile("Approve it.*Press it.")])
    expect(window.message("the card")).to_be_in_viewport()
    unfold.click()
    expect(panel).to_contain_text("A note.")
    panel.get_by_role("link", name="Look there").click()
    expect(window.page.locator("#channel-name")).to_have_text("failures")
    expect(panel.get_by_role("listitem").filter(visible=True)).to_have_text([re.compile("Look there.*And read.")])
    expect(unfold).to_be_visible()


@pytest.mark.parametrize("width", [1280, 900, 390])
def test_nothing_lies_upon_what_can_be_pressed(width: int, guided: Running, open_window: OpenWindow) -> None:
    """Wherever the list is scrolled to, with the guide open and folded, and beside a thread."""
    made = [with_buttons(guided, f"card {number}", number) for number in range(4)]
    entry = Entry(name="one", title="Approve it", text="Press it.", user=ANA, channel=SUPPORT, message=made[1])
    guided.administrator.set_guide(Guide(entries=(entry,), notes=(LONG,)))
    post(guided, SUPPORT, "an answer", thread_ts=made[0])
    window = open_window(url=guided.page_url, width=width)
    expect(window.messages).to_have_count(4)

    def scrolled_through(window: Window) -> int:
        """Look at each place of the list; returns how often something could be pressed."""
        pressed = 0
        for step in count():
            # By the place that was asked for: the page itself may scroll to the newest message meanwhile.
            reached = "(list, top) => top + list.clientHeight >= list.scrollHeight - 1"
            window.page.locator("#messages").evaluate("(list, top) => list.scrollTo(0, top)", step * 97)
            seen, covered = window.page.evaluate(COVERED)
            assert covered == []
            pressed += int(seen)
            if window.page.locator("#messages").evaluate(reached, step * 97):
                return pressed
        raise AssertionError

    assert scrolled_through(window) > 20
    toggle = window.page.locator("#open-guide, #close-guide").filter(visible=True)
    toggle.click()
    assert scrolled_through(window) > 20
    window.page.locator("#messages").evaluate("list => list.scrollTo(0, 0)")
    window.messages.first.get_by_role("button", name="1 reply").click()
    expect(window.page.get_by_role("complementary", name="Thread")).to_be_visible()
    assert scrolled_through(window) > 3

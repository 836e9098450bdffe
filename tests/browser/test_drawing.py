"""The screen, block by block; text stays text, whoever wrote it."""

import re
import time

import pytest
from playwright.sync_api import expect
from slack_sdk import WebClient

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import BOT_TOKEN
from tests.browser.conftest import OpenWindow
from tests.slack.stage import SUPPORT, Stage

pytestmark = pytest.mark.slow

Block = dict[str, object]


def post(running: Running, *blocks: Block, text: str = "text") -> None:
    slack = WebClient(BOT_TOKEN, base_url=running.api_url, retry_handlers=[])
    slack.chat_postMessage(channel=SUPPORT, text=text, blocks=list(blocks))


def line(*elements: Block) -> Block:
    return {"type": "rich_text_section", "elements": list(elements)}


def words(text: str, **style: bool) -> Block:
    return {"type": "text", "text": text} | ({"style": style} if style else {})


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}


HOSTILE = [
    '<img src=x onerror="window.ran = 1">',
    "<script>window.ran = 1</script>",
    "<svg/onload=window.ran=1>",
    "</article><iframe src=javascript:parent.ran=1></iframe>",
    "&lt;b&gt;bold&lt;/b&gt; <b>bold</b>",
    "[click](javascript:alert(1)) <javascript:alert(1)|click>",
    "abc \u202egnp.exe",
    "مرحبا بالعالم",
]


@pytest.mark.parametrize("width", [1280, 390])
def test_hostile_text_is_shown_as_it_is_and_nothing_of_it_runs(
    width: int, stage: Stage, open_window: OpenWindow
) -> None:
    """In the card, in its forms, and in what a person is told. A window that asks or fails fails the test."""
    stage.submit(stage.sample(), id=1, text="\n".join([*HOSTILE, "w" * 400]))
    window = open_window(width=width)
    for text in HOSTILE[:4]:
        expect(window.messages).to_contain_text(text)
    details = window.open(window.messages, "Read all")
    for text in HOSTILE[:6]:
        expect(details).to_contain_text(text)
    window.page.keyboard.press("Escape")
    form = window.open(window.messages, "Edit")
    expect(form).to_contain_text(HOSTILE[1])
    form.get_by_label("Reply").fill(HOSTILE[0])
    window.submit()
    stage.work()
    expect(window.messages.locator("strong", has_text=HOSTILE[0])).to_be_visible()
    assert window.page.evaluate("window.ran") is None
    assert window.page.locator(":is(article, dialog) :is(img, script, svg, iframe, b, a)").count() == 0
    assert window.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_link_goes_where_it_says(running: Running, stage: Stage, open_window: OpenWindow) -> None:
    """Only http and https are links; another host than the one that is shown is named."""
    post(
        running,
        {
            "type": "rich_text",
            "elements": [line({"type": "link", "url": "https://evil.example/x", "text": "https://bank.example"})],
        },
        {"type": "section", "text": {"type": "mrkdwn", "text": "<javascript:alert(1)|click> <https://a.example/b>"}},
    )
    window = open_window()
    links = window.messages.get_by_role("link")
    expect(links).to_have_count(2)
    for link in links.all():
        expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(window.messages).to_contain_text("https://bank.example (evil.example)")
    expect(window.messages).to_contain_text("click (javascript:alert(1))")


def test_rich_text_is_drawn_with_all_that_may_stand_in_it(
    running: Running, stage: Stage, open_window: OpenWindow
) -> None:
    now = int(time.time())
    long_ago = 1_600_000_000
    post(
        running,
        {"type": "header", "text": plain("A heading")},
        {
            "type": "rich_text",
            "elements": [
                line(words("bold", bold=True), words("italic", italic=True), words("both", bold=True, strike=True)),
                line(words("code", code=True)),
                line({"type": "user", "user_id": "U0ANA"}, {"type": "usergroup", "usergroup_id": "S0ENG"}),
                line({"type": "channel", "channel_id": "C0FAILURES"}, {"type": "broadcast", "range": "here"}),
                line({"type": "emoji", "name": "wave"}),
                line({"type": "date", "timestamp": now - 7_200, "format": "{ago}", "fallback": "then"}),
                line(
                    {"type": "date", "timestamp": long_ago, "format": "{date_short_pretty} at {time}", "fallback": "x"}
                ),
                {"type": "rich_text_list", "style": "bullet", "elements": [line(words("one")), line(words("two"))]},
                {"type": "rich_text_quote", "elements": [words("said\nby another")]},
                {"type": "rich_text_preformatted", "elements": [words("as  it is")]},
            ],
        },
        {"type": "divider"},
        {"type": "context", "elements": [plain("small print")]},
    )
    window = open_window()
    card = window.messages
    expect(card.get_by_role("heading", name="A heading")).to_be_visible()
    for tag, text in (("strong", "bold"), ("em", "italic"), ("s strong, strong s", "both"), ("code", "code")):
        expect(card.locator(tag, has_text=text).first).to_be_visible()
    expect(card.locator(".chip")).to_have_text(["@Ana", "@engineers", "#failures", "@here"])
    expect(card.locator(".chip.mine")).to_have_text(["@Ana", "@here"])
    expect(card).to_contain_text(":wave:")
    expect(card.locator("time[data-format='{ago}']")).to_have_text("2 hours ago")
    # The window's time zone is Berlin's: 12:26 UTC, two hours later there.
    expect(card).to_contain_text(re.compile(r"Sep 13, 2020 at 14:26"))
    expect(card.locator("li")).to_have_text(["one", "two"])
    expect(card.locator("blockquote")).to_have_text("said\nby another")
    expect(card.locator("pre")).to_have_text("as  it is")
    expect(card.locator("hr")).to_be_visible()
    expect(card.locator(".context")).to_have_text("small print")
    card.get_by_role("button", name="#failures").click()
    expect(window.page.locator("#channel-name")).to_have_text("failures")


def test_what_cannot_be_drawn_is_said_to_be_there(running: Running, stage: Stage, open_window: OpenWindow) -> None:
    post(
        running,
        {"type": "image", "image_url": "https://a.example/b.png", "alt_text": "a cat"},
        {
            "type": "actions",
            "elements": [{"type": "timepicker", "action_id": "t"}, {"type": "datetimepicker", "action_id": "u"}],
        },
    )
    window = open_window()
    expect(window.messages.get_by_role("note")).to_have_text(
        [
            "Picture, not loaded: a cat",
            "An element of type datetimepicker is not drawn here",
        ]
    )

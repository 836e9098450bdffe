"""Reading: channels, what is unread, staying at the end, and being somebody else."""

import re

import pytest
from playwright.sync_api import expect
from slack_sdk import WebClient

from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import BOT_TOKEN
from tests.browser.conftest import OpenWindow
from tests.slack.stage import ANA, EVE, FAILED, LEADING, LEE, SUPPORT, Stage

pytestmark = pytest.mark.slow


def post(running: Running, channel: str, text: str, **more: str) -> str:
    """The app says something; returns its ts."""
    slack = WebClient(BOT_TOKEN, base_url=running.api_url, retry_handlers=[])
    return str(slack.chat_postMessage(channel=channel, text=text, **more)["ts"])  # type: ignore[arg-type]


def test_a_channel_tells_how_much_is_unread_until_it_is_opened(stage: Stage, open_window: OpenWindow) -> None:
    post(stage.running, FAILED, "the first")
    window = open_window()
    window.go("failures")
    window.go("general")
    expect(window.channel("failures").locator(".count")).to_be_hidden()
    post(stage.running, FAILED, "the second")
    post(stage.running, FAILED, "the third")
    expect(window.channel("failures")).to_have_accessible_name(re.compile("2 unread"))
    window.go("failures")
    expect(window.channel("failures").locator(".count")).to_be_hidden()
    line = window.page.get_by_role("separator", name="New messages")
    expect(line).to_be_visible()
    expect(window.page.locator(".new-line ~ article").first).to_contain_text("the second")
    window.go("general")
    window.go("failures")
    expect(line).not_to_be_attached()


def test_whoever_went_up_stays_there_and_can_jump_to_the_newest(stage: Stage, open_window: OpenWindow) -> None:
    for number in range(30):
        post(stage.running, SUPPORT, f"message {number}\nof several\nlines")
    window = open_window()
    expect(window.messages.last).to_be_in_viewport()
    window.page.locator("#messages").evaluate("list => list.scrollTo(0, 0)")
    jump = window.page.get_by_role("button", name="Jump to newest")
    expect(jump).to_be_visible()
    post(stage.running, SUPPORT, "the newest")
    expect(jump).to_contain_text("1 new")
    expect(window.message("the newest")).not_to_be_in_viewport()
    jump.click()
    expect(window.message("the newest")).to_be_in_viewport()
    expect(jump).to_be_hidden()


def test_somebody_else_sees_what_is_theirs(stage: Stage, open_window: OpenWindow) -> None:
    """Eve is not in #leads, and does not see what Lee alone was told."""
    post(stage.running, LEADING, "for leads")
    slack = WebClient(BOT_TOKEN, base_url=stage.running.api_url, retry_handlers=[])
    slack.chat_postEphemeral(channel=LEADING, user=LEE, text="for Lee alone")
    window = open_window(LEE)
    expect(window.page.get_by_label("You are").locator("option:checked")).to_have_text("Lee, team lead")
    window.go("leads")
    expect(window.messages).to_have_count(2)
    window.become(ANA)
    expect(window.messages).to_have_count(1)
    expect(window.messages).to_contain_text("for leads")
    window.become(EVE)
    expect(window.page.locator("#channels button")).to_have_count(3)
    expect(window.channel("leads")).not_to_be_attached()
    expect(window.messages).to_have_count(0)


def test_replies_stand_in_a_thread_beside_the_channel(stage: Stage, open_window: OpenWindow) -> None:
    root = post(stage.running, SUPPORT, "the beginning")
    window = open_window()
    post(stage.running, SUPPORT, "one answer", thread_ts=root)
    post(stage.running, SUPPORT, "another", thread_ts=root)
    expect(window.messages).to_have_count(1)
    more = window.messages.get_by_role("button", name="2 replies")
    more.click()
    thread = window.page.get_by_role("complementary", name="Thread")
    expect(thread.get_by_role("article")).to_have_count(3)
    window.page.keyboard.press("Escape")
    expect(thread).to_be_hidden()
    expect(more).to_be_focused()

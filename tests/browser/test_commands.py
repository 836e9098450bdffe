"""Typing slash commands, and what the page itself says of them."""

import re

import pytest
from playwright.sync_api import expect

from bot.sandbox.http.running_sandbox import serving
from bot.sandbox.state.sandbox import Sandbox
from tests.browser.conftest import OpenWindow
from tests.slack.stage import BEN, KIM, Stage

pytestmark = pytest.mark.slow


def test_a_command_is_answered_to_the_person_alone(stage: Stage, open_window: OpenWindow) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    kims, bens = open_window(KIM), open_window(BEN)
    kims.say("/countersign case 1")
    answer = kims.message("ticket-1").last
    expect(answer).to_contain_text("Only visible to you")
    expect(answer).to_have_accessible_name(re.compile("^Countersign APP"))
    expect(kims.page.get_by_label("A message or a slash command")).to_have_value("")
    expect(bens.messages).to_have_count(1)


def test_a_slash_lists_the_commands_there_are(stage: Stage, open_window: OpenWindow) -> None:
    """An arrow chooses one, Tab takes it; an unknown command is not sent, and what is none is a message."""
    window = open_window(KIM)
    say = window.page.get_by_label("A message or a slash command")
    say.press_sequentially("/")
    offered = window.page.get_by_role("listbox").get_by_role("option")
    expect(offered).to_have_count(2)
    expect(say).to_have_attribute("aria-expanded", "true")
    say.press("ArrowDown")
    say.press("Tab")
    expect(say).to_have_value("/countersign ")
    for said, told in (("/shout", "/shout is not a valid command."), ("hello", "hello")):
        say.fill(said)
        say.press("Enter")
        expect(window.message(told)).to_have_count(1)


def test_an_app_that_does_not_answer_is_told_as_slack_tells_it(open_window: OpenWindow) -> None:
    with serving(Sandbox(ack_seconds=0.1)) as alone:
        window = open_window(url=f"{alone.page_url}&user={KIM}")
        expect(window.page.get_by_role("status")).to_contain_text("No app is connected to this workspace")
        window.say("/rerun 1")
        expect(window.messages.last).to_contain_text("/rerun failed. The app did not respond.")
        window.close()

"""Typing slash commands, and what the page itself says of them."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot.sandbox.http.running_sandbox import serving
from bot.sandbox.state.sandbox import Sandbox
from tests.browser.conftest import OpenWindow
from tests.slack.stage import BEN, KIM, SUPPORT, Stage

pytestmark = pytest.mark.slow

KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures are kept, to be looked at."""


def test_a_command_is_answered_to_the_person_alone(stage: Stage, open_window: OpenWindow) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    kims, bens = open_window(KIM), open_window(BEN)
    kims.say("/countersign case 1")
    answer = kims.message("ticket-1").last
    expect(answer).to_contain_text("Only visible to you")
    expect(answer).to_have_accessible_name(re.compile("^Countersign APP"))
    expect(kims.page.get_by_label("A message or a slash command")).to_have_value("")
    expect(bens.messages).to_have_count(1)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_an_engineer_puts_the_input_of_a_failed_case_right(
    stage: Stage, open_window: OpenWindow, width: int, dark: bool
) -> None:
    """From the page of the case: old beside new is told, and the case is not run again unseen."""
    stage.desk.look_up_errors.append(ValueError("no such customer"))
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    window = open_window(width=width, dark=dark, url=f"{stage.running.page_url}&user={KIM}&channel={SUPPORT}")
    window.say(f"/countersign case {case}")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"case-{width}.png")
    window.open(window.message("ticket-1").last, "Correct the input")
    expect(window.modal).to_contain_text("Its key, ticket-1, has to stay.")
    window.modal.get_by_label("Text").fill("Where is my parcel?")
    window.submit()
    expect(window.modal).to_contain_text("Please complete this required field.")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"input-{width}.png")
    window.modal.get_by_label("Why do you change it?").fill("The customer wrote again")
    window.submit()
    expect(window.modal).to_contain_text("with the corrected input, as revision 2.")
    stage.work()
    window.modal.get_by_role("button", name="Close").last.click()
    expect(window.message("again with a corrected input, as revision 2:")).to_contain_text("The customer wrote again")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"input-told-{width}.png")


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

"""A reviewer decides in the browser, and sees what becomes of it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.sample import Triage
from tests.slack.stage import ANA, BEN, SUPPORT, Stage

pytestmark = pytest.mark.slow


def test_an_approved_card_changes_before_the_readers_eyes(stage: Stage, open_window: OpenWindow) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    window = open_window()
    card = window.message("Where is my money?")
    expect(card).to_contain_text("Decide by")
    window.press(card, "Approve")
    stage.work()
    expect(card).to_contain_text(re.compile(r"Approved by @Ana · .* at \d\d:\d\d"))
    expect(card).to_contain_text("Applied: receipt for sample/ticket-1")
    expect(card.get_by_role("button")).to_have_text(["Details", "Correct it"])
    expect(card).to_contain_text("(edited)")
    assert stage.world.state(case) == "delivered"


def test_an_edit_that_is_barred_is_told_under_its_field_and_mended_there(stage: Stage, open_window: OpenWindow) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my parcel?")
    window = open_window()
    form = window.open(window.message("Where is my parcel?"), "Edit")
    expect(form.get_by_label("Queue")).to_be_focused()
    expect(form.get_by_label("Queue")).to_have_value("=billing")
    reply = form.get_by_label("Reply")
    form.get_by_label("Queue").select_option(label="delivery")
    reply.fill("Here are $100")
    window.submit()
    expect(reply).to_have_attribute("aria-invalid", "true")
    expect(reply).to_have_accessible_description(re.compile("this is barred: never promise money"))
    expect(reply).to_be_focused()
    expect(form.get_by_label("Queue")).to_have_value("=delivery")
    reply.fill("It is on its way")
    window.submit()
    expect(window.modal).not_to_be_attached()
    stage.work()
    card = window.message("Where is my parcel?")
    expect(card).to_contain_text("Edited and approved by @Ana")
    expect(card).to_contain_text("Queue: delivery")
    card.get_by_role("button", name="1 reply").click()
    expect(window.page.locator("#thread-messages s", has_text="billing")).to_be_visible()
    assert stage.desk.applied["sample/ticket-1"] == Triage(queue="delivery", reply="It is on its way")


def test_what_is_missing_is_told_before_anything_is_sent(stage: Stage, open_window: OpenWindow) -> None:
    stage.submit(stage.sample(), id=1, text="Wo ist mein Geld?", language="de")
    window = open_window()
    form = window.open(window.message("Wo ist mein Geld?"), "Fill in")
    window.submit()
    queue = form.get_by_label("Queue")
    expect(queue).to_be_focused()
    expect(queue).to_have_accessible_description("Please complete this required field.")
    queue.select_option(label="billing")
    window.submit()
    stage.work()
    expect(window.messages).to_contain_text("Answered by hand by @Ana")


def test_a_rule_is_passed_over_by_ticking_its_box_with_what_was_typed_kept(
    stage: Stage, open_window: OpenWindow
) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    window = open_window()
    form = window.open(window.messages, "Edit")
    form.get_by_label("Queue").select_option(label="safety")
    form.get_by_label("Reply").fill("Careful!")
    window.submit()
    box = form.get_by_role("checkbox")
    expect(box).to_be_focused()
    expect(form).to_contain_text("never answer a safety report alone")
    expect(form.get_by_label("Reply")).to_have_value("Careful!")
    window.submit()
    expect(form).to_contain_text("Please complete this required field.")
    box.check()
    window.submit()
    expect(window.modal).not_to_be_attached()
    stage.work()
    expect(window.messages).to_contain_text("aware of the rule: never answer a safety report alone")


@pytest.mark.parametrize(
    ("follows", "told"),
    [
        ("Leave it to others to fill in", "Fill in by"),
        ("Close the case", "Rejected by @Ana"),
        ("Have it proposed again", "Rejected by @Ana"),
    ],
)
def test_a_rejection_takes_a_reason_and_what_follows(
    follows: str, told: str, stage: Stage, open_window: OpenWindow
) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    window = open_window()
    form = window.open(window.messages, "Reject")
    window.submit()
    expect(form.get_by_label("Why?")).to_be_focused()
    form.get_by_label("Why?").fill("It is not about money")
    form.get_by_role("radio", name=follows).check()
    window.submit()
    expect(window.modal).not_to_be_attached()
    stage.work()
    expect(window.messages).to_have_count(2 if follows == "Have it proposed again" else 1)
    expect(window.messages.first).to_contain_text(told)
    window.messages.first.get_by_role("button", name="1 reply").click()
    thread = window.page.locator("#thread-messages")
    expect(thread.locator("blockquote", has_text="It is not about money").last).to_be_visible()


def test_a_person_who_rejects_and_fills_in_now_finds_the_empty_form_in_the_same_place(
    stage: Stage, open_window: OpenWindow
) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    window = open_window()
    form = window.open(window.messages, "Reject")
    form.get_by_label("Why?").fill("It is not about money")
    window.submit()
    expect(form).to_contain_text("Please complete this required field.")  # nothing was chosen for the person
    form.get_by_role("radio", name="I will fill it in now").check()
    window.submit()
    expect(window.modal).to_contain_text("Your rejection is recorded.")
    window.modal.get_by_label("Queue").select_option(label="delivery")
    window.submit()
    expect(window.modal).not_to_be_attached()
    stage.work()
    expect(window.messages).to_have_count(1)
    expect(window.messages.first).to_contain_text("Answered by hand by @Ana")


def test_approving_against_a_rule_that_the_card_shows_takes_one_press(stage: Stage, open_window: OpenWindow) -> None:
    stage.submit(stage.sample(), id=1, text="There is smoke")
    window = open_window()
    expect(window.messages).to_contain_text("Never: answer a safety report alone")
    with window.acting("press"):
        window.messages.get_by_role("button", name="Approve").click()
    stage.work()
    expect(window.messages).to_contain_text("Approved by @Ana")


def test_approving_against_a_rule_that_came_since_can_be_taken_back(stage: Stage, open_window: OpenWindow) -> None:
    sample = stage.sample()
    case = stage.submit(sample, id=1, text="Where is my money?")
    window = open_window()
    sample.never("say where money is")(lambda ticket, triage: True)
    form = window.open(window.messages, "Approve")
    expect(form).to_contain_text("never say where money is")
    window.submit()
    expect(window.modal).not_to_be_attached()
    assert stage.world.state(case) == "waiting"
    form = window.open(window.messages, "Approve")
    form.get_by_role("button", name="all the same").click()
    expect(form).to_contain_text("Approved by @Ana")
    stage.work()


def test_escape_closes_a_form_and_decides_nothing(stage: Stage, open_window: OpenWindow) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    window = open_window()
    window.open(window.messages, "Edit").get_by_label("Reply").fill("half a")
    with window.acting("close"):
        window.page.keyboard.press("Escape")
    expect(window.modal).not_to_be_attached()
    expect(window.messages.get_by_role("button", name="Edit")).to_be_focused()
    assert stage.world.state(case) == "waiting"
    assert stage.person(ANA).views() == []


def test_of_two_reviewers_one_decides_and_the_other_is_told(stage: Stage, open_window: OpenWindow) -> None:
    """Ben's card is as it was while he presses; then it changes before his eyes too."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    anas, bens = open_window(ANA), open_window(BEN)
    anas.press(anas.messages, "Approve")
    bens.press(bens.messages, "Approve")
    told = bens.message("Already approved by @Ana")
    expect(told).to_contain_text("Only visible to you")
    stage.work()
    for window in (anas, bens):
        expect(window.messages.first).to_contain_text("Applied")
    expect(anas.messages).to_have_count(1)
    assert [message.ephemeral for message in stage.person(BEN).messages(SUPPORT)] == [False, True]


def test_the_details_are_read_in_a_modal(stage: Stage, open_window: OpenWindow) -> None:
    stage.submit(stage.sample(), id=1, text="Begin. " + "and so on " * 900 + "The very end.")
    window = open_window()
    view = window.open(window.messages, "Read all")
    expect(view).to_contain_text("The very end.")
    expect(view.get_by_role("heading", name="Details")).to_be_focused()
    with window.acting("close"):
        view.get_by_role("button", name="Close").last.click()
    expect(window.messages.get_by_role("button", name="Read all")).to_be_focused()


def test_reviews_without_a_card_are_gone_through_one_by_one(stage: Stage, open_window: OpenWindow) -> None:
    """The list, a review on top of it, its form on top of that; each shows again when the one above is closed."""
    sample = stage.sample()
    for number in range(12):
        stage.world.submit(sample, id=number, text=f"Question {number}")
    stage.work()
    window = open_window()
    window.say("/countersign queue")
    waiting = window.modal
    heading = waiting.get_by_role("heading", level=2)
    with window.acting("press_in_view"):
        waiting.get_by_role("button", name="Review").first.click()
    expect(heading).to_have_text("Review")
    expect(heading).to_be_focused()
    with window.acting("press_in_view"):
        waiting.get_by_role("button", name="Edit").click()
    expect(heading).to_have_text(re.compile("Edit case [0-9]+"))
    expect(waiting.get_by_label("Queue")).to_be_focused()
    for below in ("Review", "Waiting"):
        waiting.get_by_role("button", name="Back").click()
        expect(heading).to_have_text(below)
    with window.acting("press_in_view"):
        waiting.get_by_role("button", name="Review").first.click()
    with window.acting("press_in_view"):
        waiting.get_by_role("button", name="Approve").click()
    expect(waiting).to_contain_text("Approved by @Ana")
    stage.work()

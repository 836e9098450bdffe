"""A person looks whether a delivery happened, and puts right what was wrong, in the browser."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.sample import Triage, sample_workflow
from tests.slack.stage import ANA, Stage
from workflows import Autonomy, OutcomeUnknown

pytestmark = pytest.mark.slow


def test_a_delivery_in_doubt_is_settled_and_made_again(stage: Stage, open_window: OpenWindow) -> None:
    sample = stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.floor(0.5), idempotent=False))
    stage.desk.errors.append(OutcomeUnknown("the connection dropped after sending"))
    stage.submit(sample, id=1, text="Where is my parcel?")
    window = open_window(ANA)
    card = window.message("Did this happen?")
    expect(card).to_contain_text("Nobody knows whether this was delivered")
    expect(card).to_contain_text("the connection dropped after sending")
    expect(card.get_by_role("button")).to_have_text(["It happened", "It did not", "Look"])
    card.get_by_role("button", name="It did not").click()
    asked = window.question
    expect(asked).to_contain_text("it is not there. It may then be delivered again.")
    with window.acting("press"):
        asked.get_by_role("button", name="It is not there").click()
    settled = window.message("It had not happened")
    expect(settled).to_contain_text("Nothing is delivered until somebody says so.")
    window.press(settled, "Deliver again")
    stage.work()
    expect(window.message("It had not happened")).to_contain_text("Applied: receipt for sample/ticket-1")
    assert stage.desk.attempts == ["sample/ticket-1"] * 2


def test_what_was_delivered_wrongly_is_put_right(stage: Stage, open_window: OpenWindow) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my parcel?")
    window = open_window(ANA)
    window.press(window.message("Where is my parcel?"), "Approve")
    stage.work()
    card = window.message("Applied: receipt for sample/ticket-1")
    form = window.open(card, "Correct it")
    expect(form).to_contain_text("This was delivered. Change what is wrong; a person decides before anything is sent.")
    form.get_by_label("Queue").select_option(label="delivery")
    form.get_by_label("What was wrong?").fill("It is about a parcel")
    window.submit()
    expect(window.modal).to_contain_text("waits for a decision, like any proposal")
    window.modal.get_by_role("button", name="Close").last.click()
    stage.send()
    correction = window.message("Correction: Decide")
    expect(correction).to_contain_text(re.compile("billing.*delivery"))
    window.press(correction, "Approve")
    stage.work()
    assert stage.desk.applied["sample/ticket-1/correction-1"] == Triage(queue="delivery", reply="We look into it.")

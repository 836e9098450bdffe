"""A question to the source in the browser: the card says what is waited for, and the answer comes back on a new one."""

import pytest
from playwright.sync_api import expect

from handlers.slack.blocks.questions import TEXT
from tests.browser.conftest import OpenWindow
from tests.sample import Ticket
from tests.slack.stage import ANA, BEN, Stage
from workflows import Run

pytestmark = pytest.mark.slow

WHICH = "Which of the two orders is it about?"


def test_the_answer_that_a_colleague_brings_comes_back_on_a_new_card(stage: Stage, open_window: OpenWindow) -> None:
    workflow = stage.sample()

    @workflow.ask_source(idempotent=True)
    def ask(question: str, run: Run[Ticket]) -> str:
        return f"mail to the customer of ticket {run.input.id}"

    stage.submit(workflow, id=1, text="Where is my money?\nI paid twice, on Monday.")
    stage.opened(ANA, "ask_source")
    stage.person(ANA).submit({TEXT: WHICH})
    stage.work()

    window = open_window(BEN, width=390)
    card = window.message("Asked the source")
    expect(card).to_contain_text(WHICH)
    expect(card).to_contain_text("Sent: mail to the customer of ticket 1")
    form = window.open(card, "Answer for them: ticket-1")
    form.get_by_label("Their answer").fill("The second one")
    window.submit()
    stage.work()

    expect(window.message("Asked; the answer came, see the new card")).to_be_visible()
    new = window.message("They answered")
    expect(new).to_contain_text("The second one")
    dark = open_window(ANA, dark=True)
    expect(dark.message("They answered")).to_be_visible()

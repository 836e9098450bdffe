"""A month of a support desk, played in the browser: people decide without seeing, then with, then hear what goes out,
and then it goes alone; the product changes, autonomy is taken back by itself, and earned again by a better version.

The model is Anthropic's real client before a local server that follows a rule.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect
from pydantic import SecretStr

from store.states import Level
from tests.browser.autonomy_month import BETTER, FIRST, REPLY, Month, answered, desk_workflow
from tests.browser.conftest import OpenWindow
from tests.browser.learning_loop import KEPT, Loop, sign
from tests.browser.window import Window
from tests.integration.model.server import AnthropicServer
from tests.slack.stage import ANA, BEN, MARIA, Stage
from workflows.engine.charters import signing
from workflows.model.choice import ModelSettings
from workflows.model.vendors.anthropic.settings import AnthropicSettings

pytestmark = pytest.mark.slow

A_DAY = 70
"""Tickets of a working day."""


@pytest.fixture
def month(stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Month]:
    # The volume test and the baseline that it takes first have stories of their own.
    monkeypatch.setattr(signing, "lacking_to_go_alone", lambda *_, **__: [])
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "triage.md").write_text(FIRST)
    workflow = desk_workflow(stage)
    workflow.folder, workflow.prompt = tmp_path, "triage.md"
    with AnthropicServer() as server:
        server.will_always(answered)
        vendor = AnthropicSettings(api_key=SecretStr("sk-ant-made-up"), base_url=server.url)
        loop = Loop.begin(stage, workflow, ModelSettings(wanted="anthropic", vendors={"anthropic": vendor}))
        yield Month(loop=loop)
        loop.models.close()


def seen(shown: Window | Locator, name: str) -> None:
    """Keep a picture, where pictures are wanted."""
    if KEPT:
        drawn = shown.page if isinstance(shown, Window) else shown
        drawn.screenshot(path=Path(KEPT) / f"month-{name}.png")


def let(month: Month, owner: Window, question: str, name: str) -> None:
    """Have the owner read the newest question, and let it."""
    shown = owner.messages.last
    expect(shown).to_contain_text(question)
    seen(shown, name)
    shown.get_by_role("button", name="Allow it").click()
    expect(owner.question).to_contain_text("You answer for this")
    with owner.acting("press"):
        owner.question.get_by_role("button", name="Allow it").click()
    month.stage.work()
    expect(owner.messages.last).to_contain_text("Allowed by @Maria")


def certificate(owner: Window, name: str) -> Locator:
    """Have the owner ask for the certificate."""
    owner.say("/countersign certificate sample")
    shown = owner.messages.last
    expect(shown).to_contain_text("Certificate of sample")
    seen(shown, name)
    return shown


def test_a_version_earns_that_it_goes_alone_loses_it_and_the_next_one_earns_it_again(
    month: Month, open_window: OpenWindow
) -> None:
    stage = month.stage
    month.written(FIRST)
    desk = open_window()
    sign(month.loop, desk, 1, people=(MARIA,))
    desk.become(ANA)
    owner = open_window(dark=True, url=f"{stage.running.page_url}&user={MARIA}&channel={stage.person(MARIA).direct}")
    owner.page.get_by_role("button", name="Messages", exact=True).click()

    # In shadow people decide without seeing what is proposed.
    month.begin_day(A_DAY)
    card = desk.message("number 4 :")
    expect(card).to_contain_text("In shadow: your answer is compared with the AI's, which nobody sees before")
    expect(card).not_to_contain_text(REPLY)
    seen(card, "shadow")
    form = desk.open(card, "Fill in")
    expect(form).not_to_contain_text(REPLY)
    form.get_by_label("Queue").select_option(label="delivery")
    form.get_by_label("Reply").fill(REPLY)
    desk.submit()
    stage.work()
    expect(card).to_contain_text("The AI had said, unseen: Queue: billing")
    seen(card, "shadow-decided")
    month.end_day()
    for _ in range(2):
        month.day(A_DAY)
    let(month, owner, "210 answers compared: 80% the same. Show what it proposes to reviewers?", "show")
    assert month.stands() == (Level.DRAFT, None)

    # They see it, and the owner is asked whether the surest may go out by themselves.
    month.begin_day(A_DAY)
    expect(desk.message("number 212 :")).to_contain_text("90% sure")
    seen(desk.message("number 212 :"), "draft")
    month.end_day()
    assert month.alone() == 0
    let(month, owner, "The evidence permits 80% to be announced for 30 minutes and then delivered", "announce")
    assert month.stands() == (Level.VETO, 0.62)
    expect(certificate(owner, "certificate-veto")).to_contain_text("275 more spot checks of what is announced")

    month.begin_day(A_DAY)
    card = desk.message("number 281 :").first
    expect(card).to_contain_text("unless somebody stops it. 93% sure.")
    seen(card, "announced")
    desk.press(card, "Stop")
    stage.work()
    expect(card).to_contain_text("Stopped by @Ana")
    seen(card, "stopped")
    month.end_day()
    expect(desk.message("number 282 :")).to_contain_text("Nobody stopped it")
    while month.epoch.asked_at is None:
        month.day(A_DAY)
    let(month, owner, "The evidence permits 80% alone at no more than 20% wrong.", "alone")
    assert month.stands() == (Level.GUARDED, 0.62)

    # It goes alone; some of it is looked at, without what was delivered.
    month.begin_day(A_DAY)
    phone = open_window(BEN, width=390, dark=True)
    form = phone.open(phone.message("spot checks wait"), "Start with")
    expect(form).to_contain_text("This case went alone.")
    expect(form).not_to_contain_text(REPLY)
    seen(phone, "spot-check")
    phone.modal.get_by_role("button", name="Cancel").click()
    month.end_day()
    before = month.alone()
    assert month.errors() == []

    # The product changes: a kind of ticket comes of which the model is sure, and wrong.
    month.is_changed = True
    month.day(A_DAY)
    assert month.stands() == (Level.DRAFT, None)
    told = owner.messages.last
    expect(told).to_contain_text("looked at were wrong, the promise is 1 in 5.")
    expect(told).to_contain_text("are to be looked through, the least sure first")
    expect(told).to_contain_text("To come back it takes about 200 decisions of people.")
    seen(told, "demoted")
    form = phone.open(phone.message("spot checks wait"), "Start with")
    expect(form).to_contain_text("that sample resolved alone before that was taken back")
    seen(phone, "pack")
    phone.modal.get_by_role("button", name="Cancel").click()
    gone = month.alone()
    assert gone > before
    expect(certificate(owner, "certificate-demoted")).to_contain_text("more was wrong than promised")

    # A better version begins in shadow, as the first one did.
    month.look()
    month.tend()
    stage.send()
    expect(owner.messages.last).to_contain_text("that went alone before that was taken back")
    seen(owner.messages.last, "pack-done")
    month.written(BETTER)
    sign(month.loop, desk, 2, people=(MARIA,))
    assert month.stands() == (Level.SHADOW, None)
    for _ in range(3):
        month.day(A_DAY)
    let(month, owner, "answers compared", "show-again")
    month.day(A_DAY)
    assert month.alone() == gone
    let(month, owner, "The evidence permits", "announce-again")
    month.day(A_DAY)
    assert month.alone() > gone
    seen(certificate(owner, "certificate"), "certificate")
    assert month.errors() == []

"""The health of other systems, as an engineer meets it at night: a message, the status, a rerun by itself."""

import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenWindow
from tests.slack.stage import FAILED, KIM, Stage
from tests.slack.test_health import BROKEN, FAILS, OK, call
from tests.slack.test_rerun_later import PAUSE, failing
from workflows.tools.calls import Called

pytestmark = pytest.mark.slow

KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures are kept, to be looked at."""


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_an_engineer_reads_what_is_wrong_and_has_it_run_again_later(
    stage: Stage, open_window: OpenWindow, width: int, dark: bool
) -> None:
    failing(stage, 7)
    sample = stage.world.registry.get("sample")
    assert sample.effect is not None
    sample.effect = replace(sample.effect, target="help desk", expires=date(2026, 12, 1))
    desk = Called(system="help desk", outcome=OK, milliseconds=1_400.0)
    stage.world.context.meter.count([desk] * 12, at=stage.world.clock())
    call(stage, *[OK] * 9, *[FAILS] * 6, BROKEN)
    window = open_window(width=width, dark=dark, url=f"{stage.running.page_url}&user={KIM}&channel={FAILED}")
    trouble = window.message("CRM has been in trouble since").first
    expect(trouble).to_contain_text("6 of 16 calls failed, and 1 answer was in another form than agreed")
    window.say("/countersign status")
    status = window.message("What they need")
    expect(status).to_contain_text("Access ends on 2026-12-01, in 11 days.")
    if KEPT:
        status.scroll_into_view_if_needed()
        window.page.screenshot(path=Path(KEPT) / f"status-{width}.png")
        trouble.scroll_into_view_if_needed()
        window.page.screenshot(path=Path(KEPT) / f"trouble-{width}.png")
    card = window.message("7 cases of sample failed at look_up")
    if KEPT:
        card.scroll_into_view_if_needed()
        window.page.screenshot(path=Path(KEPT) / f"advice-{width}.png")
    card.get_by_role("button", name="by themselves in 10 minutes").click()
    expect(window.question).to_contain_text("By itself in 10 minutes. 5 are tried first.")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"later-asked-{width}.png")
    with window.acting("press"):
        window.question.get_by_role("button", name="Rerun later").click()
    stage.work()
    expect(card).to_contain_text("Rerun by itself")
    expect(card.get_by_role("button", name="Stop the rerun")).to_be_visible()
    if KEPT:
        card.scroll_into_view_if_needed()
        window.page.screenshot(path=Path(KEPT) / f"planned-{width}.png")
    stage.world.clock.move(PAUSE)
    stage.work()
    expect(window.message("Resolved: sample failed at look_up")).to_contain_text("Rerun done. 7 of 7 through.")
    stage.world.clock.move(timedelta(minutes=1))
    call(stage, OK)
    expect(window.message("CRM is well again, since")).to_contain_text("It was in trouble for 11 minutes")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"well-{width}.png")

"""The card of a cause of failures as an engineer meets it, on a screen and on a phone."""

import os
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import OpenWindow
from tests.browser.window import Window
from tests.slack.stage import FAILED, KIM, Stage
from tests.slack.test_bulk_reruns import CLOSED, down, look
from tests.slack.test_causes import failing
from workflows import NotDone
from workflows.engine.review.rerun.bulk_rules import TRIAL

pytestmark = pytest.mark.slow

KEPT = os.environ.get("COUNTERSIGN_SCREENSHOTS")
"""Folder in which pictures are kept, to be looked at."""


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_an_engineer_takes_a_cause_over_runs_one_again_and_leaves_it_alone(
    stage: Stage, open_window: OpenWindow, width: int, dark: bool
) -> None:
    failing(stage, 5)
    stage.world.clock.move(timedelta(hours=2))
    failing(stage, 2, first=20)
    window = open_window(width=width, dark=dark, url=f"{stage.running.page_url}&user={KIM}&channel={FAILED}")
    card = window.message("7 cases of sample failed at look_up")
    expect(card).to_contain_text("Nobody is on it yet.")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"cause-{width}.png")
    window.press(card, "Take over")
    stage.work()
    expect(card).to_contain_text("Being mended by")
    window.press(card, "Rerun one")
    stage.work()
    card = window.message("6 cases of sample failed at look_up")
    expect(card).to_contain_text("Run again: 1 of 7 are through, 6 still failed.")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"cause-mended-{width}.png")
    card.get_by_role("button", name="More actions").click()
    with window.acting("press"):
        window.page.get_by_role("menuitem", name="Ignore until").click()
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"cause-ignore-{width}.png")
    window.modal.get_by_label("for 4 hours").check()
    window.submit()
    stage.work()
    expect(card).to_contain_text("Ignored by")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_an_engineer_runs_all_again_with_one_press_after_an_outage(
    stage: Stage, open_window: OpenWindow, width: int, dark: bool
) -> None:
    down(stage, 40)
    window = open_window(width=width, dark=dark, url=f"{stage.running.page_url}&user={KIM}&channel={FAILED}")
    card = window.message("of sample failed at the delivery")
    card.get_by_role("button", name="Rerun all 40 cases").click()
    expect(window.question).to_contain_text("5 are tried first.")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"bulk-asked-{width}.png")
    with window.acting("press"):
        window.question.get_by_role("button", name="Rerun all").click()
    look(stage)
    expect(card).to_contain_text("trying 5 of 40 first. 5 of 40 through.")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"bulk-trial-{width}.png")
    look(stage)
    expect(card).to_contain_text("the trial was good. 15 of 40 through.")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"bulk-waves-{width}.png")
    stage.work()
    card = window.message("Resolved: sample failed at the delivery")
    expect(card).to_contain_text("Rerun done. 40 of 40 through.")
    delivered_once(stage, 40, attempts=2)
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / f"bulk-done-{width}.png")


def test_in_the_trial_the_failure_comes_back_and_it_stops_until_the_desk_is_up(
    stage: Stage, open_window: OpenWindow
) -> None:
    down(stage, 40)
    stage.desk.errors += [NotDone(CLOSED)] * TRIAL
    window = open_window(url=f"{stage.running.page_url}&user={KIM}&channel={FAILED}")
    card = window.message("of sample failed at the delivery")
    expect(card).to_have_count(1)
    rerun_all(window, card)
    stage.work()
    expect(card).to_contain_text("Rerun stopped by itself: the same failure came back in the trial.")
    if KEPT:
        window.page.screenshot(path=Path(KEPT) / "bulk-stopped.png")
    assert len(stage.desk.attempts) == 40 + TRIAL, "the others were left alone"
    rerun_all(window, card)
    stage.work()
    expect(window.message("Resolved: sample failed at the delivery")).to_contain_text("Rerun done. 40 of 40 through.")
    delivered_once(stage, 40, attempts=3)


def rerun_all(window: Window, card: Locator) -> None:
    """Press *Rerun all*, and confirm it."""
    card.get_by_role("button", name="Rerun all 40 cases").click()
    with window.acting("press"):
        window.question.get_by_role("button", name="Rerun all").click()


def delivered_once(stage: Stage, number: int, *, attempts: int) -> None:
    """Expect so many deliveries, none of which the desk took twice, of so many attempts at most."""
    counts = Counter(stage.desk.attempts)
    assert len(stage.desk.applied) == len(counts) == number
    assert max(counts.values()) == attempts
    assert {stage.world.state(case) for case in range(1, number + 1)} == {"delivered"}

"""Slack while a target is down: one message that changes, and cards with the state of each delivery."""

from datetime import timedelta

import pytest

from tests.slack.stage import ANA, FAILED, KIM, Stage, words
from tests.slack.test_readers import said
from workflows import OutcomeUnknown, TryAgain

pytestmark = pytest.mark.slow

DOWN = TryAgain("the help desk is out of service (503)")


def news(stage: Stage) -> list[str]:
    """Return the news in the failures channel."""
    return [words(one.blocks) for one in stage.person(KIM).messages(FAILED)]


def approved(stage: Stage, *errors: Exception) -> list[int]:
    """Cases that somebody approved, each meeting one of these errors."""
    sample = stage.sample()
    stage.desk.errors += errors
    cases = []
    for number in range(1, len(errors) + 1):
        cases.append(stage.submit(sample, id=number, text=f"I was charged twice, {number}"))
        assert stage.press(ANA, "approve").acknowledged
        stage.work()
    return cases


def test_an_outage_of_a_target_is_one_message_that_is_mended_and_nobody_has_to_do_anything(stage: Stage) -> None:
    cases = approved(stage, DOWN, DOWN, DOWN)
    (told,) = news(stage)
    assert told.startswith("The target of sample has been down since 2026-11-20 09:00 UTC; 3 decisions wait.")
    assert "the help desk is out of service (503)" in told
    card = stage.cards()[-1]
    assert all("Recorded; the target of sample is down" in words(one.blocks) for one in stage.cards())
    assert "Recorded; the target of sample is down, tried again at 2026-11-20 09:0" in words(card.blocks)
    assert "out of service" not in words(card.blocks)
    assert card.text.startswith("Approved, recorded:")
    answer = said(stage, KIM, "/countersign", f"case {cases[0]}")
    assert "Delivery after 1 attempt: recorded; the target of sample is down, tried again at" in answer
    assert "Not made so far: TryAgain: the help desk is out of service (503)" in answer

    stage.world.clock.move(timedelta(minutes=1))
    stage.work()

    (told,) = news(stage)
    assert told.startswith("The target of sample answers again")
    assert "3 decisions that waited go out by themselves, each case's in its order." in told
    assert all("Applied: receipt for sample/ticket-" in words(card.blocks) for card in stage.cards())
    assert sorted(stage.desk.attempts[3:]) == [f"sample/ticket-{number}" for number in (1, 2, 3)]


def test_what_nobody_confirmed_is_not_called_failed_and_an_engineer_can_try_it_at_once(stage: Stage) -> None:
    """F82: on the card and in the answer to a command; and each attempt is counted."""
    lost = OutcomeUnknown("the connection dropped after sending")
    stage.desk.errors += [lost, lost]
    (case,) = approved(stage, lost)
    shown = words(stage.cards()[-1].blocks)
    assert "Not confirmed; it may be applied. It is made again under the same key at 2026-11-20 09:0" in shown
    assert "failed" not in shown.lower()
    answer = said(stage, KIM, "/countersign", f"case {case}")
    assert "Delivery after 3 attempts: not confirmed; it may be applied." in answer
    assert f"To try now: /rerun {case}" in answer
    assert news(stage) == []
    said(stage, KIM, "/rerun", f"{case}")
    stage.work()
    assert "Applied: receipt for sample/ticket-1" in words(stage.cards()[-1].blocks)

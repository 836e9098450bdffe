"""The card of a review that nobody decided in time, and the people who are told of it."""

from datetime import timedelta

from tests.slack.stage import ANA, SUPPORT, Stage, buttons, words
from tests.slack.test_undo import declared

HOUR = timedelta(hours=1)


def late(stage: Stage, on_expiry: str) -> None:
    """Take a case in, show its card, and let its deadline pass."""
    stage.submit(declared(stage, answer_within=HOUR, on_expiry=on_expiry), id=1, text="charged twice")
    stage.work()
    stage.world.clock.move(HOUR)
    stage.work()


def test_an_overdue_card_says_so_first_and_can_be_decided(stage: Stage) -> None:
    late(stage, "hold")
    (card,) = stage.cards()
    assert card.text.startswith("Overdue. Decision needed")
    assert words(card.blocks).index("Overdue since") < words(card.blocks).index("Decide")
    assert stage.press(ANA, "approve").acknowledged
    stage.work()
    (card,) = stage.cards()
    assert "Overdue" not in card.text + words(card.blocks)
    assert "Approved by" in words(card.blocks)


def test_a_card_that_lapsed_says_that_nobody_decided_it(stage: Stage) -> None:
    late(stage, "approve")
    (card,) = stage.cards()
    said = words(card.blocks)
    assert "Nobody answered in time, taken as proposed" in said
    assert "no person decided this" in said
    assert "Applied" in said
    assert "@" not in said
    assert "approve" not in buttons(card)
    assert len(stage.desk.attempts) == 1


def test_whoever_presses_after_a_lapse_is_told_that_nobody_had_answered(stage: Stage) -> None:
    stage.submit(declared(stage, answer_within=HOUR, on_expiry="reject"), id=1, text="charged twice")
    stage.work()
    (shown,) = stage.cards()
    stage.world.clock.move(HOUR)
    stage.world.work()
    assert stage.person(ANA).press(SUPPORT, shown.ts, "approve").acknowledged
    assert "Nobody answered in time" in stage.told(ANA)
    assert "Nothing of yours was recorded." in stage.told(ANA)
    stage.work()
    (card,) = stage.cards()
    assert "Closed" in words(card.blocks)
    assert stage.desk.attempts == []

"""An escalation as people see it: on the card, in its thread, and in a direct message to those who are asked."""

from tests.slack.stage import ANA, BEN, EVE, Stage, buttons, words
from tests.slack.test_deadlines import HOUR
from tests.slack.test_reminders import direct
from tests.slack.test_undo import declared


def test_whoever_is_asked_is_called_and_decides(stage: Stage) -> None:
    stage.submit(declared(stage, reviewers=(ANA,), escalate_to=BEN), id=1, text="charged twice")
    stage.work()
    assert stage.press(ANA, "escalate").acknowledged
    stage.work()
    (card,) = stage.cards()
    assert f"@{ANA} asked @{BEN} to decide" in words(card.blocks)
    assert "escalate" not in buttons(card)
    (said,) = stage.thread()
    assert BEN in said
    assert direct(stage, BEN)[0].startswith("1 review waits for you")
    assert stage.press(BEN, "approve").acknowledged
    stage.work()
    assert len(stage.desk.attempts) == 1


def test_a_press_on_a_card_that_is_behind_says_who_was_asked(stage: Stage) -> None:
    stage.submit(declared(stage, reviewers=(ANA,), escalate_to=BEN), id=1, text="charged twice")
    stage.work()
    assert stage.press(ANA, "escalate").acknowledged
    assert stage.press(ANA, "escalate").acknowledged
    assert "Asked already." in stage.told(ANA)
    assert BEN in stage.told(ANA)


def test_who_may_not_decide_may_not_escalate(stage: Stage) -> None:
    stage.submit(declared(stage, reviewers=(ANA,), escalate_to=BEN), id=1, text="charged twice")
    stage.work()
    assert stage.press(EVE, "escalate").acknowledged
    assert "You are not among the reviewers" in stage.told(EVE)
    stage.work()
    assert stage.thread() == []


def test_at_the_deadline_the_card_says_that_nobody_answered(stage: Stage) -> None:
    workflow = declared(stage, reviewers=(ANA,), answer_within=HOUR, on_expiry="escalate", escalate_to=BEN, reminders=0)
    stage.submit(workflow, id=1, text="charged twice")
    stage.work()
    stage.world.clock.move(HOUR)
    stage.work()
    (card,) = stage.cards()
    assert f"Nobody answered in time. Asked to decide: @{BEN}" in words(card.blocks)
    assert direct(stage, BEN) == ["1 review waits for you, it is overdue"]
    assert direct(stage, ANA) == []

"""Whoever sees a message of ours may say that it was wrong, and is always told the same."""

import pytest

from handlers.slack.ids import Action, Shown, chosen
from store import schema
from tests.slack.stage import ANA, BEN, EVE, GENERAL, SUPPORT, Stage, buttons, inputs, words
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

NOTED = "Noted. Thank you."


def kept(stage: Stage) -> list[schema.Report]:
    return [row for row in stage.world.rows(schema.Report) if isinstance(row, schema.Report)]


def taken_up(stage: Stage, number: int = 1) -> None:
    """Wait until so many reports are taken up."""
    wait_until(lambda: [row.outcome is not None for row in kept(stage)] == [True] * number)


def delivered(stage: Stage) -> int:
    case = stage.submit(stage.sample(), id=1, text="charged twice")
    stage.press(ANA, "approve")
    stage.work()
    return case


def report(stage: Stage, user: str, said: str, *, channel: str = SUPPORT, card: int = 0) -> str:
    """Report a message by its menu; return what the person is told."""
    person = stage.person(user)
    assert person.shortcut(channel, stage.cards(user, channel)[card].ts, "report_wrong").acknowledged
    assert list(inputs(stage.view(user))) == ["said"]
    assert person.submit({"said": said}).acknowledged
    return words(stage.view(user).blocks)


def test_a_message_of_a_delivered_case_is_reported_and_a_person_changes_it(stage: Stage) -> None:
    """By anybody who sees it, reviewer or not."""
    delivered(stage)
    assert report(stage, EVE, "Wrong queue <!channel>") == NOTED
    taken_up(stage)
    stage.work()
    card = stage.cards()[-1]
    said = words(card.blocks)
    assert said.splitlines()[1:3] == [f"⚠ Reported wrong by @{EVE}", "Wrong queue <!channel>"]
    assert "Is it wrong? What was delivered stays until somebody changes it · answer by 2026-" in said
    assert buttons(card)[:2] == ["edit", "approve"]
    stage.opened(BEN, "edit")
    assert stage.person(BEN).submit({"queue.0.0": "=delivery"}).acknowledged
    stage.work()
    assert stage.desk.applied["sample/ticket-1/correction-1"].queue == "delivery"


def test_a_report_that_was_no_error_is_closed_by_one_press(stage: Stage) -> None:
    delivered(stage)
    report(stage, EVE, "I do not like it")
    taken_up(stage)
    stage.work()
    assert stage.press(BEN, "approve").acknowledged
    stage.work()
    said = words(stage.cards()[-1].blocks)
    assert f"Found right by @{BEN}" in said
    assert "what was delivered before stays" in said
    assert stage.desk.attempts == ["sample/ticket-1"]


def test_the_answer_is_the_same_for_a_message_that_is_none_of_ours(stage: Stage) -> None:
    stage.person(BEN).say(GENERAL, "hello")
    assert report(stage, EVE, "wrong", channel=GENERAL, card=-1) == NOTED
    (row,) = kept(stage)
    assert (row.case_id, row.outcome, row.said) == (None, "unseen", "wrong")


def test_a_case_is_reported_from_its_cards_menu_while_it_waits(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="charged twice")
    card, review = stage.cards()[0], stage.world.review(case)
    value = chosen(Action.REPORT, Shown(id=review.id, version=review.version, generation=0))
    assert stage.person(EVE).press(SUPPORT, card.ts, "more", selected=value).acknowledged
    stage.view(EVE)
    assert stage.person(EVE).submit({"said": "not theirs"}).acknowledged
    taken_up(stage)
    stage.work()
    assert f"Reported wrong by @{EVE}" in words(stage.cards()[0].blocks)


def test_the_command_tells_a_person_without_a_right_the_same(stage: Stage) -> None:
    """One answer, whether the case exists and whether they may read it; nothing comes of it."""
    case = delivered(stage)
    for user, named in ((EVE, str(case)), (EVE, "999"), (ANA, "999"), (ANA, str(case))):
        assert stage.person(user).command(SUPPORT, "/countersign", f"wrong {named} the wrong queue").acknowledged
        assert stage.told(user) == NOTED
    taken_up(stage, 4)
    assert [(row.case_id, row.outcome) for row in kept(stage)] == [
        (None, "unseen"),
        (None, "unseen"),
        (None, "unseen"),
        (case, "opened"),
    ]


def test_a_closed_case_that_is_reported_is_told_in_its_channel(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="charged twice")
    stage.opened(ANA, "reject")
    assert stage.person(ANA).submit({"reason": "spam", "follows": "close"}).acknowledged
    stage.work()
    stage.person(ANA).command(SUPPORT, "/countersign", f"wrong {case} it was no spam")
    taken_up(stage)
    stage.work()
    said = words(stage.cards()[-1].blocks)
    assert f"Reported wrong by @{ANA}: case {case} (sample, ticket-1), which is closed." in said
    assert "it was no spam" in said


def test_strangers_report_nothing(stage: Stage) -> None:
    """Somebody from another workspace, through Slack Connect."""
    delivered(stage)
    eve = next(user for user in stage.running.sandbox.workspace.users if user.id == EVE)
    eve.home = eve.acts_in = "T0OTHER"
    card = stage.cards()[0]
    assert stage.person(EVE).shortcut(SUPPORT, card.ts, "report_wrong").acknowledged
    assert "Only members of this workspace can do that." in stage.told(EVE)
    assert kept(stage) == []

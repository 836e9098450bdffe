"""Reminders in the thread of a card and by direct message, and the people who get them."""

from datetime import timedelta

from tests.slack.stage import ANA, BEN, Stage, buttons, words
from tests.slack.test_undo import declared

HOUR = timedelta(hours=1)


def reminded(stage: Stage, *reviewers: str, cases: int = 1) -> None:
    """Take cases in that are to be answered within two hours, and let half of that pass."""
    workflow = declared(stage, answer_within=2 * HOUR, reviewers=reviewers)
    for number in range(1, cases + 1):
        stage.submit(workflow, id=number, text=f"charged twice {number}")
    stage.world.clock.move(HOUR)
    stage.work()


def direct(stage: Stage, user: str) -> list[str]:
    """Return the notifications of the direct messages to a person."""
    person = stage.person(user)
    return [message.text for message in person.messages(person.direct)]


def test_a_reminder_stands_in_the_thread_and_one_message_tells_of_all_reviews(stage: Stage) -> None:
    reminded(stage, ANA, cases=3)
    (said,) = stage.thread()
    assert said.startswith("Still waits for a decision. Due by ")
    assert "@" not in said
    assert direct(stage, ANA) == ["3 reviews wait for you, the earliest is due in 60 minutes"]
    assert direct(stage, BEN) == []
    (message,) = stage.person(ANA).messages(stage.person(ANA).direct)
    assert buttons(message).count("review") == 3
    assert "charged twice 1" in words(message.blocks)


def test_the_button_of_a_direct_message_opens_the_review_as_long_as_one_may_decide(stage: Stage) -> None:
    reminded(stage, ANA)
    ana = stage.person(ANA)
    (message,) = ana.messages(ana.direct)
    assert ana.press(ana.direct, message.ts, "review").acknowledged
    assert "charged twice 1" in words(stage.view(ANA).blocks)
    workflow = stage.world.registry.get("sample")
    object.__setattr__(workflow.review, "reviewers", (BEN,))
    ana.press(ana.direct, message.ts, "review")
    assert "no right to this" in stage.told(ANA, ana.direct)


def test_a_second_message_comes_an_hour_after_the_first_at_the_earliest(stage: Stage) -> None:
    reminded(stage, ANA)
    workflow = stage.world.registry.get("sample")
    stage.submit(workflow, id=7, text="charged twice 7")
    stage.world.clock.move(HOUR - timedelta(minutes=1))
    stage.work()
    assert len(direct(stage, ANA)) == 1
    stage.world.clock.move(timedelta(minutes=1))
    stage.work()
    assert len(direct(stage, ANA)) == 2
    assert direct(stage, ANA)[1] == "2 reviews wait for you, the earliest is overdue"


def test_what_is_decided_before_it_is_sent_is_not_reminded_of(stage: Stage) -> None:
    stage.submit(declared(stage, answer_within=2 * HOUR, reviewers=(ANA,)), id=1, text="charged twice")
    stage.world.clock.move(HOUR)
    stage.world.work()
    assert stage.press(ANA, "approve").acknowledged
    stage.work()
    assert direct(stage, ANA) == []
    assert stage.thread() == []


def test_somebody_who_cannot_be_written_to_troubles_nobody(stage: Stage) -> None:
    reminded(stage, "U0OLD", ANA)
    assert len(direct(stage, ANA)) == 1
    assert stage.cards(channel="C0FAILURES") == []
    assert len(stage.thread()) == 1
    assert stage.press(ANA, "approve", card=0).acknowledged

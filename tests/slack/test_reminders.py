"""Reminders in the thread of a card and by direct message, and the people who get them."""

from collections.abc import Collection
from datetime import timedelta
from functools import partial

import pytest

from handlers.slack.access.rights import Unsure
from store import schema
from tests.integration.engine.scene import rows
from tests.slack.stage import ANA, BEN, FAILED, Stage, buttons, words
from tests.slack.test_undo import declared
from workflows.engine.review import claims
from workflows.engine.send.outcomes import MAX_ATTEMPTS

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


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


def kept(stage: Stage) -> tuple[str, int, str | None]:
    """Return the state of the last direct message, the attempts that count, and the error of the last one."""
    found = [row for row in rows(stage.world, schema.OutboxRow) if row.kind == "direct_reminder"]
    return found[-1].state, found[-1].attempts, found[-1].error


def is_kept(stage: Stage, state: str, attempts: int) -> bool:
    return kept(stage)[:2] == (state, attempts)


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


def test_members_of_a_group_who_decided_lately_are_written_to_and_not_one_who_left(stage: Stage) -> None:
    """F28: whoever lost the right between the reminder and its sending is told of no case."""
    workflow = declared(stage, answer_within=2 * HOUR)
    for number, user in enumerate((ANA, BEN), 1):
        stage.submit(workflow, id=number, text=f"charged twice {number}")
        assert stage.press(user, "approve").acknowledged
        stage.work()
    stage.submit(workflow, id=3, text="charged twice 3")
    stage.world.clock.move(HOUR)
    stage.world.work()
    stage.ears.only_members(lambda group: [BEN])
    stage.work()
    assert direct(stage, BEN) == ["1 review waits for you, it is due in 60 minutes"]
    assert direct(stage, ANA) == []
    assert stage.cards(channel="C0FAILURES") == []


def test_whoever_is_on_a_review_and_left_the_group_is_told_of_no_case(stage: Stage) -> None:
    stage.submit(declared(stage, answer_within=2 * HOUR), id=1, text="charged twice")
    assert stage.press(ANA, "claim").acknowledged
    stage.world.clock.move(HOUR)
    claims.claim(stage.world.context, 1, by=ANA)
    stage.ears.only_members(lambda group: [BEN])
    stage.work()
    assert (direct(stage, ANA), len(stage.thread())) == ([], 1)


def test_while_slack_does_not_say_who_may_decide_a_direct_message_waits(stage: Stage) -> None:
    def nobody_knows(group: str) -> Collection[str]:
        raise Unsure("not now")

    stage.submit(declared(stage, answer_within=2 * HOUR), id=1, text="charged twice")
    stage.world.clock.move(HOUR)
    claims.claim(stage.world.context, 1, by=ANA)
    stage.world.work()
    stage.ears.only_members(nobody_knows)
    stage.send_until(lambda: kept(stage) == ("due", 1, "Unsure"))
    assert direct(stage, ANA) == []
    stage.ears.only_members(lambda group: [ANA])
    stage.world.clock.move(MINUTE)
    stage.send()
    assert (len(direct(stage, ANA)), kept(stage)) == (1, ("sent", 1, None))


@pytest.mark.slow
def test_a_direct_message_that_slack_refuses_for_an_unknown_reason_is_tried_again(stage: Stage) -> None:
    """In the end it is given up where people see it."""
    workflow = declared(stage, answer_within=2 * HOUR, reviewers=(ANA,))
    administrator = stage.running.administrator
    administrator.fault("refused", method="chat.postMessage", channel=ANA, times=1, error="something_new")
    stage.submit(workflow, id=1, text="charged twice")
    stage.world.clock.move(HOUR)
    stage.world.work()
    stage.send_until(lambda: kept(stage) == ("due", 1, "something_new"))
    stage.world.clock.move(MINUTE)
    stage.send()
    assert (len(direct(stage, ANA)), kept(stage)) == (1, ("sent", 1, None))
    administrator.fault("refused", method="chat.postMessage", channel=ANA, times=None, error="something_new")
    stage.world.clock.move(HOUR)
    stage.world.work()
    for attempt in range(1, MAX_ATTEMPTS):
        stage.send_until(partial(is_kept, stage, "due", attempt))
        stage.world.clock.move(10 * MINUTE)
    stage.send_until(lambda: kept(stage) == ("dead", MAX_ATTEMPTS, "something_new"))
    stage.send_until(lambda: stage.cards(channel=FAILED))
    (told,) = stage.cards(channel=FAILED)
    said = "The reminder of what waits for a person could not be shown to @U0ANA (something_new)."
    assert said in words(told.blocks)
    assert len(direct(stage, ANA)) == 1


def test_somebody_who_cannot_be_written_to_troubles_nobody(stage: Stage) -> None:
    reminded(stage, "U0OLD", ANA)
    assert len(direct(stage, ANA)) == 1
    assert stage.cards(channel="C0FAILURES") == []
    assert len(stage.thread()) == 1
    assert stage.press(ANA, "approve", card=0).acknowledged

"""A message of which nobody knows whether Slack took it is looked for before it is sent again.

What Slack says it will not take, or not yet, is known not to stand there.
"""

from datetime import timedelta
from typing import cast

import pytest

from bot.sandbox.client import FaultKind
from store import schema
from store.db import failpoints
from store.db.failpoints import Failpoint, Side, Watcher
from store.slack import rate_limits
from store.slack.rate_limits import EVERYWHERE
from tests.integration.bot.commandline import LONGEST
from tests.sample import sample_workflow
from tests.slack.stage import ANA, FAILED, SUPPORT, Stage, words
from tests.slack.test_sender import take_in
from workflows import Autonomy
from workflows.engine.errors import NotDone
from workflows.engine.review import reviews

pytestmark = pytest.mark.slow

POST, UPDATE = "chat.postMessage", "chat.update"
UNSURE: list[FaultKind] = ["executed_then_dropped", "executed_then_error"]
NOT_DONE: list[FaultKind] = ["dropped", "server_error"]


class Died(BaseException):
    """The process ended here."""


def dying_after(wanted: Failpoint) -> Watcher:
    """Ends the process once something was done, before it is noted."""

    def watch(seam: Failpoint, side: Side, _about: str) -> None:
        if (seam, side) == (wanted, Side.AFTER):
            raise Died

    return watch


def later(stage: Stage) -> None:
    """Send what is due, and a while later what had to wait."""
    for _ in range(3):
        stage.sender.drain(seconds=0.4)
        stage.world.clock.move(timedelta(minutes=10))
    # Where this machine is slow, it has not come to all of it yet.
    for _ in range(30):
        if stage.sender.drain(seconds=1):
            return
        stage.world.clock.move(timedelta(minutes=10))
    raise AssertionError("not everything could be sent")


def outbox(stage: Stage) -> list[schema.OutboxRow]:
    """All that was ever to be shown."""
    return cast(list[schema.OutboxRow], stage.world.rows(schema.OutboxRow))


@pytest.mark.parametrize("kind", UNSURE)
def test_a_card_that_stands_there_without_our_knowing_is_found_and_not_posted_twice(
    stage: Stage, kind: FaultKind
) -> None:
    """F17"""
    take_in(stage, stage.sample(), 1)
    stage.running.administrator.fault(kind, method=POST)
    later(stage)
    assert len(stage.cards()) == 1
    assert len(stage.running.administrator.calls(POST)) == 1
    stage.press(ANA, "approve")
    stage.work()
    assert "Applied" in words(stage.cards()[0].blocks)
    assert [row.unsure_since for row in outbox(stage)] == [None]


@pytest.mark.parametrize("kind", NOT_DONE)
def test_one_that_does_not_stand_there_is_looked_for_and_then_posted(stage: Stage, kind: FaultKind) -> None:
    """F16"""
    take_in(stage, stage.sample(), 1)
    stage.running.administrator.fault(kind, method=POST)
    later(stage)
    assert len(stage.cards()) == 1


def test_a_cause_that_was_shown_without_our_knowing_is_shown_once_with_what_came_since(stage: Stage) -> None:
    """One more fails before its card is made again."""
    stage.running.administrator.fault("executed_then_dropped", method=POST, channel=FAILED)
    sample = stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.floor(0.5)))
    stage.desk.errors += [NotDone("closed")] * 4
    take_in(stage, sample, 3)
    stage.send_until(lambda: stage.cards(channel=FAILED))
    stage.world.submit(sample, id=1, text="One more")
    stage.world.work()
    later(stage)
    told = stage.cards(channel=FAILED)
    assert [card.text for card in told] == ["4 cases of sample failed at the delivery: NotDone. Open"]


def test_a_sender_that_died_after_posting_leaves_a_card_that_its_heir_finds(stage: Stage) -> None:
    """F6"""
    take_in(stage, stage.sample(), 1)
    with failpoints.watched(dying_after(Failpoint.MESSAGE)), pytest.raises(Died):
        stage.sender.drain(seconds=LONGEST)
    stage.sender = stage.new_sender()
    later(stage)
    assert len(stage.cards()) == 1
    assert len(stage.running.administrator.calls(POST)) == 1


def test_where_history_may_not_be_read_it_is_posted_all_the_same(stage: Stage) -> None:
    """It may then stand there twice; the second one decides nothing twice."""
    stage.running.administrator.set_scopes(["chat:write", "commands", "usergroups:read", "users:read"])
    take_in(stage, stage.sample(), 1)
    stage.running.administrator.fault("executed_then_dropped", method=POST)
    later(stage)
    assert len(stage.cards()) == 2
    stage.press(ANA, "approve", card=0)
    stage.work()
    stage.press(ANA, "approve", card=0)
    stage.work()
    assert stage.desk.attempts == ["sample/ticket-101"]


def test_a_message_of_another_database_is_not_ours(stage: Stage) -> None:
    """Two Countersigns in one workspace number their rows alike."""
    sending = stage.ears.workspace.sending
    about = {"database": "another", "rows": "1"}
    metadata = {"event_type": "countersign_message", "event_payload": about}
    sending.chat_postMessage(channel=SUPPORT, text="not ours", metadata=metadata)
    take_in(stage, stage.sample(), 1)
    stage.running.administrator.fault("dropped", method=POST)
    later(stage)
    assert [card.text.partition(":")[0] for card in stage.cards()] == ["not ours", "Decision needed"]


def test_a_message_that_another_app_posted_is_not_ours_whatever_it_says(stage: Stage) -> None:
    """Another app can read what stands beside our messages, and repeat it. Here this app is the other one."""
    take_in(stage, stage.sample(), 1)
    stage.running.administrator.fault("executed_then_dropped", method=POST)
    stage.sender = stage.new_sender(bot="B0OTHER")
    later(stage)
    assert [card.text.partition(":")[0] for card in stage.cards()] == ["Decision needed", "Decision needed"]


def test_a_message_that_names_a_number_no_row_has_is_not_ours(stage: Stage) -> None:
    """Another app may have copied what stands beside our messages."""
    sending, automation = stage.ears.workspace.sending, stage.sample()
    take_in(stage, automation, 1)
    stage.sender.drain(seconds=LONGEST)
    (ours,) = sending.conversations_history(channel=SUPPORT, include_all_metadata=True)["messages"]
    metadata = ours["metadata"]
    metadata["event_payload"]["rows"] = "9" * 5_000
    sending.chat_postMessage(channel=SUPPORT, text="not ours", metadata=metadata)
    take_in(stage, automation, 2)
    stage.running.administrator.fault("dropped", method=POST)
    later(stage)
    said = [card.text.partition(":")[0] for card in stage.cards()]
    assert said == ["Decision needed", "not ours", "Decision needed"]


@pytest.mark.parametrize("kind", ["rate_limited", "ok_false_ratelimited"])
def test_a_channel_that_slack_wants_left_alone_waits_and_the_others_do_not(stage: Stage, kind: FaultKind) -> None:
    """F14, F15"""
    stage.running.administrator.fault(kind, method=POST, channel=SUPPORT, seconds=30)
    take_in(stage, stage.sample(), 1)
    stage.desk.errors.append(NotDone("closed"))
    alone = sample_workflow(stage.desk, autonomy=Autonomy.floor(0.5), name="alone")
    stage.world.registry.add(alone)
    stage.world.submit(alone, id=1, text="x")
    stage.world.work()
    # The failure's card has a note in its thread.
    stage.send_until(lambda: len([one for one in stage.running.administrator.calls(POST) if one.ok]) > 1)
    assert stage.cards() == []
    assert len(stage.cards(channel=FAILED)) == 1
    calls = len(stage.running.administrator.calls(POST))
    restarted = stage.new_sender()
    restarted.drain(seconds=0.5)
    assert len(stage.running.administrator.calls(POST)) == calls, "a restart forgets what Slack asked for"
    stage.world.clock.move(timedelta(seconds=31))
    assert restarted.drain(seconds=LONGEST)
    assert len(stage.cards()) == 1


def test_updates_are_limited_everywhere_and_posts_are_not(stage: Stage) -> None:
    """Slack's limit for changes is the workspace's, that for posts is the channel's."""
    cases = take_in(stage, stage.sample(), 1)
    stage.send()
    stage.running.administrator.fault("rate_limited", method=UPDATE, seconds=30)
    review = stage.world.review(cases[0])
    reviews.approve(stage.world.context, review.id, review.version, by=ANA)
    stage.send_until(lambda: stage.running.administrator.calls(UPDATE))
    with stage.world.database.read() as session:
        until = {
            channel: rate_limits.until(session, team=stage.world.context.team, method=UPDATE, channel=channel)
            for channel in (SUPPORT, FAILED, EVERYWHERE)
        }
    assert set(until.values()) == {stage.world.clock() + timedelta(seconds=30)}


def test_an_attempt_that_slack_refused_is_not_looked_for(stage: Stage) -> None:
    """It is certain that it does not stand there."""
    take_in(stage, stage.sample(), 1)
    stage.running.administrator.fault("rate_limited", method=POST, seconds=30)
    stage.send_until(lambda: stage.running.administrator.calls(POST))
    assert [row.unsure_since for row in outbox(stage)] == [None]
    later(stage)
    assert stage.running.administrator.calls("conversations.history") == []
    assert len(stage.cards()) == 1

"""F14 to F20 and F25 to F33: Slack, and the network between, do what they do; the story is told all the same."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product

import pytest
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import ConnectionErrorRetryHandler

from bot.sandbox.client import Administrator, FaultKind
from bot.slack import workspace
from bot.slack.circuit_breaker import Breaker
from bot.slack.sender import Sender
from handlers.slack import limits
from handlers.slack.access import lookups
from handlers.slack.access.lookups import PATIENCE
from handlers.slack.replies import DATABASE_SECONDS
from store import schema
from tests.chaos import naive
from tests.chaos.automation import BROKEN, KNOWING, UNSURE
from tests.chaos.conftest import MakeStory
from tests.chaos.counting import count
from tests.chaos.living import PACE, ROLES
from tests.chaos.settings import LONG, long_only
from tests.chaos.story import Story
from tests.chaos.tally import hold, note
from tests.slack.conftest import ACK_SECONDS
from tests.slack.stage import ANA, FAILED, SUPPORT, buttons, words
from tests.waiting import LONGEST
from workflows.engine.send.outcomes import MAX_ATTEMPTS

pytestmark = pytest.mark.slow

Goes = Callable[[Administrator], None]
METHODS = ["chat.postMessage", "chat.update"]
CALLS: list[tuple[str, str, FaultKind]] = [
    ("F14", "429 with Retry-After", "rate_limited"),
    ("F15", "200 with ok: false, ratelimited", "ok_false_ratelimited"),
    ("F16", "500 before execution", "server_error"),
    ("F16", "the connection drops before execution", "dropped"),
    ("F17", "executed, then 500", "executed_then_error"),
    ("F17", "executed, then the connection drops", "executed_then_dropped"),
]


@pytest.mark.parametrize(
    ("fault", "method"),
    list(product(CALLS, METHODS)) if LONG else [(CALLS[4], METHODS[1]), (CALLS[1], METHODS[0])],
    ids=str,
)
def test_a_call_that_goes_wrong_leaves_each_message_standing_once(
    make_story: MakeStory, fault: tuple[str, str, FaultKind], method: str
) -> None:
    """F14-F17: the first two calls of a method go wrong."""
    number, what, kind = fault
    story = make_story()
    seconds = 1.0 if kind == "rate_limited" else None
    story.running.administrator.fault(kind, method=method, times=2, seconds=seconds)
    counts = count(story.told())
    assert sum(call.fault == kind for call in story.running.administrator.calls(method)) == 2
    hold(number, f"{what}: {method}", counts)


@long_only
def test_a_sender_that_posts_again_what_was_dropped_posts_twice(
    make_story: MakeStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control for F17: no look at the history."""
    story = make_story()
    story.running.administrator.fault("executed_then_dropped", method="chat.postMessage", times=2)
    with monkeypatch.context() as patch:
        naive.looks_for_no_message(patch)
        counts = count(story.told())
    note("control", "without its safety: posts again what was dropped", counts)
    assert counts.doubled


def come_twice(slack: Administrator) -> None:
    slack.duplicate_envelopes(100)


def come_after_a_refresh(slack: Administrator) -> None:
    slack.refresh_before_envelopes(3)


def come_both_ways(slack: Administrator) -> None:
    come_twice(slack)
    come_after_a_refresh(slack)


SOCKETS: list[tuple[str, str, Goes]] = [
    ("F18, F20, F32", "every payload comes twice, and the sockets are refreshed before payloads", come_both_ways),
    ("F18, F20", "every payload comes twice", come_twice),
    ("F32", "the sockets are refreshed before payloads", come_after_a_refresh),
]


@pytest.mark.parametrize(("number", "what", "goes"), SOCKETS if LONG else SOCKETS[:1])
def test_payloads_that_come_twice_or_over_a_new_socket_are_heard_once(
    make_story: MakeStory, number: str, what: str, goes: Goes
) -> None:
    story = make_story()
    goes(story.running.administrator)
    hold(number, what, count(story.told()))


def test_a_channel_that_has_to_wait_holds_up_no_other(make_story: MakeStory) -> None:
    """F14: its time is kept in the database, and kept by the next process too."""
    story = make_story()
    administrator = story.running.administrator
    administrator.fault("rate_limited", method="chat.postMessage", channel=SUPPORT, seconds=30)
    with story.telling():
        story.act(lambda: None)
        story.bring(KNOWING, 3, f"{UNSURE} money")
        story.bring(KNOWING, 7, f"{BROKEN} money")
        story.world_works()
        story.send_until(lambda: any(call.channel == SUPPORT for call in administrator.calls("chat.postMessage")))
        story.send_until(lambda: shown(story, FAILED))
        assert shown(story, SUPPORT) == []
        story.end()
        story.act(lambda: None)
        assert not story.sender.drain(seconds=0.3)
        asked = [call for call in administrator.calls("chat.postMessage") if call.channel == SUPPORT]
        assert len(asked) == 1, "it was asked again before its time"
        story.clock.move(timedelta(seconds=31))
        story.office.mended = True
        story.come_to_an_end()
    hold("F14", "a channel has to wait for 30 s, and the process ends meanwhile", count(story.evidence()))


def shown(story: Story, channel: str) -> list[str]:
    """The texts that stand in a channel."""
    return [message.text for message in story.running.person(ANA).messages(channel) if not message.ephemeral]


def test_a_card_that_somebody_deleted_stands_there_again_once(make_story: MakeStory) -> None:
    """F25: and while it is posted anew, the connection drops."""
    story = make_story()
    administrator = story.running.administrator
    with story.telling():
        story.act(lambda: None)
        story.bring(KNOWING, 3, f"{UNSURE} money")
        story.work()
        (card,) = story.running.person(ANA).messages(SUPPORT)
        administrator.delete_message(SUPPORT, card.ts)
        administrator.fault("executed_then_dropped", method="chat.postMessage")
        story.bring(KNOWING, 3, f"{UNSURE} other money")
        story.work()
        story.come_to_an_end()
    hold("F25", "a card is deleted, and its second post is cut off", count(story.evidence()))


@pytest.mark.parametrize("back", ["add_bot", "unarchive_channel"] if LONG else ["add_bot"])
def test_a_channel_that_refuses_us_is_told_and_gets_all_once_it_is_back(make_story: MakeStory, back: str) -> None:
    """F26."""
    story = make_story()
    administrator = story.running.administrator
    gone = {"add_bot": "remove_bot", "unarchive_channel": "archive_channel"}[back]
    with story.telling():
        story.act(lambda: None)
        story.bring(KNOWING, 3, f"{UNSURE} money")
        story.work()
        getattr(administrator, gone)(SUPPORT)
        story.bring(KNOWING, 4, f"{UNSURE} money")
        story.world_works()
        story.send_until(
            lambda: any(SUPPORT in words(one.blocks) for one in story.running.person(ANA).messages(FAILED))
        )
        story.end()
        getattr(administrator, back)(SUPPORT)
        story.come_to_an_end()
    hold("F26", f"{gone.replace('_', ' ')}, and back", count(story.evidence()))


def test_a_token_that_is_revoked_in_mid_batch_loses_no_post(make_story: MakeStory) -> None:
    """F31."""
    story = make_story()
    administrator = story.running.administrator
    with story.telling():
        story.act(lambda: None)
        for id in range(1, 6):
            story.bring(KNOWING, id, f"{UNSURE} {id}")
        story.world_works()
        for _ in range(2):
            story.sender._serve(SUPPORT)
        administrator.revoke_token()
        story.send_until(lambda: len(administrator.calls("chat.postMessage")) >= 3)
        assert not story.sender.drain(seconds=0.3)
        assert len(shown(story, SUPPORT)) == 2
        assert len(administrator.calls("chat.postMessage")) == 3, "it asks again and again"
        administrator.restore_token()
        story.end()
        story.come_to_an_end()
    hold("F31", "the token is revoked in mid-batch", count(story.evidence()))


def dead(story: Story) -> list[str]:
    """The messages that were given up."""
    return [intent.key for intent in story.evidence().intents if intent.state == "dead"]


def test_when_slack_is_gone_until_attempts_would_be_used_up_all_is_as_it_should_be_afterwards(
    make_story: MakeStory,
) -> None:
    """F32, F66: what was posted, decided elsewhere and revised meanwhile is brought into line. No clock is moved."""
    story = make_story()
    administrator = story.running.administrator
    with story.telling():
        story.act(lambda: None)
        story.bring(KNOWING, 3, f"{UNSURE} money")
        story.bring(KNOWING, 4, f"{UNSURE} parcel")
        story.work()
        administrator.disconnect()
        (first, _) = story.running.person(ANA).messages(SUPPORT)
        assert not story.running.person(ANA).press(SUPPORT, first.ts, "approve").acknowledged
        administrator.fault("dropped", times=None)
        story.bring(KNOWING, 4, f"{UNSURE} other parcel")
        story.bring(KNOWING, 5, f"{BROKEN} money")
        story.world_works()
        tried = 0
        while tried <= 2 * MAX_ATTEMPTS:
            assert not story.sender.drain(seconds=0.3)
            tried = sum(call.fault == "dropped" for call in administrator.calls() if call.method in METHODS)
        assert not story.sender.posts()
        administrator.no_faults()
        administrator.wait_until(administrator.sockets)
        story.work()
        story.office.mended = True
        story.approve("ticket-3", by=ANA)
        story.approve("ticket-4", by=ANA)
        story.come_to_an_end()
    hold("F32, F66", "Slack is gone until attempts would be used up", count(story.evidence()), tried=tried)


def test_a_sender_that_counts_every_attempt_gives_messages_up(
    make_story: MakeStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control for F66: nobody but Slack's absence refused them."""
    given_up = {}
    for counted in (False, True):
        story = make_story()
        with story.telling(), monkeypatch.context() as patch:
            if counted:
                naive.counts_every_attempt(patch)
            story.act(lambda: None)
            story.running.administrator.fault("dropped", times=None)
            story.bring(KNOWING, 3, f"{UNSURE} money")
            story.world_works()
            # After each attempt Slack is asked whether it is there at all.
            while len(story.running.administrator.calls("api.test")) <= 2 * MAX_ATTEMPTS and not dead(story):
                story.sender.drain(seconds=0.05)
                story.clock.move(timedelta(minutes=6))
            given_up[counted] = dead(story)
            story.running.administrator.no_faults()
    assert not given_up[False]
    assert given_up[True]


def test_a_sender_with_the_sdks_own_retries_is_not_what_we_have(make_story: MakeStory) -> None:
    """F17: the SDK's own retry is the naive way; ours has none."""
    story = make_story()
    assert story.ears.workspace.sending.retry_handlers == []
    with story.telling():
        story.act(lambda: None)
        client = WebClient(
            token=story.ears.workspace.bot_token,
            base_url=story.ears.workspace.api_url,
            retry_handlers=[ConnectionErrorRetryHandler(max_retry_count=2)],
        )
        story.bring(KNOWING, 3, f"{UNSURE} money")
        story.world_works()
        story.running.administrator.fault("executed_then_dropped", method="chat.postMessage")
        bot, breaker = story.ears.workspace.bot_id, Breaker(client)
        sender = Sender(story.world.context, client, bot=bot, breaker=breaker, roles=ROLES, pace=PACE)
        assert sender.drain(seconds=LONGEST)
        story.come_to_an_end()
    counts = count(story.evidence())
    note("control", "without its safety: the SDK tries again by itself", counts)
    assert counts.doubled


def test_while_slack_takes_five_seconds_for_each_answer_clicks_are_acknowledged_in_time(
    make_story: MakeStory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F33: also those that have to look up who is in a group; what is due stays one row for each subject.

    Here it takes as long as the clicks do, so that whatever is acknowledged did not wait for it.
    """
    assert PATIENCE + DATABASE_SECONDS < limits.ACK_SECONDS
    monkeypatch.setattr(lookups, "PATIENCE", PATIENCE)
    monkeypatch.setattr(workspace, "_LOOKUP_SECONDS", LONGEST)
    story = make_story()
    administrator, sockets = story.running.administrator, story.running.sandbox.sockets
    usual, sockets._ack_seconds = sockets._ack_seconds, ACK_SECONDS
    try:
        with story.telling():
            story.act(lambda: None)
            for id in range(1, 9):
                story.bring(KNOWING, id, f"{UNSURE} {id}")
            story.work()
            cards = [card for card in story.running.person(ANA).messages(SUPPORT) if "approve" in buttons(card)]
            administrator.fault("slow", times=None, seconds=LONGEST)
            with ThreadPoolExecutor(8) as pool:
                pressed = list(
                    pool.map(lambda card: story.running.person(ANA).press(SUPPORT, card.ts, "approve"), cards)
                )
            due = len(story.world.rows(schema.OutboxRow))
            administrator.no_faults()
            slowest = max(outcome.milliseconds for outcome in pressed)
            assert all(outcome.acknowledged for outcome in pressed), slowest
            assert due <= 2 * len(cards)
            story.come_to_an_end()
    finally:
        sockets._ack_seconds = usual
    hold("F33", "Slack does not answer; eight clicks at once", count(story.evidence()), slowest_ack_ms=slowest)

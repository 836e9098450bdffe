"""Rate limits of the app's calls: a refusal is a 429 with the seconds to wait."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.rate_limits import BURST
from bot.sandbox.state.sandbox import Sandbox
from handlers.slack import limits
from tests.slack.sandbox.conftest import SUPPORT, MovableClock, web_client


@pytest.fixture(scope="module")
def paced_server(clock: MovableClock) -> Iterator[Running]:
    with serving(Sandbox(clock=clock)) as running:
        yield running


@pytest.fixture
def paced(paced_server: Running) -> WebClient:
    paced_server.reset()
    return web_client(paced_server)


def seconds_to_wait(call: Callable[[], object]) -> int:
    """The Retry-After of a call that came too soon."""
    with pytest.raises(SlackApiError) as refused:
        call()
    assert refused.value.response.status_code == 429
    assert refused.value.response["error"] == "ratelimited"
    return int(str(refused.value.response.headers["Retry-After"]))


def test_a_channel_takes_a_burst_and_then_one_message_a_second(paced: WebClient, clock: MovableClock) -> None:
    """Another channel has a pace of its own."""
    post = partial(paced.chat_postMessage, channel=SUPPORT, text="t")
    for _ in range(BURST):
        post()
    for _ in range(3):
        assert seconds_to_wait(post) == 1
        clock.move(limits.POST_SECONDS)
        post()
    assert seconds_to_wait(post) == 1
    paced.chat_postMessage(channel="C0LEADS", text="t")


def test_an_app_that_keeps_to_one_message_a_second_is_never_refused(paced: WebClient, clock: MovableClock) -> None:
    """However long it goes on."""
    for _ in range(40):
        paced.chat_postMessage(channel=SUPPORT, text="t")
        clock.move(limits.POST_SECONDS)


def test_updates_have_a_pace_for_the_workspace(paced: WebClient, clock: MovableClock) -> None:
    """50 at once, then one every 1.2 seconds, whatever the channel."""
    ts = paced.chat_postMessage(channel=SUPPORT, text="t")["ts"]
    update = partial(paced.chat_update, channel=SUPPORT, ts=ts, text="t")
    for _ in range(limits.UPDATES_A_MINUTE):
        update()
    assert seconds_to_wait(update) == 2
    clock.move(60 / limits.UPDATES_A_MINUTE)
    update()
    assert seconds_to_wait(update) == 2


def test_ephemeral_messages_have_a_pace(paced: WebClient, clock: MovableClock) -> None:
    """100 at once, then one every 0.6 seconds."""
    post = partial(paced.chat_postEphemeral, channel=SUPPORT, user="U0ANA", text="t")
    for _ in range(limits.CALLS_A_MINUTE):
        post()
    assert seconds_to_wait(post) == 1
    clock.move(0.6)
    post()


def test_what_was_refused_for_its_pace_is_among_the_calls(paced_server: Running, paced: WebClient) -> None:
    """As ratelimited."""
    for _ in range(BURST):
        paced.chat_postMessage(channel=SUPPORT, text="t")
    seconds_to_wait(partial(paced.chat_postMessage, channel=SUPPORT, text="t"))
    assert [call.error for call in paced_server.administrator.calls()] == [None] * BURST + ["ratelimited"]

"""conversations.history: what was said in a channel, for an app that may know."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.rate_limits import HISTORIES_A_MINUTE
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.web_api.history import LARGEST_PAGE, PAGE
from tests.slack.sandbox.building import Object, section
from tests.slack.sandbox.conftest import SUPPORT, MovableClock, error_of, refusal_of, web_client

LEADS = "C0LEADS"


@pytest.fixture
def private(running: Running) -> Running:
    """#leads is private."""
    channel = running.sandbox.workspace.channel(LEADS)
    assert channel is not None
    channel.private = True
    return running


def texts(slack: WebClient, **asked: str | int | bool) -> list[str]:
    found = slack.api_call("conversations.history", params={"channel": SUPPORT, **asked})
    return [message["text"] for message in found["messages"]]


def test_a_message_is_told_as_it_was_posted(slack: WebClient) -> None:
    """Its metadata only where that is asked for."""
    metadata: Object = {"event_type": "case", "event_payload": {"key": "K1"}}
    ts = slack.chat_postMessage(channel=SUPPORT, text="text", blocks=[section()], metadata=metadata)["ts"]
    [found] = slack.conversations_history(channel=SUPPORT)["messages"]
    assert (found["type"], found["user"], found["bot_id"], found["ts"]) == ("message", "U0BOT", "B0BOT", ts)
    assert (found["text"], found["blocks"][0]["type"]) == ("text", "section")
    assert "metadata" not in found
    [found] = slack.conversations_history(channel=SUPPORT, include_all_metadata=True)["messages"]
    assert found["metadata"] == metadata


@pytest.mark.parametrize(
    ("channel", "code"),
    [("C0NOWHERE", "channel_not_found"), ("C0GENERAL", "not_in_channel"), ("", "invalid_arguments")],
)
def test_the_bot_reads_only_where_it_is(channel: str, code: str, slack: WebClient) -> None:
    """Also where the channel is public."""
    assert error_of(partial(slack.api_call, "conversations.history", json={"channel": channel})) == code


def test_without_a_history_scope_nothing_is_read(slack: WebClient, running: Running) -> None:
    """Whatever the channel: it is not even told whether there is one."""
    running.administrator.set_scopes(["chat:write"])
    for channel in (SUPPORT, "C0NOWHERE"):
        refused = refusal_of(partial(slack.conversations_history, channel=channel))
        assert refused["error"] == "missing_scope"
        assert refused["needed"] == "channels:history,groups:history,mpim:history,im:history"
        assert refused["provided"] == "chat:write"


def test_a_private_channel_takes_a_scope_of_its_own(slack: WebClient, private: Running) -> None:
    """channels:history reads the public ones alone, groups:history the private ones alone."""
    refused = refusal_of(partial(slack.conversations_history, channel=LEADS))
    assert (refused["error"], refused["needed"]) == ("missing_scope", "groups:history")
    private.administrator.set_scopes(["groups:history"])
    assert slack.conversations_history(channel=LEADS)["messages"] == []
    refused = refusal_of(partial(slack.conversations_history, channel=SUPPORT))
    assert (refused["error"], refused["needed"]) == ("missing_scope", "channels:history")


def test_a_private_channel_that_the_bot_is_not_in_does_not_exist_for_it(slack: WebClient, private: Running) -> None:
    """channel_not_found."""
    private.administrator.remove_bot(LEADS)
    assert error_of(partial(slack.conversations_history, channel=LEADS)) == "channel_not_found"


def test_a_page_has_100_messages_unless_another_number_is_asked_for(slack: WebClient) -> None:
    """Up to 999; what is asked for beyond that is refused."""
    for number in range(PAGE + 1):
        slack.chat_postMessage(channel=SUPPORT, text=str(number))
    first = slack.conversations_history(channel=SUPPORT)
    assert [message["text"] for message in first["messages"]] == [str(number) for number in range(PAGE, 0, -1)]
    assert first["has_more"]
    everything = slack.conversations_history(channel=SUPPORT, limit=LARGEST_PAGE)
    assert len(everything["messages"]) == PAGE + 1
    assert (everything["has_more"], everything["response_metadata"]["next_cursor"]) == (False, "")
    for limit in (LARGEST_PAGE + 1, -1):
        assert error_of(partial(slack.conversations_history, channel=SUPPORT, limit=limit)) == "invalid_limit"


def test_what_is_posted_between_two_pages_moves_neither(slack: WebClient) -> None:
    """A message is told once, and none is left out."""
    for number in range(4):
        slack.chat_postMessage(channel=SUPPORT, text=str(number))
    first = slack.conversations_history(channel=SUPPORT, limit=2)
    slack.chat_postMessage(channel=SUPPORT, text="new")
    assert [message["text"] for message in first["messages"]] == ["3", "2"]
    assert texts(slack, limit=2, cursor=first["response_metadata"]["next_cursor"]) == ["1", "0"]


@pytest.mark.parametrize("cursor", ["!", "MQ==", "bmV4dF90czo=", "bmV4dF90czp4eHh4eHh4eHh4"])
def test_a_cursor_comes_from_a_page_before(cursor: str, slack: WebClient) -> None:
    """Any other is invalid_cursor."""
    assert error_of(partial(slack.conversations_history, channel=SUPPORT, cursor=cursor)) == "invalid_cursor"


@pytest.mark.parametrize(("bound", "code"), [("oldest", "invalid_ts_oldest"), ("latest", "invalid_ts_latest")])
@pytest.mark.parametrize("value", ["yesterday", "nan", "-1", "1e9"])
def test_bounds_are_timestamps(bound: str, code: str, value: str, slack: WebClient) -> None:
    """Also where there is nothing to compare with them."""
    body = {"channel": SUPPORT, bound: value}
    assert error_of(partial(slack.api_call, "conversations.history", json=body)) == code


def test_one_message_is_found_by_its_timestamp(slack: WebClient) -> None:
    """As Slack documents it: `oldest` or `latest`, inclusive, and a limit of one."""
    posted = [slack.chat_postMessage(channel=SUPPORT, text=str(number))["ts"] for number in range(3)]
    assert texts(slack, latest=posted[1], inclusive=True, limit=1) == ["1"]
    assert texts(slack, oldest=posted[1]) == ["2"]
    assert texts(slack, latest=posted[1]) == ["0"]


def test_what_is_said_in_a_thread_alone_is_not_in_the_channel(slack: WebClient) -> None:
    """The message that begins the thread is in the channel, and so is a reply that is also sent to it."""
    ts = slack.chat_postMessage(channel=SUPPORT, text="root")["ts"]
    slack.chat_postMessage(channel=SUPPORT, text="reply", thread_ts=ts)
    slack.chat_postMessage(channel=SUPPORT, text="to all", thread_ts=ts, reply_broadcast=True)
    assert texts(slack) == ["to all", "root"]


@pytest.fixture
def paced(clock: MovableClock) -> Iterator[WebClient]:
    with serving(Sandbox(clock=clock)) as running:
        yield web_client(running)


def test_histories_have_a_pace_for_the_workspace(paced: WebClient, clock: MovableClock) -> None:
    """50 at once, then one every 1.2 seconds."""
    read: Callable[[], object] = partial(paced.conversations_history, channel=SUPPORT)
    for _ in range(HISTORIES_A_MINUTE):
        read()
    with pytest.raises(SlackApiError) as refused:
        read()
    assert refused.value.response.status_code == 429
    clock.move(60 / HISTORIES_A_MINUTE)
    read()

"""chat.*, and what there is to see afterwards."""

from functools import partial

import pytest
from slack_sdk import WebClient

from bot.sandbox.client import Person, Refused
from bot.sandbox.http.running_sandbox import Running
from tests.slack.sandbox.building import Object, divider, mrkdwn, rich_text, section
from tests.slack.sandbox.conftest import SUPPORT, MovableClock, error_of, web_client


def test_a_message_is_seen_by_all_in_the_channel(slack: WebClient, ana: Person, running: Running) -> None:
    """A posted message comes back, is seen, and is in the channel's history."""
    metadata = {"event_type": "case", "event_payload": {"key": "K1"}}
    posted = slack.chat_postMessage(
        channel=SUPPORT, text="text", blocks=[section()], metadata=metadata, unfurl_links=False, parse="none"
    )
    assert posted["message"]["text"] == "text"
    assert posted["message"]["bot_id"] == "B0BOT"
    [seen] = ana.messages(SUPPORT)
    assert (seen.ts, seen.text, seen.metadata, seen.edited) == (posted["ts"], "text", metadata, False)
    assert (seen.unfurl_links, seen.parse) == (False, "none")
    assert [message.ts for message in running.person("U0KIM").messages(SUPPORT)] == [posted["ts"]]
    [found] = slack.conversations_history(channel=SUPPORT, include_all_metadata=True)["messages"]
    assert found["metadata"] == metadata


def test_messages_have_different_timestamps_while_the_clock_stands(slack: WebClient, ana: Person) -> None:
    """Each is later than the one before."""
    posted = [slack.chat_postMessage(channel=SUPPORT, text=str(number))["ts"] for number in range(3)]
    assert posted == sorted(set(posted))
    assert [message.ts for message in ana.messages(SUPPORT)] == posted


def test_an_ephemeral_message_is_seen_by_one_person(slack: WebClient, ana: Person, ben: Person) -> None:
    """It is in no history, and can be neither updated nor deleted."""
    ts = slack.chat_postEphemeral(channel=SUPPORT, user="U0ANA", text="psst")["message_ts"]
    assert [(message.ts, message.ephemeral) for message in ana.messages(SUPPORT)] == [(ts, True)]
    assert ben.messages(SUPPORT) == []
    assert slack.conversations_history(channel=SUPPORT)["messages"] == []
    assert error_of(lambda: slack.chat_update(channel=SUPPORT, ts=ts, text="loud")) == "message_not_found"
    assert error_of(lambda: slack.chat_delete(channel=SUPPORT, ts=ts)) == "message_not_found"


@pytest.mark.parametrize("user", ["U0EVE", "U0NOBODY"])
def test_an_ephemeral_message_needs_someone_in_the_channel(user: str, slack: WebClient) -> None:
    """Otherwise it is user_not_in_channel."""
    assert error_of(lambda: slack.chat_postEphemeral(channel="C0LEADS", user=user, text="t")) == "user_not_in_channel"


@pytest.mark.parametrize(
    ("channel", "code"),
    [
        ("C0NOWHERE", "channel_not_found"),
        ("#support-review", "channel_not_found"),
        ("C0GENERAL", "not_in_channel"),
        ("C0ARCHIVE", "is_archived"),
    ],
)
def test_not_every_channel_can_be_written_to(channel: str, code: str, slack: WebClient) -> None:
    """The same code for a post, an update and an ephemeral message."""
    for call in (
        partial(slack.chat_postMessage, channel=channel, text="t"),
        partial(slack.chat_update, channel=channel, ts="1.000001", text="t"),
        partial(slack.chat_postEphemeral, channel=channel, user="U0ANA", text="t"),
        partial(slack.chat_delete, channel=channel, ts="1.000001"),
    ):
        assert error_of(call) == code


def test_a_message_says_something(slack: WebClient) -> None:
    """Nothing at all is no_text, in an update too; no channel is invalid_arguments."""
    ts = slack.chat_postMessage(channel=SUPPORT, text="t")["ts"]
    nothing: list[Object] = [{}, {"text": ""}, {"text": "", "blocks": []}]
    for empty in nothing:
        body = {"channel": SUPPORT, **empty}
        assert error_of(partial(slack.api_call, "chat.postMessage", json=body)) == "no_text"
    assert error_of(lambda: slack.api_call("chat.update", json={"channel": SUPPORT, "ts": ts})) == "no_text"
    assert error_of(lambda: slack.api_call("chat.postMessage", json={"text": "t"})) == "invalid_arguments"


def test_an_update_with_text_alone_removes_the_blocks(slack: WebClient, ana: Person) -> None:
    """Attachments stay until others, or none, are sent."""
    attachment: Object = {"color": "#00ff00", "text": "attached"}
    ts = slack.chat_postMessage(channel=SUPPORT, text="t", blocks=[divider()], attachments=[attachment])["ts"]
    slack.chat_update(channel=SUPPORT, ts=ts, text="new")
    [seen] = ana.messages(SUPPORT)
    assert (seen.text, seen.blocks, seen.attachments, seen.edited) == ("new", [], [attachment], True)
    slack.chat_update(channel=SUPPORT, ts=ts, text="newer", blocks=[section()], attachments=[])
    [seen] = ana.messages(SUPPORT)
    assert (seen.text, len(seen.blocks), seen.attachments) == ("newer", 1, [])


def test_what_is_gone_cannot_be_updated(slack: WebClient, running: Running) -> None:
    """message_not_found, after the bot or an administrator deleted it."""
    first, second = (slack.chat_postMessage(channel=SUPPORT, text="t")["ts"] for _ in range(2))
    slack.chat_delete(channel=SUPPORT, ts=first)
    running.administrator.delete_message(SUPPORT, second)
    for ts in (first, second):
        assert error_of(partial(slack.chat_update, channel=SUPPORT, ts=ts, text="t")) == "message_not_found"


def test_the_message_of_another_cannot_be_updated(slack: WebClient, running: Running) -> None:
    """cant_update_message."""
    ts = slack.chat_postMessage(channel=SUPPORT, text="t")["ts"]
    [message] = running.sandbox.history.of(SUPPORT)
    message.bot_id, message.user = None, "U0ANA"
    assert error_of(lambda: slack.chat_update(channel=SUPPORT, ts=ts, text="t")) == "cant_update_message"
    assert error_of(lambda: slack.chat_delete(channel=SUPPORT, ts=ts)) == "cant_delete_message"


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ("garbage", "invalid_metadata_format"),
        ({"event_type": "case"}, "invalid_metadata_schema"),
        ({"event_type": "", "event_payload": {}}, "invalid_metadata_schema"),
        ({"event_type": "case", "event_payload": {}, "more": 1}, "invalid_metadata_schema"),
    ],
)
def test_metadata_has_a_form(metadata: Object | str, code: str, slack: WebClient) -> None:
    """A type, and a payload that is an object."""
    body = {"channel": SUPPORT, "text": "t", "metadata": metadata}
    assert error_of(lambda: slack.api_call("chat.postMessage", json=body)) == code


def test_channels_change_while_the_app_runs(slack: WebClient, running: Running) -> None:
    """An administrator takes the bot out, archives, and undoes both."""
    post = partial(slack.chat_postMessage, channel=SUPPORT, text="t")
    running.administrator.remove_bot(SUPPORT)
    assert error_of(post) == "not_in_channel"
    running.administrator.add_bot(SUPPORT)
    running.administrator.archive_channel(SUPPORT)
    assert error_of(post) == "is_archived"
    running.administrator.unarchive_channel(SUPPORT)
    post()


@pytest.mark.parametrize(
    ("text", "pinged"),
    [
        ("<!channel> <!here|here> <@U0ANA> <!subteam^S0SUPPORT|@support>", ["channel", "here", "U0ANA", "S0SUPPORT"]),
        ("&lt;!channel&gt; &lt;@U0ANA&gt; @ana <#C0LEADS> <https://a.b|c>", []),
    ],
)
def test_pinged_people_can_be_seen(text: str, pinged: list[str], slack: WebClient, ana: Person) -> None:
    """In its text as in the mrkdwn of its blocks; what is escaped pings nobody."""
    slack.chat_postMessage(channel=SUPPORT, text=text)
    slack.chat_postMessage(channel=SUPPORT, text="t", blocks=[section(text)])
    slack.chat_postMessage(channel=SUPPORT, text="t", blocks=[{"type": "markdown", "text": text}])
    assert [message.mentions for message in ana.messages(SUPPORT)] == [pinged] * 3


def test_mrkdwn_that_is_not_verbatim_pings_by_bare_words(slack: WebClient, ana: Person) -> None:
    """@here and its like: Slack parses them there, unless it is told to take the text as it is."""
    slack.chat_postMessage(channel=SUPPORT, text="@here", blocks=[section("@here. all@channel.example")])
    verbatim = section() | {"text": {**mrkdwn("@here"), "verbatim": True}}
    slack.chat_postMessage(channel=SUPPORT, text="@here", blocks=[verbatim])
    assert [message.mentions for message in ana.messages(SUPPORT)] == [["here"], []]


def test_elements_of_rich_text_ping_and_plain_text_does_not(slack: WebClient, ana: Person) -> None:
    """Nor does an update; but names do, where the app has Slack link them."""
    elements: list[Object] = [
        {"type": "user", "user_id": "U0BEN"},
        {"type": "usergroup", "usergroup_id": "S0ENG"},
        {"type": "broadcast", "range": "here"},
        {"type": "text", "text": "<!channel>"},
    ]
    ts = slack.chat_postMessage(channel=SUPPORT, text="t", blocks=[rich_text(*elements)])["ts"]
    header: Object = {"type": "header", "text": {"type": "plain_text", "text": "<!channel>"}}
    slack.chat_postMessage(channel=SUPPORT, text="t", blocks=[header])
    slack.chat_postMessage(channel=SUPPORT, text="@ana and @everyone, a@ben.example", link_names=True)
    slack.chat_update(channel=SUPPORT, ts=ts, text="<!channel>")
    assert [message.mentions for message in ana.messages(SUPPORT)] == [
        ["U0BEN", "S0ENG", "here"],
        [],
        ["U0ANA", "everyone"],
    ]


def test_a_person_sees_only_channels_that_they_are_in(running: Running) -> None:
    """Eve is no lead; the deactivated and the bot see nothing; strangers are unknown."""
    for user, channel, status in (
        ("U0EVE", "C0LEADS", 403),
        ("U0OLD", SUPPORT, 403),
        ("U0BOT", SUPPORT, 403),
        ("U0NOBODY", SUPPORT, 404),
        ("U0ANA", "C0NOWHERE", 404),
    ):
        with pytest.raises(Refused) as refused:
            running.person(user).messages(channel)
        assert refused.value.status == status


def test_a_history_is_read_page_by_page_newest_first(slack: WebClient, clock: MovableClock) -> None:
    """Bounds in time are exclusive unless they are asked to be inclusive."""
    posted = []
    for number in range(3):
        clock.move(1)
        posted.append(slack.chat_postMessage(channel=SUPPORT, text=str(number))["ts"])
    first = slack.conversations_history(channel=SUPPORT, limit=2)
    assert [message["text"] for message in first["messages"]] == ["2", "1"]
    assert first["has_more"]
    rest = slack.conversations_history(channel=SUPPORT, cursor=first["response_metadata"]["next_cursor"], limit=2)
    assert [message["text"] for message in rest["messages"]] == ["0"]
    between = slack.conversations_history(channel=SUPPORT, oldest=posted[0], latest=posted[2])
    assert [message["text"] for message in between["messages"]] == ["1"]
    exactly = slack.conversations_history(channel=SUPPORT, oldest=posted[1], latest=posted[1], inclusive=True)
    assert [message["text"] for message in exactly["messages"]] == ["1"]


def test_people_groups_and_channels_can_be_looked_up(slack: WebClient, running: Running) -> None:
    """As Slack shows them, with its codes for what there is not."""
    running.administrator.set_scopes(["users:read", "usergroups:read", "channels:read"])
    assert slack.users_info(user="U0GUS")["user"]["is_restricted"] is True
    assert slack.users_info(user="U0OLD")["user"]["deleted"] is True
    assert {user["id"] for user in slack.users_list()["members"]} >= {"U0MARIA", "U0BOT"}
    assert slack.usergroups_users_list(usergroup="S0SUPPORT")["users"] == ["U0ANA", "U0BEN"]
    assert [group["handle"] for group in slack.usergroups_list()["usergroups"]] == ["support", "engineers"]
    assert slack.conversations_info(channel="C0GENERAL")["channel"]["is_member"] is False
    assert "U0EVE" not in slack.conversations_members(channel="C0LEADS")["members"]
    listed = slack.conversations_list(exclude_archived=True, limit=2)
    assert [channel["name"] for channel in listed["channels"]] == ["support-review", "failures"]
    assert listed["response_metadata"]["next_cursor"]
    assert error_of(lambda: slack.users_info(user="U0NOBODY")) == "user_not_found"
    assert error_of(lambda: slack.usergroups_users_list(usergroup="S0NONE")) == "no_such_subteam"
    assert error_of(lambda: slack.conversations_info(channel="C0NOWHERE")) == "channel_not_found"
    assert error_of(lambda: slack.conversations_list(cursor="!")) == "invalid_cursor"


def test_calls_are_counted_but_not_their_words(slack: WebClient, running: Running) -> None:
    """Method, channel and outcome are kept; neither text nor token is."""
    slack.chat_postMessage(channel=SUPPORT, text="a secret")
    error_of(lambda: slack.chat_postMessage(channel="C0NOWHERE", text="a secret"))
    error_of(lambda: web_client(running, "xoxb-wrong").auth_test())
    calls = running.administrator.calls()
    assert [(call.method, call.channel, call.error) for call in calls] == [
        ("chat.postMessage", SUPPORT, None),
        ("chat.postMessage", "C0NOWHERE", "channel_not_found"),
        ("auth.test", "", "invalid_auth"),
    ]
    assert "xox" not in str(calls)
    assert "secret" not in str(calls)

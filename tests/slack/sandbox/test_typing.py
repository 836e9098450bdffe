"""People type, and use the menu of a message: channels, threads, direct messages, shortcuts."""

import json
from pathlib import Path

import pytest
from slack_sdk import WebClient

from bot.sandbox.client import Person, Refused
from bot.sandbox.http.running_sandbox import Running, serving
from bot.sandbox.state.sandbox import Sandbox
from bot.sandbox.state.workspace import Shortcut, default_workspace
from handlers.slack.manifest import manifest_file
from tests.slack.sandbox.conftest import SUPPORT, App, dig, error_of


def test_what_a_person_types_into_a_channel_is_shown_to_all_and_told_to_the_app(
    app: App, ana: Person, ben: Person
) -> None:
    """As Slack writes it: markup escaped, a known name resolved."""
    said = ana.say(SUPPORT, "@ben is 1 < 2?")
    assert said.acknowledged
    event = dig(app.last, "event")
    assert dig(event, "type") == "message"
    assert (dig(event, "channel"), dig(event, "channel_type"), dig(event, "user")) == (SUPPORT, "channel", "U0ANA")
    assert dig(event, "text") == "<@U0BEN|ben> is 1 &lt; 2?"
    seen = ben.messages(SUPPORT)[-1]
    assert (seen.user, seen.bot_id, seen.text) == ("U0ANA", None, "<@U0BEN|ben> is 1 &lt; 2?")


def test_a_reply_names_its_thread_and_is_read_there(app: App, slack: WebClient, ana: Person, running: Running) -> None:
    """The app reads a thread with conversations.replies: the message first, then the replies, page by page."""
    parent = str(slack.chat_postMessage(channel=SUPPORT, text="a card")["ts"])
    ana.say(SUPPORT, "one", thread_ts=parent)
    event = dig(app.last, "event")
    assert (dig(event, "thread_ts"), dig(event, "parent_user_id")) == (parent, "U0BOT")
    slack.chat_postMessage(channel=SUPPORT, text="two", thread_ts=parent)
    slack.chat_postEphemeral(channel=SUPPORT, user="U0ANA", text="secret", thread_ts=parent)
    page = slack.conversations_replies(channel=SUPPORT, ts=parent, limit=1)
    assert [one["text"] for one in page["messages"]] == ["a card", "one"]
    rest = slack.conversations_replies(channel=SUPPORT, ts=parent, cursor=page["response_metadata"]["next_cursor"])
    assert [one["text"] for one in rest["messages"]] == ["a card", "two"]
    assert [one["text"] for one in slack.conversations_history(channel=SUPPORT)["messages"]] == ["a card"]
    assert error_of(lambda: slack.conversations_replies(channel=SUPPORT, ts="1.000000")) == "thread_not_found"


def test_direct_messages_are_between_one_person_and_the_app(
    app: App, slack: WebClient, ana: Person, ben: Person, running: Running
) -> None:
    """They are begun by either of the two; the app reaches them by the person's id or by their own."""
    assert error_of(lambda: slack.conversations_open(users="U0ANA")) == "missing_scope"
    running.administrator.set_scopes(["chat:write", "im:write", "im:history"])
    direct = str(slack.conversations_open(users="U0ANA")["channel"]["id"])
    assert direct == ana.direct
    assert slack.conversations_open(users="U0ANA")["already_open"] is True
    slack.chat_postMessage(channel=direct, text="by its own id")
    parent = str(slack.chat_postMessage(channel="U0ANA", text="by the person's")["ts"])
    ana.say(direct, "an answer", thread_ts=parent)
    event = dig(app.last, "event")
    assert (dig(event, "channel_type"), dig(event, "channel")) == ("im", direct)
    assert [one.text for one in ana.messages(direct)] == ["by its own id", "by the person's", "an answer"]
    with pytest.raises(Refused):
        ben.messages(direct)
    assert ben.say(ben.direct, "hello").acknowledged
    assert len(slack.conversations_history(channel=ben.direct)["messages"]) == 1


@pytest.mark.parametrize(
    ("user", "code"),
    [
        ("U0OLD", "user_disabled"),
        ("U0BOT", "user_not_found"),
        ("U0NOBODY", "user_not_found"),
        ("", "users_list_not_supplied"),
    ],
)
def test_nobody_is_written_to_who_cannot_read_it(user: str, code: str, slack: WebClient, running: Running) -> None:
    running.administrator.set_scopes(["im:write"])
    assert error_of(lambda: slack.conversations_open(users=user)) == code


def test_nothing_is_told_of_a_channel_that_the_app_is_not_in(app: App, ana: Person) -> None:
    before = len(app.received)
    assert ana.say("C0GENERAL", "hello").outcome == "said"
    assert len(app.received) == before


@pytest.mark.parametrize("text", ["", "  ", "x" * 12_001])
def test_an_empty_or_endless_message_cannot_be_typed(text: str, ana: Person) -> None:
    with pytest.raises(Refused):
        ana.say(SUPPORT, text)


def test_an_app_is_told_only_what_its_manifest_subscribes_to(tmp_path: Path) -> None:
    """Its shortcuts, its Home tab and its scopes are those of the manifest, too."""
    told = json.loads(manifest_file().read_text())
    told["settings"]["event_subscriptions"]["bot_events"] = ["message.im"]
    told["features"]["app_home"] = {"home_tab_enabled": True}
    told["features"]["shortcuts"] = [
        {"name": "Report", "type": "message", "callback_id": "report", "description": "It was wrong"},
        {"name": "Anywhere", "type": "global", "callback_id": "all", "description": "No message"},
    ]
    told["oauth_config"]["scopes"]["bot"] = ["chat:write"]
    (tmp_path / "manifest.json").write_text(json.dumps(told))
    workspace = default_workspace(tmp_path / "manifest.json")
    assert workspace.app.home
    assert [one.callback_id for one in workspace.app.shortcuts] == ["report"]
    assert workspace.app.scopes == ["chat:write"]
    with serving(Sandbox(workspace, ack_seconds=0.1)) as alone:
        ana = alone.person("U0ANA")
        assert ana.say(SUPPORT, "hello").outcome == "not_subscribed"
        assert not ana.open_home().sent
        assert ana.say(ana.direct, "hello").outcome == "not_acknowledged"


def test_a_shortcut_of_a_message_tells_the_app_which_message(running: Running, app: App, slack: WebClient) -> None:
    """Whoever said it; a message that one person alone sees has no menu."""
    ana = running.person("U0ANA")
    running.sandbox.workspace.app.shortcuts = [Shortcut(callback_id="report", name="Report as wrong")]
    ts = str(
        slack.chat_postMessage(channel=SUPPORT, text="a card", metadata={"event_type": "m", "event_payload": {}})["ts"]
    )
    assert ana.shortcut(SUPPORT, ts, "report").acknowledged
    told = app.last
    assert (told["type"], told["callback_id"], told["message_ts"]) == ("message_action", "report", ts)
    assert dig(told, "message", "text") == "a card"
    assert dig(told, "channel", "id") == SUPPORT
    assert str(told["response_url"]).startswith("http://127.0.0.1:")
    slack.views_open(
        trigger_id=str(told["trigger_id"]),
        view={"type": "modal", "title": {"type": "plain_text", "text": "t"}, "blocks": []},
    )
    assert len(ana.views()) == 1
    ana.close()
    secret = str(slack.chat_postEphemeral(channel=SUPPORT, user="U0ANA", text="secret")["message_ts"])
    for stamp, callback_id in ((secret, "report"), (ts, "other")):
        with pytest.raises(Refused):
            ana.shortcut(SUPPORT, stamp, callback_id)


def test_what_becomes_of_a_message_is_told_to_the_app(app: App, ana: Person, ben: Person) -> None:
    """An edit and a deletion by its author alone, and who joins, as Slack writes them."""
    message = ana.say(SUPPORT, "first").message
    assert message is not None
    ts = str(message["ts"])
    assert ana.rewrite(SUPPORT, ts, "second").acknowledged
    event = dig(app.last, "event")
    assert dig(event, "subtype") == "message_changed"
    assert (dig(event, "message", "text"), dig(event, "previous_message", "text")) == ("second", "first")
    with pytest.raises(Refused, match="only its author"):
        ben.rewrite(SUPPORT, ts, "mine")
    assert ana.withdraw(SUPPORT, ts).acknowledged
    assert (dig(app.last, "event", "subtype"), dig(app.last, "event", "deleted_ts")) == ("message_deleted", ts)
    assert ana.join(SUPPORT).acknowledged
    assert dig(app.last, "event", "subtype") == "channel_join"

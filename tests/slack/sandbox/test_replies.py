"""response_urls, slash commands and events."""

from collections.abc import Callable

import httpx2
import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from bot.sandbox.client import Person, Refused
from bot.sandbox.http.running_sandbox import Running
from handlers.slack import limits
from tests.slack.sandbox.building import Object, actions, button, section
from tests.slack.sandbox.conftest import SUPPORT, App, MovableClock

Pressed = Callable[[], WebhookClient]


@pytest.fixture
def pressed(app: App, slack: WebClient, ana: Person) -> Pressed:
    """Ana presses a button of a new message; what comes back is the way to answer her."""

    def press() -> WebhookClient:
        ts = slack.chat_postMessage(channel=SUPPORT, text="card", blocks=[actions(button())])["ts"]
        ana.press(SUPPORT, ts, "go")
        return WebhookClient(str(app.last["response_url"]), retry_handlers=[])

    return press


def error_of_reply(answered: object) -> tuple[int, str]:
    body = getattr(answered, "body", "")
    return getattr(answered, "status_code", 0), httpx2.Response(200, text=body).json()["error"]


def test_an_answer_is_seen_by_the_person_alone_unless_it_is_for_all(pressed: Pressed, ana: Person, ben: Person) -> None:
    """ephemeral if it does not say, in_channel if it does."""
    way = pressed()
    assert way.send(text="for you").body == "ok"
    way.send(text="for all", response_type="in_channel")
    assert [(message.text, message.ephemeral) for message in ana.messages(SUPPORT)] == [
        ("card", False),
        ("for you", True),
        ("for all", False),
    ]
    assert [message.text for message in ben.messages(SUPPORT)] == ["card", "for all"]


def test_an_answer_can_stand_in_for_the_message_or_remove_it(pressed: Pressed, ana: Person) -> None:
    """replace_original, then delete_original."""
    way = pressed()
    way.send(text="new", blocks=[section()], replace_original=True)
    assert [message.text for message in ana.messages(SUPPORT)] == ["new"]
    way.send(delete_original=True)
    assert ana.messages(SUPPORT) == []


def test_an_ephemeral_message_can_be_replaced_by_its_response_url(
    app: App, slack: WebClient, ana: Person, ben: Person
) -> None:
    """It stays ephemeral."""
    posted = slack.chat_postEphemeral(channel=SUPPORT, user="U0ANA", text="t", blocks=[actions(button())])
    ana.press(SUPPORT, posted["message_ts"], "go")
    WebhookClient(str(app.last["response_url"])).send(text="done", replace_original=True)
    assert [(message.text, message.ephemeral) for message in ana.messages(SUPPORT)] == [("done", True)]
    assert ben.messages(SUPPORT) == []


def test_five_answers_within_half_an_hour(pressed: Pressed, clock: MovableClock) -> None:
    """A sixth is used_url, a later one expired_url; what was refused does not count."""
    way = pressed()
    assert error_of_reply(way.send(text="")) == (400, "no_text")
    for _ in range(limits.RESPONSE_URL_USES):
        assert way.send(text="t").status_code == 200
    assert error_of_reply(way.send(text="t")) == (404, "used_url")
    way = pressed()
    clock.move(limits.RESPONSE_URL_SECONDS)
    assert way.send(text="t").status_code == 200
    clock.move(1)
    assert error_of_reply(way.send(text="t")) == (404, "expired_url")


def test_an_answer_keeps_to_the_limits_too(pressed: Pressed) -> None:
    """Its blocks are those of a message; an unknown response_type is refused."""
    way = pressed()
    assert error_of_reply(way.send(text="t", blocks=[section("x" * 3_001)])) == (400, "invalid_blocks")
    assert error_of_reply(way.send(text="t", response_type="aloud")) == (400, "invalid_response_type")
    way.url = way.url[:-1]
    assert error_of_reply(way.send(text="t"))[0] == 404


def test_a_command_brings_what_was_typed(app: App, ana: Person) -> None:
    """Known people, groups and channels as Slack writes them, the rest escaped."""
    assert ana.command(SUPPORT, "/rerun", " 12 @ben. @support #leads @nobody <b> a@ben.example ").outcome == "silent"
    told = app.last
    assert app.received[-1].type == "slash_commands"
    assert told["text"] == (
        "12 <@U0BEN|ben>. <!subteam^S0SUPPORT|@support> <#C0LEADS|leads> @nobody &lt;b&gt; a@ben.example"
    )
    named = ("command", "user_id", "user_name", "team_id", "channel_id", "channel_name", "is_enterprise_install")
    assert [told[name] for name in named] == [
        "/rerun",
        "U0ANA",
        "ana",
        "T0SANDBOX",
        SUPPORT,
        "support-review",
        "false",
    ]


def test_the_answer_to_a_command_is_for_the_person(app: App, ana: Person, ben: Person) -> None:
    """At once with the acknowledgement, or later over the response_url, also where the bot is not in the channel."""
    app.answers({"text": "12 runs again", "blocks": [section()]})
    done = ana.command("C0GENERAL", "/rerun", "12")
    assert done.outcome == "answered"
    assert done.message is not None
    assert done.message["text"] == "12 runs again"
    WebhookClient(str(app.last["response_url"])).send(text="done")
    assert [(message.text, message.ephemeral) for message in ana.messages("C0GENERAL")] == [
        ("12 runs again", True),
        ("done", True),
    ]
    assert ben.messages("C0GENERAL") == []


def test_a_bad_answer_to_a_command_is_shown_to_nobody(app: App, ana: Person) -> None:
    """The outcome says what is wrong with it."""
    answer: Object = {"text": "t", "blocks": [{"type": "shelf"}]}
    app.answers(answer)
    done = ana.command(SUPPORT, "/rerun")
    assert done.outcome == "bad_response"
    assert "unsupported type: shelf" in done.why
    assert ana.messages(SUPPORT) == []


@pytest.mark.parametrize(("channel", "command"), [("C0ARCHIVE", "/rerun"), (SUPPORT, "rerun"), (SUPPORT, "/re run")])
def test_not_everything_is_a_command(channel: str, command: str, app: App, ana: Person) -> None:
    """It starts with a slash, is one word, and is typed where people can write."""
    with pytest.raises(Refused) as refused:
        ana.command(channel, command)
    assert refused.value.status == 409


def test_a_change_of_a_group_is_an_event(app: App, running: Running, slack: WebClient) -> None:
    """With who was added and who was removed; no change, no event."""
    assert running.administrator.set_group("S0SUPPORT", ["U0BEN", "U0KIM"]).acknowledged
    assert app.received[-1].type == "events_api"
    assert app.last["type"] == "event_callback"
    event = app.last["event"]
    assert isinstance(event, dict)
    assert (event["type"], event["subteam_id"]) == ("subteam_members_changed", "S0SUPPORT")
    assert (event["added_users"], event["removed_users"]) == (["U0KIM"], ["U0ANA"])
    assert slack.usergroups_users_list(usergroup="S0SUPPORT")["users"] == ["U0BEN", "U0KIM"]
    assert not running.administrator.set_group("S0SUPPORT", ["U0KIM", "U0BEN"]).sent


def test_opening_the_home_tab_is_an_event(app: App, ana: Person) -> None:
    """app_home_opened, for the person who opened it."""
    assert ana.open_home().acknowledged
    event = app.last["event"]
    assert isinstance(event, dict)
    assert (event["type"], event["user"], event["tab"]) == ("app_home_opened", "U0ANA", "home")

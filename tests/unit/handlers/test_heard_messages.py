"""A message as Slack tells it, and as the engine hears it."""

from typing import Any

import pytest

from handlers.slack.heard_messages import heard_in, plain, reply_in

TS = "1700000000.000100"


def body(**event: Any) -> dict[str, Any]:  # Any: a payload of Slack
    said = {"type": "message", "channel": "C0INBOX", "user": "U0EVE", "text": "hello", "ts": TS}
    return {"api_app_id": "A0OURS", "event": {name: value for name, value in {**said, **event}.items() if value}}


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("a &lt;b&gt; &amp; c", "a <b> & c"),
        ("<@U0EVE> and <@U0EVE|eve>", "@U0EVE and @eve"),
        ("<#C0INBOX|inbox>", "#inbox"),
        ("<!channel> <!here> <!subteam^S0ENG|@eng>", "@channel @here @eng"),
        ("<!date^1700000000^{date}|yesterday>", "yesterday"),
        ("<https://example.com>", "https://example.com"),
        ("<http://example.com|example.com>", "http://example.com"),
        ("<https://evil.example|your bank>", "your bank (https://evil.example)"),
        ("<mailto:a@example.com|a@example.com>", "a@example.com"),
        ("&lt;!channel&gt;", "<!channel>"),
        ("2 < 3 and 4 > 3", "2 < 3 and 4 > 3"),
    ],
)
def test_marks_are_read_as_people_see_them(text: str, read: str) -> None:
    assert plain(text) == read


def test_a_message_has_its_address_its_time_and_its_files() -> None:
    heard = heard_in(
        body(text=None, subtype="file_share", files=[{"name": "invoice.pdf"}, {}]),
        bot="B0OURS",
        address="https://team.slack.com/",
    )
    assert heard is not None
    assert (heard.text, heard.files) == ("", ["invoice.pdf"])
    assert heard.link == "https://team.slack.com/archives/C0INBOX/p1700000000000100"
    assert heard.sent_at.year == 2023
    assert heard.place == f"C0INBOX/{TS}"


@pytest.mark.parametrize(
    "event",
    [
        {"text": " \n"},
        {"user": None},
        {"ts": "x"},
        {"ts": "9" * 400 + ".1"},
        {"channel": None},
        {"channel_type": "im"},
        {"thread_ts": "1699999999.000100"},
        {"subtype": "thread_broadcast", "thread_ts": "1699999999.000100"},
        {"subtype": "channel_join"},
        {"subtype": "message_deleted"},
        {"subtype": "message_changed"},
        {"subtype": "message_changed", "message": {"ts": TS, "user": "U0EVE", "text": "a", "subtype": "tombstone"}},
        {
            # Slack found a picture for a link in it.
            "subtype": "message_changed",
            "message": {"ts": TS, "user": "U0EVE", "text": "a"},
            "previous_message": {"ts": TS, "user": "U0EVE", "text": "a"},
        },
        {"bot_id": "B0OURS"},
        {"bot_id": "B0X", "app_id": "A0OURS"},
        {"bot_id": "B0X", "bot_profile": {"app_id": "A0OURS"}},
        {"files": "none"},
    ],
)
def test_what_is_no_new_message_is_not_heard(event: dict[str, Any]) -> None:
    assert heard_in(body(**event), bot="B0OURS") is None


def test_an_edit_and_another_app_are_marked() -> None:
    changed = {"ts": TS, "user": "U0EVE", "text": "b"}
    edit = heard_in(body(subtype="message_changed", message=changed, previous_message={**changed, "text": "a"}), bot="")
    other = heard_in(body(bot_id="B0X", user=None, subtype="bot_message"), bot="B0OURS")
    assert edit is not None
    assert (edit.text, edit.is_edit, edit.is_bot) == ("b", True, False)
    assert other is not None
    assert (other.author, other.is_edit, other.is_bot) == ("B0X", False, True)


@pytest.mark.parametrize(
    ("event", "is_reply"),
    [
        ({"parent_user_id": "U0EVE"}, True),
        ({"parent_user_id": "U0EVE", "subtype": "thread_broadcast"}, True),
        ({"parent_user_id": "U0BEN"}, False),
        ({}, False),
        ({"parent_user_id": "U0EVE", "text": " "}, False),
        ({"parent_user_id": "U0EVE", "thread_ts": "x"}, False),
        ({"parent_user_id": "U0EVE", "thread_ts": TS}, False),
    ],
)
def test_a_reply_is_heard_of_the_author_of_the_message_alone(event: dict[str, Any], is_reply: bool) -> None:
    said = reply_in(body(**{"thread_ts": "1699999999.000100", **event}))
    assert (said is not None) is is_reply

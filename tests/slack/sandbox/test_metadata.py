"""Metadata that an app keeps with its messages."""

import json
from functools import partial

import pytest
from slack_sdk import WebClient

from bot.sandbox.client import Person
from tests.slack.sandbox.building import Object
from tests.slack.sandbox.conftest import SUPPORT, error_of

ONE: Object = {"event_type": "case", "event_payload": {"key": "K1", "number": 1, "more": {"deep": [True]}}}
OTHER: Object = {"event_type": "case", "event_payload": {}}


@pytest.fixture
def posted(slack: WebClient) -> str:
    """The ts of a message with metadata."""
    return str(slack.chat_postMessage(channel=SUPPORT, text="t", metadata=ONE)["ts"])


def kept(ana: Person) -> Object | None:
    [message] = ana.messages(SUPPORT)
    return message.metadata


@pytest.mark.parametrize("metadata", [ONE, json.dumps(ONE)], ids=["an object", "its JSON"])
def test_metadata_is_taken_as_an_object_or_as_json(metadata: Object | str, slack: WebClient, ana: Person) -> None:
    """It comes back with the answer."""
    answer = slack.api_call("chat.postMessage", json={"channel": SUPPORT, "text": "t", "metadata": metadata})
    assert answer["message"]["metadata"] == ONE
    assert kept(ana) == ONE


def test_an_update_that_says_nothing_of_metadata_leaves_it(slack: WebClient, ana: Person, posted: str) -> None:
    """As chat.update documents it."""
    slack.chat_update(channel=SUPPORT, ts=posted, text="new")
    assert kept(ana) == ONE


def test_an_update_brings_other_metadata(slack: WebClient, ana: Person, posted: str) -> None:
    """In the place of what there was."""
    slack.chat_update(channel=SUPPORT, ts=posted, text="new", metadata=OTHER)
    assert kept(ana) == OTHER


def test_an_empty_object_removes_metadata(slack: WebClient, ana: Person, posted: str) -> None:
    """In an update; a post takes no empty metadata."""
    slack.chat_update(channel=SUPPORT, ts=posted, text="new", metadata={})
    assert kept(ana) is None
    empty = partial(slack.api_call, "chat.postMessage", json={"channel": SUPPORT, "text": "t", "metadata": {}})
    assert error_of(empty) == "invalid_metadata_schema"


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ("{", "invalid_metadata_format"),
        ([], "invalid_metadata_format"),
        ({"event_type": 1, "event_payload": {}}, "invalid_metadata_schema"),
        ({"event_type": "case", "event_payload": "text"}, "invalid_metadata_schema"),
        ({"event_payload": {}}, "invalid_metadata_schema"),
    ],
)
def test_an_update_takes_no_metadata_of_another_form(
    metadata: Object | str, code: str, slack: WebClient, ana: Person, posted: str
) -> None:
    """And leaves the message as it was."""
    body = {"channel": SUPPORT, "ts": posted, "text": "new", "metadata": metadata}
    assert error_of(lambda: slack.api_call("chat.update", json=body)) == code
    [message] = ana.messages(SUPPORT)
    assert (message.text, message.metadata) == ("t", ONE)

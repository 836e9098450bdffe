"""Scopes of the bot."""

from functools import partial

import pytest
from slack_sdk import WebClient

from bot.sandbox.http.running_sandbox import Running
from tests.slack.sandbox.conftest import SUPPORT, error_of, refusal_of

HELD = "chat:write,commands,usergroups:read,channels:history"


def test_the_bot_holds_what_the_manifest_asks_for_and_the_history_of_public_channels(slack: WebClient) -> None:
    """Slack tells so in a header of each answer."""
    assert slack.auth_test().headers["x-oauth-scopes"] == HELD


@pytest.mark.parametrize(
    ("method", "needed"),
    [
        ("users.info", "users:read"),
        ("users.list", "users:read"),
        ("conversations.info", "channels:read,groups:read,mpim:read,im:read"),
        ("conversations.list", "channels:read,groups:read,mpim:read,im:read"),
        ("conversations.members", "channels:read,groups:read,mpim:read,im:read"),
    ],
)
def test_what_the_bot_has_no_leave_for_is_refused(method: str, needed: str, slack: WebClient) -> None:
    """missing_scope, with what would be needed and what there is."""
    refused = refusal_of(partial(slack.api_call, method, json={"channel": SUPPORT, "user": "U0ANA"}))
    assert (refused["error"], refused["needed"], refused["provided"]) == ("missing_scope", needed, HELD)


def test_leave_can_be_taken_and_given(slack: WebClient, running: Running) -> None:
    """Until a reset; a method that takes no scope goes on."""
    running.administrator.set_scopes(["usergroups:read"])
    refused = refusal_of(partial(slack.chat_postMessage, channel=SUPPORT, text="t"))
    assert (refused["error"], refused["needed"], refused["provided"]) == (
        "missing_scope",
        "chat:write",
        "usergroups:read",
    )
    slack.auth_test()
    slack.usergroups_list()
    running.administrator.set_scopes(["chat:write"])
    slack.chat_postMessage(channel=SUPPORT, text="t")
    assert error_of(slack.usergroups_list) == "missing_scope"
    running.reset()
    slack.usergroups_list()

"""Consequences of Slack's refusals, row by row."""

import http.client
import json
import socket
import ssl
import urllib.error

import pytest
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.web import SlackResponse

from bot.slack.api_errors import TRANSPORT, refusal
from handlers.slack.error_codes import NOT_DONE
from workflows.engine.send.refusals import Then


def said(status: int = 200, *, headers: dict[str, str] | None = None, **body: object) -> SlackApiError:
    """Return the SDK's error for an answer."""
    response = SlackResponse(
        client=None,
        http_verb="POST",
        api_url="https://slack.com/api/chat.postMessage",
        req_args={},
        data={"ok": False, **body},
        headers=headers or {},
        status_code=status,
    )
    return SlackApiError("refused", response)  # type: ignore[no-untyped-call]  # the SDK leaves it untyped


@pytest.mark.parametrize(
    ("code", "then"),
    [
        ("message_not_found", Then.POST_ANEW),
        ("cant_update_message", Then.POST_ANEW),
        ("channel_not_found", Then.NO_CHANNEL),
        ("not_in_channel", Then.NO_CHANNEL),
        ("is_archived", Then.NO_CHANNEL),
        ("restricted_action", Then.NO_CHANNEL),
        ("invalid_auth", Then.NO_TOKEN),
        ("token_revoked", Then.NO_TOKEN),
        ("account_inactive", Then.NO_TOKEN),
        ("missing_scope", Then.NO_TOKEN),
        ("internal_error", Then.LATER),
        ("service_unavailable", Then.LATER),
        ("invalid_blocks", Then.GIVE_UP),
        ("msg_too_long", Then.GIVE_UP),
        ("msg_blocks_too_long", Then.GIVE_UP),
        ("a_word_that_slack_never_said_before", Then.REFUSED),
    ],
)
def test_each_word_of_slacks_has_what_follows_from_it(code: str, then: Then) -> None:
    refused = refusal(said(error=code))
    assert (refused.then, refused.code) == (then, code)


def test_a_limit_is_waited_out_for_as_long_as_slack_says() -> None:
    for error in (said(429, headers={"Retry-After": "30"}), said(error="ratelimited", headers={"retry-after": "30"})):
        assert refusal(error) == refusal(said(429, headers={"RETRY-AFTER": "30"}))
        assert (refusal(error).then, refusal(error).after) == (Then.WAIT, 30.0)


@pytest.mark.parametrize("value", ["", "soon", "-1", "1e9", "²"])
def test_a_limit_without_a_usable_time_is_waited_out_for_a_second(value: str) -> None:
    assert refusal(said(429, headers={"Retry-After": value})).after == 1.0


def test_an_error_of_slacks_own_is_tried_again() -> None:
    assert refusal(said(503)).then is Then.LATER
    assert refusal(said(500, error="fatal_error")).then is Then.LATER


def answered(status: int, data: object) -> SlackApiError:
    """Return the SDK's error for an answer that is not in Slack's form."""
    error = said(status)
    error.response.data = data
    return error


@pytest.mark.parametrize("status", [200, 400, 403, 404, 407, 500, 502])
@pytest.mark.parametrize(
    "data",
    [
        {"ok": False, "error": "Received a response in a non-JSON format: <html>"},
        {"error": "forbidden"},
        {"ok": False},
        {},
        b"page",
        None,
    ],
)
def test_what_is_not_in_slacks_form_is_no_word_of_slacks(status: int, data: object) -> None:
    """A page of a proxy's, or of a portal's: it says nothing of the message, and the message may be there."""
    refused = refusal(answered(status, data))
    assert (refused.then, refused.code, refused.unsure) == (Then.LATER, f"http_{status}", True)


@pytest.mark.parametrize("body", ['{"ok": ' + "1" * 5_000 + "}", "[" * 100_000, "<html>"])
def test_an_answer_that_cannot_be_read_is_none(body: str) -> None:
    """The SDK passes on whatever reading it raises."""
    with pytest.raises(NOT_DONE) as unread:
        json.loads(body.encode())
    assert isinstance(unread.value, TRANSPORT)
    assert refusal(unread.value).then is Then.LATER


@pytest.mark.parametrize("data", [{"ok": False, "error": "ratelimited"}, {"error": "Too Many Requests"}, b"page"])
def test_a_limit_is_one_whoever_says_it(data: object) -> None:
    assert refusal(answered(429, data)).then is Then.WAIT


@pytest.mark.parametrize(
    ("error", "unsure"),
    [
        (urllib.error.URLError("no route"), True),
        (urllib.error.URLError(ConnectionRefusedError()), False),
        (urllib.error.URLError(socket.gaierror()), False),
        (urllib.error.URLError(ssl.SSLCertVerificationError()), False),
        (urllib.error.URLError(TimeoutError()), True),
        (urllib.error.URLError(BrokenPipeError()), True),
        (ConnectionResetError(), True),
        (TimeoutError(), True),
        (http.client.RemoteDisconnected(""), True),
        (http.client.IncompleteRead(b""), True),
        (SlackRequestError("odd"), True),
        (LookupError("unknown encoding"), True),
    ],
)
def test_a_connection_that_breaks_is_tried_again(error: Exception, unsure: bool) -> None:
    """And where nothing can have been sent, that is known."""
    refused = refusal(error)
    assert (refused.then, refused.unsure) == (Then.LATER, unsure)

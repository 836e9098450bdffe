"""What Slack says when it does not do what it was asked, and what follows from it for the sender."""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPException

from slack_sdk.errors import SlackApiError, SlackClientError


class Then(StrEnum):
    """What follows."""

    WAIT = "wait"
    """Slack named the time; this channel waits, others go on."""
    LATER = "later"
    """It may pass by itself."""
    POST_ANEW = "post_anew"
    """The message is no longer there."""
    NO_CHANNEL = "no_channel"
    """Nothing can be posted to this channel until somebody acts."""
    NO_TOKEN = "no_token"  # noqa: S105  # a word, no password
    """Nothing can be posted at all until somebody acts."""
    GIVE_UP = "give_up"
    """What was sent is refused and would be again."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why Slack did not do it."""

    then: Then
    code: str
    """Slack's code, or the name of the error."""
    after: float | None = None
    """Seconds that Slack asked to wait."""
    unsure: bool = False
    """It may have been done all the same."""


_CODES = {
    "ratelimited": Then.WAIT,
    "rate_limited": Then.WAIT,
    "message_not_found": Then.POST_ANEW,
    "cant_delete_message": Then.POST_ANEW,
    "cant_update_message": Then.POST_ANEW,
    "edit_window_closed": Then.POST_ANEW,
    "channel_not_found": Then.NO_CHANNEL,
    "not_in_channel": Then.NO_CHANNEL,
    "is_archived": Then.NO_CHANNEL,
    "restricted_action": Then.NO_CHANNEL,
    "restricted_action_read_only_channel": Then.NO_CHANNEL,
    "not_authed": Then.NO_TOKEN,
    "invalid_auth": Then.NO_TOKEN,
    "account_inactive": Then.NO_TOKEN,
    "token_revoked": Then.NO_TOKEN,
    "token_expired": Then.NO_TOKEN,
    "missing_scope": Then.NO_TOKEN,
    "not_allowed_token_type": Then.NO_TOKEN,
    "team_access_not_granted": Then.NO_TOKEN,
    "fatal_error": Then.LATER,
    "internal_error": Then.LATER,
    "service_unavailable": Then.LATER,
    "request_timeout": Then.LATER,
    "team_added_to_org": Then.LATER,
    "message_limit_exceeded": Then.LATER,
}
_HALFWAY = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout"})
"""Words after which Slack may have done a part of it."""
_ADVICE = {
    Then.NO_CHANNEL: "see that the channel is there, and that Countersign is in it",
    Then.NO_TOKEN: "see SLACK_BOT_TOKEN, and that the app is installed with the scopes of manifest.json",
    Then.WAIT: "nothing; Slack asked to wait",
}
"""What an operator can do about a refusal."""
_WORD = re.compile("[a-z0-9_]{1,100}")
TRANSPORT = (OSError, HTTPException, SlackClientError, json.JSONDecodeError, UnicodeDecodeError)
"""What a call to Slack raises besides: no connection, one that broke, an answer that cannot be read."""


def advice(code: str) -> str:
    """What an operator can do where Slack, or we, said this word."""
    if code == "Unknown":
        return "name the file of its workflow in COUNTERSIGN_WORKFLOWS"
    return _ADVICE.get(_CODES.get(code, Then.LATER), "see that Slack can be reached from here")


def refusal(error: Exception) -> Refusal:
    """Read what a call to Slack raised. An unknown word of Slack's is taken at its word: it would refuse it again."""
    if not isinstance(error, SlackApiError):
        return Refusal(then=Then.LATER, code=type(error).__name__, unsure=True)
    response = error.response
    status = getattr(response, "status_code", 200)
    try:
        code = str(response.get("error") or f"http_{status}")
    except (AttributeError, ValueError):  # an answer that is no JSON is kept as text
        code = f"http_{status}"
    if not _WORD.fullmatch(code):
        # A page of somebody's in between, no answer of Slack's.
        return Refusal(then=Then.LATER, code=f"http_{status}", unsure=True)
    if status == 429:
        code = "ratelimited"
    then = _CODES.get(code, Then.LATER if status >= 500 else Then.GIVE_UP)
    unsure = status >= 500 or code in _HALFWAY
    return Refusal(then=then, code=code, after=_retry_after(error) if then is Then.WAIT else None, unsure=unsure)


def _retry_after(error: SlackApiError) -> float:
    headers = {name.lower(): value for name, value in getattr(error.response, "headers", {}).items()}
    value = headers.get("retry-after", "")
    value = value[0] if isinstance(value, list) else value
    return float(value) if str(value).isdigit() else 1.0

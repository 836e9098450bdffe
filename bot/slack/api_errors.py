"""What Slack says when it does not do what it was asked, and what follows from it for the sender."""

import json
import re
import socket
import ssl
from dataclasses import dataclass
from enum import StrEnum
from http.client import HTTPException

from slack_sdk.errors import SlackApiError, SlackClientError


class Then(StrEnum):
    """What follows."""

    WAIT = "wait"
    """Slack named the time; this channel waits, others go on."""
    LATER = "later"
    """It says nothing about what was sent, and passes by itself: tried for as long as it takes."""
    REFUSED = "refused"
    """What was sent is refused, by a word that we do not know: tried a few times."""
    UNDRAWN = "undrawn"
    """It could not be drawn, so that Slack was not asked: tried a few times."""
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


COUNTED = frozenset({Then.REFUSED, Then.UNDRAWN, Then.POST_ANEW})
"""What uses up one of the attempts at a message: what is about the message itself."""
_WORDS = {
    Then.WAIT: ("ratelimited", "rate_limited"),
    Then.LATER: (
        "external_channel_migrating",
        "fatal_error",
        "internal_error",
        "message_limit_exceeded",
        "request_timeout",
        "rollup_error",
        "service_unavailable",
        "team_added_to_org",
    ),
    Then.POST_ANEW: ("cant_delete_message", "cant_update_message", "edit_window_closed", "message_not_found"),
    Then.NO_CHANNEL: (
        "channel_is_limited_access",
        "channel_not_found",
        "is_archived",
        "not_in_channel",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
    ),
    Then.NO_TOKEN: (
        "access_denied",
        "accesslimited",
        "account_inactive",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    ),
    Then.GIVE_UP: (
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "markdown_text_conflict",
        "metadata_too_large",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
    ),
}
_CODES = {code: then for then, codes in _WORDS.items() for code in codes}
_HALFWAY = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout"})
"""Words after which Slack may have done a part of it."""
_ADVICE = {
    Then.NO_CHANNEL: "see that the channel is there, and that Countersign is in it",
    Then.NO_TOKEN: "see SLACK_BOT_TOKEN, and that the app is installed with the scopes of manifest.json",
    Then.WAIT: "nothing; Slack asked to wait",
}
"""What an operator can do about a refusal."""
_WORD = re.compile("[a-z0-9_]{1,100}")
TRANSPORT = (
    OSError,
    HTTPException,
    SlackClientError,
    json.JSONDecodeError,
    UnicodeDecodeError,
    # Of the SDK, for an answer in an unknown charset, and for JSON that is no object.
    LookupError,
    AttributeError,
)
"""What a call to Slack raises besides: no connection, one that broke, an answer that cannot be read."""
_NOT_SENT = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
"""What ends a call before anything was sent."""


def advice(code: str) -> str:
    """What an operator can do where Slack, or we, said this word."""
    if code == "Unknown":
        return "name the file of its workflow in COUNTERSIGN_WORKFLOWS"
    return _ADVICE.get(_CODES.get(code, Then.LATER), "see that Slack can be reached from here; it is tried on and on")


def refusal(error: Exception) -> Refusal:
    """Read what a call to Slack raised. Only what Slack itself says, in its own form, is about what was sent."""
    if not isinstance(error, SlackApiError):
        was_sent = not isinstance(getattr(error, "reason", error), _NOT_SENT)
        return Refusal(then=Then.LATER, code=type(error).__name__, unsure=was_sent)
    status, code = getattr(error.response, "status_code", 200), _word(error)
    if status == 429:
        code = "ratelimited"
    if code is None:
        # A page of somebody's in between, no answer of Slack's.
        return Refusal(then=Then.LATER, code=f"http_{status}", unsure=True)
    then = _CODES.get(code, Then.LATER if status >= 500 else Then.REFUSED)
    unsure = status >= 500 or code in _HALFWAY
    return Refusal(then=then, code=code, after=_retry_after(error) if then is Then.WAIT else None, unsure=unsure)


def _word(error: SlackApiError) -> str | None:
    """Slack's code; None where the answer is not in Slack's form."""
    try:
        is_slacks, code = error.response.get("ok") is False, error.response.get("error")
    except (AttributeError, ValueError):  # an answer that is no JSON is kept as text
        return None
    return code if is_slacks and isinstance(code, str) and _WORD.fullmatch(code) else None


def _retry_after(error: SlackApiError) -> float:
    headers = {name.lower(): value for name, value in getattr(error.response, "headers", {}).items()}
    value = headers.get("retry-after", "")
    value = value[0] if isinstance(value, list) else value
    return float(value) if str(value).isdigit() else 1.0

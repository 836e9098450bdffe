"""Errors of Slack's API, and their consequences for the sender."""

import re
import socket
import ssl
from datetime import UTC, datetime
from http.client import HTTPException

from slack_sdk.errors import SlackApiError, SlackClientError

from handlers.slack.manifest import manifest_file
from workflows.engine.send.refusals import Refusal, Then
from workflows.retry_after import seconds_asked

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
    Then.POST_ANEW: (
        "cant_delete_message",
        "cant_update_message",
        "edit_window_closed",
        # The message whose thread was meant is gone.
        "invalid_thread_ts",
        "message_not_found",
        "thread_not_found",
    ),
    Then.NO_CHANNEL: (
        # Somebody who cannot be written to.
        "cannot_dm_bot",
        "messages_tab_disabled",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
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
        "cant_delete_message",
        "compliance_exports_prevent_deletion",
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
"""Codes after which Slack may have executed a part of the call."""
_ADVICE = {
    Then.NO_CHANNEL: "check that the channel exists, and that Countersign is in it",
    Then.NO_TOKEN: f"check SLACK_BOT_TOKEN, and that the app is installed with the scopes in {manifest_file()}",
    Then.WAIT: "nothing; Slack asked to wait",
}
"""Advice for an operator about a refusal."""
_WORD = re.compile("[a-z0-9_]{1,100}")
TRANSPORT = (
    OSError,
    HTTPException,
    SlackClientError,
    ValueError,  # an answer that is no JSON, or holds a number that is too long
    RecursionError,
    # The SDK raises these for an answer in an unknown charset, and for JSON that is no object.
    LookupError,
    AttributeError,
)
"""Other errors of a call to Slack: no connection, a broken connection, an answer that cannot be read."""
_USUAL_WAIT = 1.0
"""Seconds, where Slack does not say how long to wait."""
_NOT_SENT = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)
"""Errors that end a call before anything was sent."""


def advice(code: str) -> str:
    """Return advice for an operator about an error code, of Slack's or ours."""
    if code == "Unknown":
        return "name the file of its workflow in COUNTERSIGN_WORKFLOWS"
    return _ADVICE.get(
        _CODES.get(code, Then.LATER), "check that Slack can be reached from here; it is tried again and again"
    )


def refusal(error: Exception) -> Refusal:
    """Return the refusal in an error of a call to Slack. Only an answer in Slack's own form concerns the message."""
    if not isinstance(error, SlackApiError):
        was_sent = not isinstance(getattr(error, "reason", error), _NOT_SENT)
        return Refusal(then=Then.LATER, code=type(error).__name__, unsure=was_sent)
    status, code = getattr(error.response, "status_code", 200), _word(error)
    if status == 429:
        code = "ratelimited"
    if code is None:
        # A page of a proxy or portal in between, not an answer of Slack's.
        return Refusal(then=Then.LATER, code=f"http_{status}", unsure=True)
    then = _CODES.get(code, Then.LATER if status >= 500 else Then.REFUSED)
    unsure = status >= 500 or code in _HALFWAY
    return Refusal(then=then, code=code, after=_retry_after(error) if then is Then.WAIT else None, unsure=unsure)


def _word(error: SlackApiError) -> str | None:
    """Return Slack's error code; None where the answer is not in Slack's form."""
    try:
        is_slacks, code = error.response.get("ok") is False, error.response.get("error")
    except (AttributeError, ValueError):  # an answer that is no JSON is kept as text
        return None
    return code if is_slacks and isinstance(code, str) and _WORD.fullmatch(code) else None


def _retry_after(error: SlackApiError) -> float:
    # The SDK gives the values of a header as a list.
    given = getattr(error.response, "headers", {}).items()
    headers = {name.lower(): str(next(iter(value), "") if isinstance(value, list) else value) for name, value in given}
    said, date = headers.get("retry-after", ""), headers.get("date", "")
    asked = seconds_asked(said, date=date, now=datetime.now(UTC))
    return _USUAL_WAIT if asked is None else asked

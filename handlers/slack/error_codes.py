"""Error codes of Slack, for calls made while a person waits.

What the sender makes of such a code is in `bot/slack/api_errors.py`.
"""

import re
from http.client import HTTPException

from slack_sdk.errors import SlackApiError, SlackClientError

NOT_DONE = (SlackApiError, SlackClientError, HTTPException, OSError, ValueError, RecursionError)
"""Errors that a call to Slack raises: a refusal, no connection, a broken connection, an answer that cannot be read."""
RATE_LIMITED = "ratelimited"
NO_ANSWER = "no_answer"
"""Code for no answer in time, or none at all."""
_PASSING = frozenset(
    {
        RATE_LIMITED,
        "rate_limited",
        NO_ANSWER,
        "fatal_error",
        "internal_error",
        "service_unavailable",
        "request_timeout",
        "team_added_to_org",
    }
)
_WORD = re.compile("[a-z][a-z0-9_]{0,99}")


def code_of(error: Exception) -> str:
    """Return Slack's error code, `http_STATUS` for a page that is none of Slack's answers, or `NO_ANSWER`."""
    if not isinstance(error, SlackApiError):
        return NO_ANSWER
    status = getattr(error.response, "status_code", None)
    if status == 429:
        return RATE_LIMITED
    try:
        code = str(error.response.get("error") or "")
    except (AttributeError, ValueError):  # an answer that is no JSON is kept as text
        code = ""
    return code if _WORD.fullmatch(code) else f"http_{status or 'error'}"


def is_passing(code: str) -> bool:
    """Tell whether a later try may succeed. Slack would refuse the same call again with any other code."""
    return code in _PASSING or code.startswith("http_")

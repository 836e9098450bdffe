"""What Slack answers when it does not do what it was asked while a person waits, as one word.

What the sender makes of such a word is in `bot/slack/api_errors.py`.
"""

import re
from http.client import HTTPException

from slack_sdk.errors import SlackApiError, SlackClientError

NOT_DONE = (SlackApiError, SlackClientError, HTTPException, OSError, ValueError)
"""What a call to Slack raises: a refusal, no connection, one that broke, an answer that cannot be read."""
RATE_LIMITED = "ratelimited"
NO_ANSWER = "no_answer"
"""No answer in time, or none at all."""
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
    """Slack's word for why, `http_STATUS` for a page that is none of Slack's answers, or `NO_ANSWER`."""
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
    """May it pass by itself? Any other word of Slack's says that the same would be refused again."""
    return code in _PASSING or code.startswith("http_")

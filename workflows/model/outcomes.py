"""What can come of one attempt to ask the Anthropic API, and what follows from it: the whole table, in one place.

| Outcome | Comes of | What follows |
|---|---|---|
| answered | a complete message | it is read |
| transient | no connection, a time-out, 408, 409, 429 except for spend limits, 5xx | tried again, with a pause |
| garbage | a 200 that is no message, or a message without its parts | tried again, a few times |
| never | spend limits, and every other status: 400, 401, 402, 403, 404, 413 | not tried again |
| refused | the model declined | not tried again |
| truncated | the model ran out of tokens or of context | not tried again: the same call is cut off again |

Errors that are not in the table are bugs and pass through. The SDK is imported inside functions because that takes
seconds, which a command that asks no model should not wait for.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum

from workflows.model.port import Usage

_LONGEST_QUOTE = 200
"""Characters of the provider's own words that are passed on."""

_NEVER = {
    400: "The model's provider calls the request invalid",
    401: "The API key for the model is not accepted",
    402: "The account at the model's provider has a billing problem",
    403: "The API key may not use this model",
    404: "The model's provider does not know this model",
    413: "The case is too long for the model",
}


class Outcome(StrEnum):
    """What came of one attempt."""

    ANSWERED = "answered"
    TRANSIENT = "transient"
    GARBAGE = "garbage"
    NEVER = "never"
    REFUSED = "refused"
    TRUNCATED = "truncated"


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The outcome of one attempt, and why it is that one."""

    outcome: Outcome
    why: str = ""
    """A plain sentence for people; empty for an answer. It can hold the provider's own words."""
    retry_after: float | None = None
    """Seconds that the provider asks to wait, however many."""


def expected_errors() -> tuple[type[Exception], ...]:
    """The errors that `judge_error` knows. The SDK leaves those of a 200 with a broken body as they come."""
    import anthropic

    return (anthropic.APIError, json.JSONDecodeError, UnicodeDecodeError, RecursionError)


def judge_error(error: Exception) -> Verdict:
    """The verdict on an attempt that raised one of `expected_errors`."""
    import anthropic

    match error:
        case anthropic.EnforcedSpendLimitReachedError() | anthropic.ContractSpendLimitReachedError():
            # Both are rate limit errors to the SDK; but no pause helps.
            return Verdict(outcome=Outcome.NEVER, why="The spend limit at the model's provider is reached.")
        case anthropic.APITimeoutError():
            return Verdict(outcome=Outcome.TRANSIENT, why="The model did not answer in time.")
        case anthropic.APIConnectionError():
            cause = f" ({type(error.__cause__).__name__})" if error.__cause__ else ""
            return Verdict(outcome=Outcome.TRANSIENT, why=f"The connection to the model failed{cause}.")
        case anthropic.RateLimitError(response=response):
            why = "The model's provider limits how much may be asked now (HTTP 429)."
            return Verdict(outcome=Outcome.TRANSIENT, why=why, retry_after=_retry_after(response.headers))
        case anthropic.RequestTimeoutError() | anthropic.ConflictError() | anthropic.InternalServerError():
            why = f"The model's provider cannot answer now (HTTP {error.status_code})."
            return Verdict(outcome=Outcome.TRANSIENT, why=why, retry_after=_retry_after(error.response.headers))
        case anthropic.APIStatusError(status_code=status, api_message=words):
            reason = _NEVER.get(status, "The model's provider does not take the request")
            return Verdict(outcome=Outcome.NEVER, why=f"{reason} (HTTP {status}){_quoted(words)}.")
        case _:
            return Verdict(outcome=Outcome.GARBAGE, why="The reply of the model's provider was broken.")


def judge_reply(reply: object) -> Verdict:
    """The verdict on what the SDK returned, which after a 200 can be anything."""
    import anthropic

    if not isinstance(reply, anthropic.types.Message):
        return Verdict(outcome=Outcome.GARBAGE, why="The reply was no message from a model but some other text.")
    match reply.stop_reason:
        case "refusal":
            told = (getattr(reply.stop_details, name, None) for name in ("explanation", "category"))
            words = next(filter(None, map(_quoted, told)), "")
            return Verdict(outcome=Outcome.REFUSED, why=f"The model declined to answer{words}.")
        case "max_tokens":
            return Verdict(outcome=Outcome.TRUNCATED, why="The model's answer was cut off at max_tokens.")
        case "model_context_window_exceeded":
            return Verdict(outcome=Outcome.TRUNCATED, why="The case and its answer are too long for the model.")
    content: object = reply.content
    if not isinstance(content, list) or reply.stop_reason is None:
        return Verdict(outcome=Outcome.GARBAGE, why="The reply was no complete message.")
    if usage_of(reply) is None:
        return Verdict(outcome=Outcome.GARBAGE, why="The reply does not say what it cost.")
    return Verdict(outcome=Outcome.ANSWERED)


def text_of(reply: object) -> str:
    """What the model said, thinking left aside; the reply itself where it is only text; empty where there is none."""
    if isinstance(reply, str):
        return reply
    blocks = getattr(reply, "content", None)
    # By type: a block of thinking can come first.
    texts = [getattr(block, "text", None) for block in blocks or () if getattr(block, "type", None) == "text"]
    return "".join(text for text in texts if isinstance(text, str))


def usage_of(reply: object) -> Usage | None:
    """The tokens that a reply took; None where it does not say."""
    told = getattr(reply, "usage", None)
    counts = [
        getattr(told, name, None)
        for name in ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    ]
    if counts[0] is None or counts[1] is None:
        return None
    whole = [count or 0 for count in counts]
    if not all(isinstance(count, int) and count >= 0 for count in whole):
        return None
    return Usage(input_tokens=whole[0], output_tokens=whole[1], cache_read_tokens=whole[2], cache_write_tokens=whole[3])


def _retry_after(headers: Mapping[str, str]) -> float | None:
    asked = headers.get("retry-after", "")
    try:
        seconds = float(asked)
    except ValueError:
        try:
            # A date is counted from the provider's own clock, so that ours may be wrong.
            until, now = parsedate_to_datetime(asked), parsedate_to_datetime(headers.get("date", ""))
            seconds = (until - now).total_seconds()
        except (ValueError, TypeError):
            return None
    return None if math.isnan(seconds) else max(0.0, seconds)


def _quoted(words: object) -> str:
    """The provider's own words led by a colon, on one line, without control characters; empty where there are none."""
    if not isinstance(words, str):
        return ""
    line = "".join(character for character in " ".join(words.split()) if character.isprintable())
    short = line if len(line) <= _LONGEST_QUOTE else line[:_LONGEST_QUOTE] + "…"
    return f": {short.rstrip('.')}" if short else ""

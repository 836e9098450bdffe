"""What Anthropic's SDK returned or raised, as an outcome: each error type and status in one place.

| Comes of | Outcome |
|---|---|
| a complete message | answered |
| no connection, a time-out, 408, 409, 5xx | transient |
| 429 except for spend limits | throttled |
| a 200 that is no message, or a message without its parts | broken |
| spend limits (429 to the SDK), 402, and what speaks of the credit balance | spent |
| 401, 403 | locked out |
| 404 | retired |
| 413, `model_context_window_exceeded` | too long |
| every other status | invalid |
| `refusal` | refused |
| `max_tokens` | truncated |

Errors that are not in the table are bugs and pass through. The SDK is imported inside functions because that takes
seconds, which a command that asks no model should not wait for.
"""

import json
import math
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from workflows.model.outcomes import Outcome, Verdict
from workflows.model.port import Usage

_LONGEST_QUOTE = 4_000
"""Characters of the provider's own words that are passed on; whoever takes secrets out of them cuts them."""

_REFUSED_STATUS = {
    400: (Outcome.INVALID, "The model's provider calls the request invalid"),
    401: (Outcome.LOCKED_OUT, "The API key for the model is not accepted"),
    402: (Outcome.SPENT, "The account at the model's provider has a billing problem"),
    403: (Outcome.LOCKED_OUT, "The API key may not use this model"),
    404: (Outcome.RETIRED, "The model's provider does not know this model"),
    413: (Outcome.TOO_LONG, "The case is too long for the model"),
}


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
            return Verdict(outcome=Outcome.SPENT, why="The spend limit at the model's provider is reached.")
        case anthropic.APITimeoutError():
            why = "The model did not answer in time."
            return Verdict(outcome=Outcome.TRANSIENT, why=why, may_cost=_was_sent(error))
        case anthropic.APIConnectionError():
            cause = f" ({type(error.__cause__).__name__})" if error.__cause__ else ""
            why = f"The connection to the model failed{cause}."
            return Verdict(outcome=Outcome.TRANSIENT, why=why, may_cost=_was_sent(error))
        case anthropic.RateLimitError(response=response):
            why = "The model's provider limits how much may be asked now (HTTP 429)."
            return Verdict(outcome=Outcome.THROTTLED, why=why, retry_after=_retry_after(response.headers))
        case anthropic.RequestTimeoutError() | anthropic.ConflictError() | anthropic.InternalServerError():
            why = f"The model's provider cannot answer now (HTTP {error.status_code})."
            return Verdict(outcome=Outcome.TRANSIENT, why=why, retry_after=_retry_after(error.response.headers))
        case anthropic.APIStatusError(status_code=status, api_message=words):
            other = (Outcome.INVALID, "The model's provider does not take the request")
            outcome, reason = _REFUSED_STATUS.get(402 if _is_a_bill(words) else status, other)
            return Verdict(outcome=outcome, why=f"{reason} (HTTP {status}){_quoted(words)}.")
        case _:
            why = "The reply of the model's provider was broken."
            return Verdict(outcome=Outcome.BROKEN, why=why, may_cost=True)


def judge_reply(reply: object) -> Verdict:
    """The verdict on what the SDK returned, which after a 200 can be anything."""
    import anthropic

    if not isinstance(reply, anthropic.types.Message):
        why = "The reply was no message from a model but some other text."
        return Verdict(outcome=Outcome.BROKEN, why=why, may_cost=True)
    match reply.stop_reason:
        case "refusal":
            told = (getattr(reply.stop_details, name, None) for name in ("explanation", "category"))
            words = next(filter(None, map(_quoted, told)), "")
            return Verdict(outcome=Outcome.REFUSED, why=f"The model declined to answer{words}.", may_cost=True)
        case "max_tokens":
            why = "The model's answer was cut off at max_tokens."
            return Verdict(outcome=Outcome.TRUNCATED, why=why, may_cost=True)
        case "model_context_window_exceeded":
            why = "The case and its answer are too long for the model."
            return Verdict(outcome=Outcome.TOO_LONG, why=why, may_cost=True)
    content: object = reply.content
    if not isinstance(content, list) or reply.stop_reason is None:
        return Verdict(outcome=Outcome.BROKEN, why="The reply was no complete message.", may_cost=True)
    if usage_of(reply) is None:
        return Verdict(outcome=Outcome.BROKEN, why="The reply does not say what it cost.", may_cost=True)
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
    thinking = getattr(getattr(told, "output_tokens_details", None), "thinking_tokens", None)
    return Usage(
        input_tokens=whole[0],
        output_tokens=whole[1],
        thinking_tokens=thinking if isinstance(thinking, int) and 0 <= thinking <= whole[1] else 0,
        cache_read_tokens=whole[2],
        cache_write_tokens=whole[3],
    )


def _is_a_bill(words: object) -> bool:
    """Some accounts without money are told so with a 400."""
    return isinstance(words, str) and "credit balance" in words.lower()


def _was_sent(error: Exception) -> bool:
    """May the request have reached the provider? Not where no connection came about."""
    import httpx2

    return not isinstance(error.__cause__, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout))


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

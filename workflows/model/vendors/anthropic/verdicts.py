"""Outcomes for what Anthropic's SDK returned or raised.

| Comes of | Outcome |
|---|---|
| a complete message | answered |
| no connection, a time-out | transient |
| an error, also in the body of a 200 | what `errors` makes of it |
| a 200 that is no message, or a message without its parts | broken |
| `model_context_window_exceeded` | too long |
| `refusal` | refused |
| `max_tokens` | truncated |

Errors that are not in the table are bugs and pass through. The SDK is imported inside functions because that takes
seconds, which a command that asks no model should not wait for.
"""

import json
from contextlib import suppress

from workflows.model.outcomes import Outcome, Verdict
from workflows.model.port import Usage
from workflows.model.vendors.errors import parts_of, status_in
from workflows.model.vendors.verdicts import BROKEN, quoted, token_count, verdict_on_error, verdict_on_silence

_LOOKED_THROUGH = 20_000
"""Characters that are searched for an error in a reply that is plain text."""


def expected_errors() -> tuple[type[Exception], ...]:
    """Return the errors that `judge_error` knows. The SDK passes on the errors of a 200 with a broken body.

    A `ValueError` is no JSON, no UTF-8, or a number that is too long.
    """
    import anthropic

    return (anthropic.APIError, ValueError, RecursionError)


def judge_error(error: Exception) -> Verdict:
    """Return the verdict on a request that raised one of `expected_errors`."""
    import anthropic

    match error:
        case anthropic.APIConnectionError():
            return verdict_on_silence(error.__cause__, is_timeout=isinstance(error, anthropic.APITimeoutError))
        case anthropic.APIStatusError(status_code=status, body=body, response=response):
            return verdict_on_error(status, body, headers=response.headers)
        case _:
            return BROKEN


def judge_reply(reply: object) -> Verdict:
    """Return the verdict on a value of the SDK, which after a 200 can be anything."""
    import anthropic

    error = _error_in(reply)
    if error is not None:
        kind, _, _ = parts_of(error)
        return verdict_on_error(status_in(kind), error)
    if not isinstance(reply, anthropic.types.Message):
        why = "The reply was not a message from a model, but another text."
        return Verdict(outcome=Outcome.BROKEN, why=why, may_cost=True)
    match reply.stop_reason:
        case "refusal":
            said = (getattr(reply.stop_details, name, None) for name in ("explanation", "category"))
            words = next(filter(None, map(quoted, said)), "")
            return Verdict(outcome=Outcome.REFUSED, why=f"The model declined to answer{words}.", may_cost=True)
        case "max_tokens":
            why = "The model's answer was cut off at max_tokens."
            return Verdict(outcome=Outcome.TRUNCATED, why=why, may_cost=True)
        case "model_context_window_exceeded":
            why = "The case and its answer are too long for the model."
            return Verdict(outcome=Outcome.TOO_LONG, why=why, may_cost=True)
    content: object = reply.content
    if not isinstance(content, list) or reply.stop_reason is None:
        return Verdict(outcome=Outcome.BROKEN, why="The reply was not a complete message.", may_cost=True)
    if usage_of(reply) is None:
        return Verdict(outcome=Outcome.BROKEN, why="The reply does not say what it cost.", may_cost=True)
    return Verdict(outcome=Outcome.ANSWERED)


def judge_errored(error: object) -> Verdict:
    """Return the verdict on the error of one question of a batch, as JSON."""
    kind, _, _ = parts_of(error)
    return verdict_on_error(status_in(kind), error)


def _error_in(reply: object) -> object:
    """Return the error that came with a success's status, as JSON or as an event of a stream; None where there is
    none.
    """
    if isinstance(reply, str):
        for line in reply[:_LOOKED_THROUGH].splitlines():
            with suppress(ValueError, RecursionError):
                found = json.loads(line.removeprefix("data:"))
                if isinstance(found, dict) and found.get("type") == "error":
                    return found
        return None
    told = getattr(reply, "error", None)
    return {"error": told} if getattr(reply, "type", None) == "error" and isinstance(told, dict) else None


def text_of(reply: object) -> str:
    """Return the model's text without its thinking; the reply itself where it is plain text; empty where there is
    none.
    """
    if isinstance(reply, str):
        return reply
    blocks = getattr(reply, "content", None)
    # By type: a block of thinking can come first.
    texts = [getattr(block, "text", None) for block in blocks or () if getattr(block, "type", None) == "text"]
    return "".join(text for text in texts if isinstance(text, str))


def usage_of(reply: object) -> Usage | None:
    """Return the tokens of a reply; None where it does not state them."""
    told = getattr(reply, "usage", None)
    counts = [
        token_count(getattr(told, name, None))
        for name in ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    ]
    read, written, from_cache, to_cache = counts
    if read is None or written is None or -1 in counts:
        return None
    thinking = token_count(getattr(getattr(told, "output_tokens_details", None), "thinking_tokens", None)) or 0
    return Usage(
        input_tokens=read,
        output_tokens=written,
        thinking_tokens=thinking if 0 <= thinking <= written else 0,
        cache_read_tokens=from_cache or 0,
        cache_write_tokens=to_cache or 0,
    )

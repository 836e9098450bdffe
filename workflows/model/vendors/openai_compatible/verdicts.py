"""Outcomes for what a server that speaks OpenAI's API returned.

| Comes of | Outcome |
|---|---|
| a choice that ended with `stop`, or with the call of the tool | answered |
| no connection, a time-out | transient |
| an error, also in the body of a 200 | what `errors` makes of it |
| a redirect | invalid |
| a 200 that is no completion, or one without its parts | broken |
| `length` | truncated |
| `content_filter`, or a `refusal` | refused |
| far fewer tokens read than were sent | too long |

Ollama cuts a question that is longer than its context, says nothing of it, and answers what is left. Its count of
tokens gives it away.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from workflows.model.asking.requests import Request
from workflows.model.outcomes import Outcome, Verdict
from workflows.model.port import Usage
from workflows.model.vendors.errors import parts_of
from workflows.model.vendors.openai_compatible.settings import Form
from workflows.model.vendors.verdicts import BROKEN, quoted, verdict_on_error

_ENDED = frozenset({"stop", "tool_calls", "function_call"})
MOST_BYTES_OF_A_TOKEN = 7
"""Most bytes of a token, on the average of a whole question. Plain English has four to five."""
LEAST_CHECKED = 4_000
"""Bytes of the shortest question that is checked for that."""
_OTHERWISE = {
    "json_schema": "if the server does not take response_format, set COUNTERSIGN_OPENAI_COMPATIBLE_FORM=tool or "
    "COUNTERSIGN_MODEL_STATES_FORM=true",
    "tool": "if the server takes no tools, set COUNTERSIGN_MODEL_STATES_FORM=true",
}


def judge_status(status: int, body: object, *, headers: Mapping[str, str], form: Form | None) -> Verdict:
    """Return the verdict on a reply that is no success. `form`: the way of asking for it; None: it is in the prompt."""
    if 300 <= status < 400:
        why = f"The model's server redirects to another address (HTTP {status}), which is not followed: set that one."
        return Verdict(outcome=Outcome.INVALID, why=why)
    verdict = verdict_on_error(status, body, headers=headers)
    if verdict.outcome is not Outcome.UNFIT or form is None:
        return verdict
    # In front of the server's own words, which can be long.
    stated = f"(HTTP {status})"
    return replace(verdict, why=verdict.why.replace(stated, f"{stated}; {_OTHERWISE[form]}", 1))


def judge_reply(reply: object, request: Request, usage: Usage | None, *, form: Form | None) -> Verdict:
    """Return the verdict on the JSON of a success."""
    if not isinstance(reply, dict):
        return BROKEN
    if (error := reply.get("error")) is not None and not reply.get("choices"):
        _, code, _ = parts_of(reply)
        status = error.get("code", code) if isinstance(error, dict) else 500
        return judge_status(status if isinstance(status, int) and status >= 400 else 500, reply, headers={}, form=form)
    choice = first_choice(reply)
    message = choice.get("message")
    if not isinstance(message, dict):
        return replace(BROKEN, why="The reply was not a message from a model.")
    match choice.get("finish_reason"):
        case "length":
            why = "The model's answer was cut off at max_tokens."
            return Verdict(outcome=Outcome.TRUNCATED, why=why, may_cost=True)
        case "content_filter":
            why = f"The model declined to answer{quoted(message.get('refusal')) or ': content filter'}."
            return Verdict(outcome=Outcome.REFUSED, why=why, may_cost=True)
        case ended if not isinstance(ended, str) or ended not in _ENDED:
            return replace(BROKEN, why="The reply was not a complete message.")
    if refused := quoted(message.get("refusal")):
        return Verdict(outcome=Outcome.REFUSED, why=f"The model declined to answer{refused}.", may_cost=True)
    if usage is None:
        return replace(BROKEN, why="The reply does not say what it cost.")
    if (sent := _bytes(request)) >= LEAST_CHECKED and _read(usage) * MOST_BYTES_OF_A_TOKEN < sent:
        why = (
            f"The model's server read {_read(usage):,} tokens of {sent:,} bytes, so it cut the question: give it a "
            "longer context (Ollama: OLLAMA_CONTEXT_LENGTH)."
        )
        return Verdict(outcome=Outcome.TOO_LONG, why=why, may_cost=True)
    return Verdict(outcome=Outcome.ANSWERED)


def first_choice(reply: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the first choice of a reply; empty where there is none."""
    choices = reply.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _read(usage: Usage) -> int:
    return usage.input_tokens + usage.cache_read_tokens


def _bytes(request: Request) -> int:
    return len(request.system.encode()) + len(request.user.encode())

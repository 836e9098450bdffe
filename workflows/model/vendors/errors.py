"""The meaning of a provider's error, as an outcome: by its code, its type, its words and its status, in this order.

The status says little: money that ran out, an organisation that was disabled, a case that is too long and a form that
cannot be compiled all come as a 400 of the type `invalid_request_error`. Codes and types, where they are given, are
stable. The words are not, so short pieces of them are searched for. The pieces are from real answers of Anthropic,
Bedrock and Vertex, and of servers with the same protocol (LiteLLM, OpenRouter, vLLM, llama.cpp, Ollama).

An unknown error is invalid. Several of them in a row count as the workflow's own fault, so that an unknown wording is
noticed.
"""

import re
from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from workflows.model.outcomes import Outcome

_LOOKED_AT = 500
"""Characters of the words that are searched. A server may quote the case after its own words."""

_O = Outcome
_OF_CODE: Final[Mapping[str, Outcome]] = {
    "enforced_spend_limit_reached": _O.SPENT,
    "contract_spend_limit_reached": _O.SPENT,
    "linked_organization_spend_limit_reached": _O.SPENT,
    "linked_organization_billing_unavailable": _O.SPENT,
    "insufficient_quota": _O.SPENT,
    "budget_exceeded": _O.SPENT,
    "ramp_limit_exceeded": _O.THROTTLED,
    "organization_on_hold": _O.LOCKED_OUT,
    "organization_type_not_supported": _O.LOCKED_OUT,
    "organization_not_enrolled_in_beta": _O.LOCKED_OUT,
    "parent_organization_required": _O.LOCKED_OUT,
    "claude_code_key_creator_not_member": _O.LOCKED_OUT,
    "cmek_key_disabled": _O.LOCKED_OUT,
    "cmek_key_network_blocked": _O.LOCKED_OUT,
    "user_profile_billing_not_authorized": _O.LOCKED_OUT,
    "user_profile_not_billable": _O.LOCKED_OUT,
    "user_profile_not_found": _O.LOCKED_OUT,
    "user_profile_required": _O.LOCKED_OUT,
    "cmek_key_unreachable": _O.TRANSIENT,
    "cmek_context_unavailable": _O.TRANSIENT,
    "request_body_too_large_after_decoding": _O.TOO_LONG,
    "context_length_exceeded": _O.TOO_LONG,
    "exceed_context_size_error": _O.TOO_LONG,
    "model_not_found": _O.RETIRED,
}
_OF_TYPE: Final[Mapping[str, Outcome]] = {
    "billing_error": _O.SPENT,
    "budget_exceeded": _O.SPENT,
    "insufficient_quota": _O.SPENT,
    "authentication_error": _O.LOCKED_OUT,
    "permission_error": _O.LOCKED_OUT,
    "not_found_error": _O.RETIRED,
    "request_too_large": _O.TOO_LONG,
    "exceed_context_size_error": _O.TOO_LONG,
    "overloaded_error": _O.TRANSIENT,
    "timeout_error": _O.TRANSIENT,
    "rate_limit_error": _O.THROTTLED,
    "throttlingexception": _O.THROTTLED,
    "resource_exhausted": _O.THROTTLED,
    "accessdeniedexception": _O.LOCKED_OUT,
    "unrecognizedclientexception": _O.LOCKED_OUT,
    "permission_denied": _O.LOCKED_OUT,
    "unauthenticated": _O.LOCKED_OUT,
    "servicequotaexceededexception": _O.SPENT,
    "modelerrorexception": _O.TRANSIENT,
}
_OF_STATUS: Final[Mapping[int, Outcome]] = {
    401: _O.LOCKED_OUT,
    402: _O.SPENT,
    403: _O.LOCKED_OUT,
    404: _O.RETIRED,
    408: _O.TRANSIENT,
    409: _O.TRANSIENT,
    413: _O.TOO_LONG,
    429: _O.THROTTLED,
}
_STATUS_OF_TYPE: Final[Mapping[str, int]] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


def _any_of(*pieces: str) -> re.Pattern[str]:
    return re.compile("|".join(pieces))


_MONEY = _any_of(
    r"credit balance",
    r"(insufficient|not enough|out of|no( more| remaining)?) (\w+ )?(credits?|balance|funds)",
    r"usage limits?\b.{0,80}\bregain access",
    r"reached your (specified |configured |set )?(\w+ )?(api )?usage limits?",
    r"(spend|spending|budget|billing|cost) (limit|cap|threshold)",
    r"(budget|credits?|balance) (has been |have been |is |are )?(exceeded|exhausted|depleted|used up|too low)",
    r"(exceeded|over|crossed) (the |your |its )?(\w+ )?budget",
    r"exceededbudget",
    r"(purchase|buy|add) (more )?(credits|funds)",
    r"payment (is )?(required|method|instrument|overdue|failed)",
    r"key limit exceeded",
)
_ACCESS = _any_of(
    r"(organi[sz]ation|account|workspace|project)\b.{0,40}"
    r"\b(disabled|suspended|deactivated|on hold|restricted|banned|blocked|terminated|closed|not active|inactive)",
    r"(api[ -]?key|x-api-key|credentials?|access token|oauth|security token|authorization header|bearer)\b.{0,60}"
    r"\b(invalid|expired|revoked|disabled|incorrect|not valid|missing|malformed|not supported|not found|inactive)",
    r"(invalid|expired|revoked|incorrect|missing|no) (\S+ )?(api[ -]?key|x-api-key|credentials?|(\w+ )?token|bearer)",
    r"access (is |was )?denied|not authori[sz]ed|unauthori[sz]ed|accessdenied|permission.{0,10}denied",
    r"use case details have not been submitted",
    r"(don't|do not|does not|doesn't) have (access|permission)",
    r"not (available|supported) in your (country|region|location)",
)
_TOO_LONG = _any_of(
    r"(prompt|input|request|message|conversation)( text| payload| body)? (is |was )?too (long|large)",
    r"too long for (the )?(requested )?model",
    r"context (length|window|size|limit)\b.{0,30}\bexceed",
    r"exceed\w*\b.{0,40}\bcontext (length|window|size|limit)",
    r"maximum context (length|size)",
    r"(prompt|input) (tokens |length )?(exceeds|is longer than)",
    r"request (size )?exceeds (the )?(maximum|allowed|limit)",
    r"long context",
    r"prompt contains .{0,30}tokens.{0,40}(maximum|limit)",
    r"too many (input |prompt )?tokens(?!.{0,20}(wait|per (minute|second|day)))",
)
_DOCUMENT = _any_of(
    r"\bpdf\b.{0,60}\b(not valid|invalid|password|encrypted|corrupt\w*|damaged|empty)",
    r"maximum of [0-9,]+ (pdf )?pages",
    r"too many (images|documents|pdfs|pages)",
    r"(could not|cannot|can't|unable to|failed to) (process|read|decode|parse|open|load) (the |this |an? |input )?"
    r"(image|pdf|document)",
    r"\bat most [0-9]+ (image|video|audio)",
    r"\bnot a multimodal model",
    r"\b(image|multimodal) (input|data|content)s?\b.{0,30}\bnot (supported|enabled)",
    r"images?\b.{0,60}\b(exceeds?|too (large|big|many)|not match|empty|invalid|not valid|corrupt\w*)",
)
_REFUSED = _any_of(r"content (filter|polic|management)", r"blocked by (\w+ )?(safety|guardrail|moderation)")
_UNFIT = _any_of(
    r"compiled grammar",
    r"grammar\b.{0,30}\b(large|complex|compil|pars|invalid|fail)",
    r"(fail\w*|unable|could not)\b.{0,30}\b(grammar|schema)",
    r"schemas?\b.{0,40}\b(large|complex|too many|too deep|invalid|not valid|unsupported|not supported)",
    r"(invalid|unsupported|bad) (json |response |output )?schema",
    r"output_(config|format)",
    r"json_schema",
    r"(structured outputs?|response_format)\b.{0,40}\bnot (supported|available|enabled)",
    r"response_format\b.{0,20}\bmust be",
    r"(does not|doesn't) support\b",
    r"(is|are) not supported (by|on|for|with) (this|the) model",
    r"\b(thinking|effort|system|cache_control|max_tokens)\b.{0,60}\bnot (supported|permitted|allowed)",
    r"extra inputs are not permitted",
    r"unsupported (parameter|value|field|content)",
)
_UNKNOWN_MODEL = _any_of(
    r"model\b.{0,80}\b(not found|not exist|doesn't exist|unknown|deprecated|retired|end of (its )?life|no longer"
    r"|not available|unavailable|not recogni[sz]ed|not loaded)",
    r"(invalid|unknown|unsupported|no such) model",
    r"model (id|identifier|name)\b.{0,60}\b(invalid|not valid|unknown)",
    r"on-demand throughput isn.t supported",
)
_SAID: Final = (
    (_MONEY, _O.SPENT),
    (_DOCUMENT, _O.DOCUMENT),
    (_TOO_LONG, _O.TOO_LONG),
    (_REFUSED, _O.REFUSED),
    (_UNKNOWN_MODEL, _O.RETIRED),
    (_ACCESS, _O.LOCKED_OUT),
    (_UNFIT, _O.UNFIT),
)
"""Patterns in order of precedence: a text about money may also mention the key."""
_OF_THE_REQUEST = (_O.TOO_LONG, _O.DOCUMENT, _O.UNFIT)
_OF_THE_ACCOUNT = (_O.SPENT, _O.LOCKED_OUT)


def outcome_of(status: int, *, kind: str = "", code: str = "", words: str = "") -> Outcome:
    """Return the outcome for an error. `kind`: its type. `code`: the cause in its details. Empty where there is
    none.
    """
    known = _OF_CODE.get(code.lower())
    if known is not None:
        return known
    said = " ".join(words[:_LOOKED_AT].lower().replace("\u2019", "'").replace("`", "").split())
    by_words = next((outcome for pattern, outcome in _SAID if pattern.search(said)), None)
    by_type = _OF_TYPE.get(kind.lower())
    if status == 429 or by_type is _O.THROTTLED:
        # A rate limit speaks of tokens, organisations and plans, too. It passes, unless money or the length is meant.
        return by_words if by_words in (_O.SPENT, _O.TOO_LONG) else _O.THROTTLED
    if by_type not in (None, _O.RETIRED):
        return by_type
    if status >= 500 and by_type is None:
        # Servers of one's own call so what is wrong with the request. Whatever else fails there may pass.
        return by_words if by_words in _OF_THE_REQUEST else _O.TRANSIENT
    known = by_type or _OF_STATUS.get(status)
    if known is None:
        return by_words or _O.INVALID
    return by_words if known in (_O.RETIRED, _O.LOCKED_OUT) and by_words in _OF_THE_ACCOUNT else known


def parts_of(body: object) -> tuple[str, str, str]:
    """The type, the code and the words of an error, however its server lays them out; empty where there are none."""
    if isinstance(body, list) and body:
        body = body[0]  # Vertex
    if not isinstance(body, dict):
        return "", "", body if isinstance(body, str) else ""
    inner: object = body.get("error", body)
    if not isinstance(inner, dict):
        return _text(body.get("type"), body.get("__type")), "", _text(inner, body.get("message"))
    details = inner.get("details")
    code = details.get("error_code") if isinstance(details, dict) else None
    kind = _text(inner.get("type"), inner.get("__type"), inner.get("status"))
    return kind, _text(code, inner.get("code")), _text(inner.get("message"), inner.get("detail"), inner.get("Message"))


def status_in(kind: str) -> int:
    """Return the usual HTTP status for an error of this type; 500 for an unknown type."""
    return _STATUS_OF_TYPE.get(kind, 500)


def _text(*found: JsonValue | object) -> str:
    return next((one for one in found if isinstance(one, str) and one), "")

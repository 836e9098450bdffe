"""Verdicts that are the same for every vendor: on an error with a status, and on a request without a reply."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import httpx2

from workflows.excerpts import shortened
from workflows.model.outcomes import Outcome, Verdict
from workflows.model.vendors.errors import outcome_of, parts_of
from workflows.retry_after import seconds_asked

MOST_TOKENS = 10_000_000_000
"""Most tokens that a reply can claim. A larger number counts as unknown."""
BROKEN = Verdict(outcome=Outcome.BROKEN, why="The reply of the model's provider was broken.", may_cost=True)
_LONGEST_QUOTE = 4_000
"""Most characters of the provider's own words that are passed on. They are cut again once their secrets are masked."""
_LONGEST_WHY = 300
"""Most characters of the reason why a request failed."""
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)

_REASONS = {
    Outcome.SPENT: "The account at the model's provider has no money left, or a spend limit is reached",
    Outcome.LOCKED_OUT: "The model's provider does not accept this API key or its organisation",
    Outcome.RETIRED: "The model's provider does not know this model",
    Outcome.TOO_LONG: "The case is too long for the model",
    Outcome.REFUSED: "The model's provider declined to answer",
    Outcome.DOCUMENT: "The model's provider does not take a document of the case",
    Outcome.UNFIT: "The model's provider does not accept the form of the answer, or a setting of the prompt",
    Outcome.INVALID: "The model's provider calls the request invalid",
    Outcome.THROTTLED: "The model's provider limits how much may be asked now",
    Outcome.TRANSIENT: "The model's provider cannot answer now",
}


def verdict_on_error(status: int, body: object, *, headers: Mapping[str, str] | None = None) -> Verdict:
    """Return the verdict on an error with this status. `body`: as JSON, however its server lays it out, or a text."""
    kind, code, words = parts_of(body)
    outcome = outcome_of(status, kind=kind, code=code, words=words)
    passes = outcome in (Outcome.THROTTLED, Outcome.TRANSIENT)
    # The words of a passing error help nobody, and differ each time.
    why = f"{_REASONS[outcome]} (HTTP {status}){'' if passes else quoted(words)}."
    return Verdict(outcome=outcome, why=why, retry_after=_retry_after(headers or {}))


def verdict_on_silence(error: BaseException | None, *, is_timeout: bool, was_sent: bool | None = None) -> Verdict:
    """Return the verdict on a request without a reply.

    `error`: of the HTTP library. `was_sent`: left out, as that error says.
    """
    may_cost = not isinstance(error, _NOT_SENT) if was_sent is None else was_sent
    if is_timeout:
        why = "The model did not answer in time."
    else:
        why = f"The connection to the model failed{f' ({type(error).__name__})' if error else ''}."
    return Verdict(outcome=Outcome.TRANSIENT, why=why, may_cost=may_cost)


def cut(verdict: Verdict) -> Verdict:
    """Return a verdict with its reason cut. Secrets are masked before: a part of a key would not be found."""
    why = verdict.why
    return verdict if len(why) <= _LONGEST_WHY else replace(verdict, why=shortened(why, _LONGEST_WHY))


def token_count(told: object) -> int | None:
    """Return a number of tokens; None where there is none, and -1 for an impossible one: negative, NaN or too large."""
    if told is None:
        return None
    if isinstance(told, bool) or not isinstance(told, (int, float)) or not 0 <= told <= MOST_TOKENS:
        return -1
    return int(told) if told == int(told) else -1


def quoted(words: object) -> str:
    """Return the provider's own words after a colon, on one line, without control characters; empty where there are
    none.
    """
    if not isinstance(words, str):
        return ""
    line = "".join(character for character in " ".join(words.split()) if character.isprintable())
    short = shortened(line, _LONGEST_QUOTE)
    return f": {short.rstrip('.')}" if short else ""


def _retry_after(headers: Mapping[str, str]) -> float | None:
    return seconds_asked(headers.get("retry-after", ""), date=headers.get("date", ""), now=datetime.now(UTC))

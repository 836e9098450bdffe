"""A record for each request to a model, and the answer that all requests for one question add up to."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import reduce

from workflows.model.envelope import Filled
from workflows.model.outcomes import Verdict
from workflows.model.port import Answer, ModelUnavailable, Usage


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One request with its outcome, or the reason why none was sent."""

    verdict: Verdict
    model: str
    """The model that answered, or the one that was asked where none did."""
    filled: Filled | None = None
    raw: str | None = None
    """The reply, where it could not be read as an answer."""
    usage: Usage = field(default_factory=Usage)
    cost: Decimal = Decimal(0)
    """US dollars; the reserved amount, where the provider may charge for the request and does not say how much."""
    cached_from: int | None = None


def conclude(attempts: Sequence[Attempt], *, first: Verdict | None = None) -> Answer:
    """Return the answer after the last request, with the usage and the cost of all.

    `first`: the verdict on the prompt's own model, where another one was asked after it.

    Raise `ModelUnavailable` where the provider did not answer and nothing was paid. Where a request was paid for,
    return an answer without values that says why, so that the money is accounted for.
    """
    last = attempts[-1]
    cost = sum((attempt.cost for attempt in attempts), Decimal(0))
    usage = reduce(Usage.plus, (attempt.usage for attempt in attempts))
    answer = Answer(model=last.model, usage=usage, cost=cost, cached_from=last.cached_from)
    if last.filled is not None:
        return replace(
            answer,
            fallback=f"{first.why} So {last.model} was asked." if first is not None else None,
            values=last.filled.values,
            confidence=last.filled.confidence,
            alternatives=last.filled.alternatives,
            evidence=last.filled.evidence,
            reasons=last.filled.reasons,
        )
    no_answer = (first or last.verdict).follows.no_answer
    assert no_answer is not None
    problem = _problem(attempts, first)
    raw = next((attempt.raw for attempt in reversed(attempts) if attempt.raw), None)
    if not cost and raw is None:
        raise ModelUnavailable(problem, no_answer=no_answer)
    return replace(answer, problem=problem, no_answer=no_answer, raw=raw)


def _problem(attempts: Sequence[Attempt], first: Verdict | None) -> str:
    last = attempts[-1].verdict
    said = last.why if first in (None, last) else f"{first.why} Of {attempts[-1].model}: {last.why}"
    return said if len(attempts) == 1 else f"{said} Tried {len(attempts)} times."

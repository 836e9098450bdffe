"""One record for each request to a model, and the answer that all attempts at one question add up to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from workflows.model.envelope import Filled
from workflows.model.outcomes import Outcome, Verdict
from workflows.model.port import Answer, ModelUnavailable, Usage


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One request and what came of it."""

    verdict: Verdict
    model: str
    """Who answered, or was asked where nobody did."""
    filled: Filled | None = None
    raw: str | None = None
    """What came in place of an answer that can be read."""
    usage: Usage = field(default_factory=Usage)
    cost: Decimal = Decimal(0)
    """US dollars. Zero where the provider reported no tokens."""


def conclude(attempts: Sequence[Attempt]) -> Answer:
    """The answer after the last attempt, with the usage and the cost of all.

    Raise `ModelUnavailable` where the provider did not answer. Not where an earlier attempt was paid for: then an
    answer without values says why, so that the money is accounted for.
    """
    last = attempts[-1]
    cost = sum((attempt.cost for attempt in attempts), Decimal(0))
    usage = Usage(
        input_tokens=sum(attempt.usage.input_tokens for attempt in attempts),
        output_tokens=sum(attempt.usage.output_tokens for attempt in attempts),
        cache_read_tokens=sum(attempt.usage.cache_read_tokens for attempt in attempts),
        cache_write_tokens=sum(attempt.usage.cache_write_tokens for attempt in attempts),
    )
    if last.filled is not None:
        return Answer(
            model=last.model,
            values=last.filled.values,
            confidence=last.filled.confidence,
            alternatives=last.filled.alternatives,
            evidence=last.filled.evidence,
            reasons=last.filled.reasons,
            usage=usage,
            cost=cost,
        )
    problem = last.verdict.why if len(attempts) == 1 else f"{last.verdict.why} Tried {len(attempts)} times."
    if last.verdict.outcome in (Outcome.TRANSIENT, Outcome.NEVER) and not cost:
        raise ModelUnavailable(problem)
    raw = next((attempt.raw for attempt in reversed(attempts) if attempt.raw), None)
    return Answer(model=last.model, problem=problem, raw=raw, usage=usage, cost=cost)

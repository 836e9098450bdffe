"""The score of a proposal: the number that a floor of earned autonomy is compared with. Pure.

It is the stated confidence, never above the second opinion, until a version brings a weighing of its own: a logistic
regression over what is known of a proposal, fitted from people's labels. Applying it takes no library.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workflows.engine.declare.proposal import Proposal
from workflows.engine.declare.weighing import Feature, Weighing
from workflows.engine.propose.policy import Facts, Way, decide
from workflows.engine.reasons import Code

_CERTAIN = 0.001
"""Distance from 0 and from 1 that a probability keeps, so that nothing is ever certain."""
_MOST_DOUBTS = 3
OF_THE_FLOOR = frozenset(
    {
        Code.CONFIDENT,
        Code.BELOW_FLOOR,
        Code.SCORE_BELOW,
        Code.DRAFT,
        Code.NOT_EARNED,
        Code.SHADOW,
        Code.HELD_BACK,
        Code.UNSIGNED,
        Code.INCOMPLETE,
        Code.PAUSED,
    }
)
"""Reasons that another floor, level, signature or day would take away. Any other keeps a case with people."""


@dataclass(frozen=True, kw_only=True)
class Known:
    """Facts about a proposal that its score is made from."""

    confidence: Mapping[str, float]
    """Output field -> its stated confidence, 0 to 1; each field has one."""
    others: Mapping[str, float]
    """Output field -> the probability of its best other value, where the model named one."""
    second: Sequence[float]
    """Probabilities that the local model gives the proposed values."""
    doubts: int
    quoted: int
    """Fields with a quote from the case."""

    @property
    def stated(self) -> float:
        """The lowest confidence, and never more than the second opinion."""
        return min(*self.confidence.values(), *self.second, 1.0)

    @property
    def features(self) -> Mapping[Feature, float]:
        """The facts that are weighed, as numbers."""
        lowest, second = min(self.confidence.values()), min(self.second, default=None)
        return {
            Feature.STATED: _log_odds(lowest),
            Feature.MARGIN: min(number - self.others.get(name, 1 - number) for name, number in self.confidence.items()),
            Feature.SECOND: _log_odds(second) if second is not None else 0.0,
            Feature.AGREES: 0.0 if second is None else 1.0 if second > 0.5 else -1.0,
            Feature.DOUBTS: float(min(self.doubts, _MOST_DOUBTS)),
            Feature.EVIDENCE: self.quoted / len(self.confidence),
        }


def known_of(proposal: Proposal[Any]) -> Known | None:
    """Return what is known of a proposal; None where the confidence of a field is not, or a number is none."""
    others = {name: [one.probability for one in found] for name, found in proposal.alternatives.items()}
    return _known(
        proposal.field_confidence(), others, proposal.second, doubts=proposal.doubts, evidence=proposal.evidence
    )


def known_in(kept: Mapping[str, Any]) -> Known | None:
    """Return the same of a proposal as it is kept: its JSON, which the proposer wrote."""
    others = {name: [one["probability"] for one in found] for name, found in kept.get("alternatives", {}).items()}
    return _known(
        kept["confidence"],
        others,
        kept.get("second", {}),
        doubts=kept.get("doubts", ()),
        evidence=kept.get("evidence", {}),
    )


def _known(
    confidence: Mapping[str, float | None],
    others: Mapping[str, Sequence[float]],
    second: Mapping[str, float],
    *,
    doubts: Sequence[str],
    evidence: Mapping[str, str],
) -> Known | None:
    known = {name: number for name, number in confidence.items() if number is not None}
    best = {name: max(found) for name, found in others.items() if found and name in known}
    # NaN is between no two numbers.
    numbers = [*known.values(), *second.values(), *(one for found in others.values() for one in found)]
    if not known or len(known) < len(confidence) or not all(0 <= number <= 1 for number in numbers):
        return None
    quoted = sum(bool(evidence.get(name)) for name in known)
    return Known(confidence=known, others=best, second=list(second.values()), doubts=len(doubts), quoted=quoted)


def score_of(proposal: Proposal[Any], weighing: Weighing | None) -> float | None:
    """Return how sure a proposal is, 0 to 1; None where that is not known, so that a person decides.

    `weighing`: that of the version; None: what is stated counts, and never more than the second opinion.
    """
    known = known_of(proposal)
    if known is None:
        return None
    return known.stated if weighing is None else weighed(known, weighing)


def weighed(known: Known, weighing: Weighing) -> float | None:
    """Return the confidence that a weighing gives what is known; None where it gives no probability."""
    features = known.features
    odds = weighing.bias + math.fsum(weight * features[name] for name, weight in weighing.weights.items())
    return _probability(_sigmoid(odds))


def highest_floor(facts: Facts) -> float:
    """Return the highest floor at which a case would go alone, 0 to 1; 0 where something else keeps it with people."""
    known = [number for number in facts.confidence.values() if number is not None]
    score = facts.score.number if facts.score is not None else min(known, default=None)
    if not score:
        return 0.0
    return score if decide(replace(facts, floor=score)).way is Way.ALONE else 0.0


def highest_floor_of(lowest: float | None, reasons: Collection[str]) -> float:
    """Return the same of a case of which only the lowest confidence and the codes of the reasons are kept."""
    return lowest if lowest is not None and OF_THE_FLOOR.issuperset(reasons) else 0.0


def _log_odds(probability: float) -> float:
    within = min(max(probability, _CERTAIN), 1 - _CERTAIN)
    return math.log(within / (1 - within))


def _sigmoid(number: float) -> float:
    if number >= 0:
        return 1 / (1 + math.exp(-number))
    return math.exp(number) / (1 + math.exp(number))


def _probability(number: float) -> float | None:
    return number if 0 <= number <= 1 else None

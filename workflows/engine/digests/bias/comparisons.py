"""Comparisons of a group with the rest of its segment: which differences are more than chance explains. Pure.

Two shares are compared by Fisher's exact test (Statistical Methods for Research Workers, 1934), two-sided as twice the
smaller tail, as the shares are often small. Of spot checks, whose weights differ, the effective numbers of Kish are
compared. All comparisons of a digest are corrected together by Holm's method (Scandinavian Journal of Statistics 6,
1979): where no group differs at all, the chance that any is named is at most 10 %.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workflows.engine.digests.numbers.estimates import LEVEL, Estimate, wilson

MOST_BY_CHANCE = 1 - LEVEL
"""The chance that any difference at all is named where there is none."""
_NEGLIGIBLE = 1e-17


@dataclass(frozen=True, kw_only=True)
class Part:
    """So many of some. Of weighted cases, the effective numbers."""

    number: float
    """Some."""
    hits: float
    looked: int
    """Number of cases, decisions or looks that it rests on."""

    @property
    def share(self) -> float:
        """The share of hits, 0 to 1."""
        return self.hits / self.number

    @property
    def estimate(self) -> Estimate:
        """The share with Wilson's interval."""
        low, high = wilson(self.share, self.number)
        return Estimate(value=self.share, low=low, high=high, number=self.looked)


def chance(one: Part, rest: Part) -> float:
    """Return the probability of a difference at least as large between two parts that are alike, 0 to 1."""
    a, of = round(one.hits), round(one.number)
    hits, whole = a + round(rest.hits), of + round(rest.number)
    low, high = max(0, of + hits - whole), min(of, hits)
    at = math.exp(_choices(hits, a) + _choices(whole - hits, of - a) - _choices(whole, of))
    below, term = at, at
    for k in range(a, low, -1):
        term *= k * (whole - hits - of + k) / ((hits - k + 1) * (of - k + 1))
        below += term
        if term < below * _NEGLIGIBLE:
            break
    above, term = at, at
    for k in range(a, high):
        term *= (hits - k) * (of - k) / ((k + 1) * (whole - hits - of + k + 1))
        above += term
        if term < above * _NEGLIGIBLE:
            break
    return min(1.0, 2 * min(below, above))


def _choices(of: int, some: int) -> float:
    """Return the logarithm of the number of ways to choose some of so many."""
    return math.lgamma(of + 1) - math.lgamma(some + 1) - math.lgamma(of - some + 1)


def corrected(chances: Sequence[float]) -> list[float]:
    """Return the probabilities corrected for being so many, by Holm's method, in the same order."""
    found, highest = [1.0] * len(chances), 0.0
    for place, index in enumerate(sorted(range(len(chances)), key=chances.__getitem__)):
        highest = max(highest, min(1.0, (len(chances) - place) * chances[index]))
        found[index] = highest
    return found

"""The ledger: at most how many of all that ever went alone are wrong. Pure.

It assumes only that the draws of spot checks are fair: not that cases are alike, nor that versions stay. Each error
that is found speaks for those that nobody looked at, by the probability with which it was looked at. A mixture over a
few bets is a supermartingale for the true number of errors, so the bound holds at every moment with the certainty of
the promise: the same inequality as that of the certifier.

For a wrong case that is looked at with the probability p, the mean of exp(c - theta) is 1 if c = -ln(1 - u) and theta =
-ln(1 - u / p) with probability p, else 0: (1 - p) + p (1 - u / p) = 1 - u. The bet u is least x a share below 1.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

BETS = (0.1, 0.3, 0.5, 0.7, 0.9, 0.99)


@dataclass(kw_only=True)
class Ledger:
    """The findings of spot checks in all that went alone, over all versions."""

    least: float
    """The smallest probability with which a case that went alone is looked at, ever; above 0, at most 1."""
    sure: float
    found: list[float] = field(default_factory=lambda: [0.0] * len(BETS))

    def __post_init__(self) -> None:
        """Raise `ValueError` for a number out of range."""
        if not (0 < self.least <= 1 and 0 < self.sure < 1):
            raise ValueError(f"a ledger needs two numbers between 0 and 1, not {self.least} and {self.sure}")

    def work_in(self, *, is_error: bool, probability: float) -> None:
        """Take in a spot check of a case that went alone. Raise `ValueError` for a probability below the smallest."""
        if not self.least <= probability <= 1:
            raise ValueError(f"a case is looked at with a probability from {self.least} to 1, not {probability}")
        if is_error:
            for place, bet in enumerate(BETS):
                self.found[place] -= math.log(1 - self.least * bet / probability)

    def most_wrong(self) -> int:
        """Return the greatest number of wrong ones among all that went alone that is not ruled out."""
        return _greatest(self.least, self.found, math.log(1 / (1 - self.sure)))


def _greatest(least: float, found: Sequence[float], needed: float) -> int:
    costs = [-math.log(1 - least * bet) for bet in BETS]

    def is_ruled_out(errors: int) -> bool:
        powers = [cost * errors - one for cost, one in zip(costs, found, strict=True)]
        highest = max(powers)
        mean = sum(math.exp(power - highest) for power in powers) / len(powers)
        return highest + math.log(mean) >= needed

    # More wrong ones are always less likely: the first that is ruled out is found by halving.
    high = 1
    while not is_ruled_out(high):
        high *= 2
    low = high // 2
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_ruled_out(middle) else (middle, high)
    return low

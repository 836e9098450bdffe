"""Estimates from samples, each with a 90 % interval. Pure.

The share of errors is estimated from cases that were looked at, each drawn with a probability of its own: the ratio of
Hájek ("Comment on a paper by D. Basu", in Foundations of Statistical Inference, 1971). Its interval is that of Wilson
(Journal of the American Statistical Association 22, 1927), which stays within 0 and 1 where few errors are found, with
the effective number of looks of Kish (Survey Sampling, 1965). Hours are sums of means: their errors are carried through
as those of independent, normal ones, and of small samples by Student's t (Biometrika 6, 1908).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

LEVEL = 0.9
"""Confidence level of each interval, two-sided."""
FEWEST_LOOKS = 30
"""Looks below which no share of errors is estimated."""
FEWEST_MEASURED = 5
"""Measured decisions below which no time per decision is told."""
SMALL = 30
"""Size of a sample below which its interval uses Student's t."""


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """An estimated value with its interval."""

    value: float
    low: float | None
    """None: it has no interval."""
    high: float | None
    number: int
    """Size of the smallest sample that it rests on."""


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Measured values, as much of them as an estimate needs."""

    number: int
    mean: float
    deviation: float | None
    """Standard deviation of a value, by the number less one; None for fewer than two values."""

    @property
    def variance_of_mean(self) -> float | None:
        """Square of the standard error of the mean; None where it cannot be known."""
        return None if self.deviation is None else self.deviation**2 / self.number


def sample_of(number: int, total: float, squares: float) -> Sample:
    """Return a sample of at least one value from the sums of the values and of their squares."""
    mean = total / number
    # Of values that are all alike, the difference of large sums may be a little below zero.
    spread = max(squares - number * mean**2, 0.0)
    return Sample(number=number, mean=mean, deviation=math.sqrt(spread / (number - 1)) if number > 1 else None)


@dataclass(frozen=True, kw_only=True)
class Looks:
    """Cases that were drawn, looked at and graded. The weight of each is 1/probability."""

    number: int
    weight: float
    """Sum of the weights: the number of cases for which they stand."""
    squares: float
    """Sum of the squares of the weights."""
    wrong: float
    """Sum of the weights of those that were wrong."""


def wrong_share(looks: Looks) -> Estimate | None:
    """Estimate the share of all cases that are wrong, 0 to 1; None for fewer than 30 looks."""
    if looks.number < FEWEST_LOOKS:
        return None
    share, effective = looks.wrong / looks.weight, looks.weight**2 / looks.squares
    low, high = wilson(share, effective)
    return Estimate(value=share, low=low, high=high, number=looks.number)


def wilson(share: float, number: float) -> tuple[float, float]:
    """Return the ends of Wilson's interval for a share that was seen among so many."""
    z = _normal()
    centre = share + z**2 / (2 * number)
    half = z * math.sqrt(share * (1 - share) / number + z**2 / (4 * number**2))
    whole = 1 + z**2 / number
    return max((centre - half) / whole, 0.0), min((centre + half) / whole, 1.0)


@dataclass(frozen=True, kw_only=True)
class Work:
    """The work of a workflow in a span: what it replaced, and what it took."""

    cases: int
    """Cases that were resolved alone or by people."""
    minutes: Sample
    """Minutes for a case by hand. A number of 0: they were not measured but stated."""
    decisions: int
    """Decisions that people made."""
    seconds: Sample | None
    """Seconds for a decision; None where there were no decisions."""
    paid: float
    """Hours of people's work that cost as much as the models did."""


def hours_freed(works: Sequence[Work]) -> Estimate:
    """Estimate the hours freed by one workflow or by several together, net of people's time and the models' cost."""
    value, variance, is_known = 0.0, 0.0, True
    numbers = []
    for work in works:
        value += work.cases * work.minutes.mean / 60 - work.paid
        parts = [(work.cases / 60, work.minutes)]
        if work.seconds is not None:
            value -= work.decisions * work.seconds.mean / 3600
            parts.append((work.decisions / 3600, work.seconds))
        for factor, sample in parts:
            numbers.append(sample.number)
            if sample.variance_of_mean is None:
                is_known = False
            else:
                variance += factor**2 * sample.variance_of_mean
    number = min(numbers, default=0)
    if not numbers or not is_known:
        return Estimate(value=value, low=None, high=None, number=number)
    half = _quantile(number) * math.sqrt(variance)
    return Estimate(value=value, low=value - half, high=value + half, number=number)


def _quantile(number: int) -> float:
    """Return how many standard errors the interval reaches, by the size of the smallest sample."""
    if number >= SMALL:
        return _normal()
    # Loads numpy: only where it is needed.
    from scipy.special import stdtrit

    return float(stdtrit(number - 1, (1 + LEVEL) / 2))


def _normal() -> float:
    return NormalDist().inv_cdf((1 + LEVEL) / 2)

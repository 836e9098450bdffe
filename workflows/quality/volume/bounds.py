"""Bounds of the share of wrong cases among those that would go alone, and the floor that holds its promise. Pure.

Cases are looked at with a known probability, each by a draw of its own. The estimate weighs them by its inverse
(Horvitz and Thompson, JASA 47, 1952), as a ratio (Hajek, 1971). Where all were looked at with one probability, those
are a random sample, and the bounds are those of Clopper and Pearson (Biometrika 26, 1934), which are exact. Elsewhere
they come from betting (Waudby-Smith and Ramdas, JRSS B 86, 2024; Xu, Karampatziakis and Mineiro, arXiv 2406.10490):
capital that no strategy multiplies by 1 / delta with more than the chance delta, if the share is what is bet against.

Choosing among floors by the same labels would break a bound that holds for each of them. So the floor is chosen as in
Learn then Test (Angelopoulos et al., arXiv 2110.01052): from strict to loose, each tested with the level that those
before it handed on (fallback procedure; Wiens, Pharmaceutical Statistics 2, 2003). The chance that the chosen floor
breaks the promise is at most `delta`. The floors at which the tests begin follow from scores, never from labels.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

SURE = 0.95
"""Confidence of each bound, and of the choice of the floor."""
_FRACTIONS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""Shares of the capital that are bet; their mean is taken."""
_STEPS = 40
"""Halvings with which a bound is found."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """A case that would go alone, as far as somebody knows whether it is wrong."""

    probability: float
    """Probability with which it was to be looked at, above 0 to 1."""
    is_error: bool | None
    """None: it was not to be looked at."""


@dataclass(frozen=True, kw_only=True)
class Errors:
    """The share of wrong ones among cases, 0 to 1, with its bounds."""

    share: float | None
    """The estimate; None where nobody looked at any."""
    at_least: float
    at_most: float
    """Each bound holds by itself, at 95 % confidence."""


def errors(looks: Sequence[Look], *, sure: float = SURE) -> Errors:
    """Estimate the share of wrong ones among all of these cases."""
    seen = _seen(looks)
    if not seen:
        return Errors(share=None, at_least=0.0, at_most=1.0)
    weight = math.fsum(1 / look.probability for look in seen)
    share = math.fsum(bool(look.is_error) / look.probability for look in seen) / weight
    if _is_simple(looks):
        # Loaded here: it takes a second, and what serves needs it for reports alone.
        from scipy.stats import binomtest

        wrong, of = _count(seen)
        low = binomtest(wrong, of, alternative="greater").proportion_ci(sure, method="exact").low
        high = binomtest(wrong, of, alternative="less").proportion_ci(sure, method="exact").high
        return Errors(share=share, at_least=float(low), at_most=float(high))
    high = _first(lambda bound: p_value(looks, bound) <= 1 - sure)
    low = 1 - _first(lambda bound: p_value(_turned(looks), bound) <= 1 - sure)
    return Errors(share=share, at_least=min(low, share), at_most=max(high, share))


def p_value(looks: Sequence[Look], promise: float) -> float:
    """Return how likely labels as good as these are, at most, if at least the share `promise` of the cases is wrong."""
    seen = _seen(looks)
    if not seen:
        return 1.0
    if _is_simple(looks):
        from scipy.stats import binom

        wrong, of = _count(seen)
        return float(binom.cdf(wrong, of, promise))
    least = min(look.probability for look in looks)
    logs = []
    for fraction in _FRACTIONS:
        gains = (
            fraction * least / look.probability * (-1.0 if look.is_error else promise / (1 - promise)) for look in seen
        )
        logs.append(math.fsum(map(math.log1p, gains)))
    most = max(logs)
    capital = most + math.log(math.fsum(math.exp(one - most) for one in logs) / len(logs))
    return min(1.0, math.exp(-capital))


def chosen(floors: Sequence[tuple[float, Sequence[Look]]], *, promise: float, delta: float = 1 - SURE) -> float | None:
    """Return the lowest floor that holds the promise; None where none is shown to. `floors`: each with its cases.

    `promise`: the share of wrong ones, 0 to 1, that may not be passed. `delta`: chance that it is passed all the same.
    """
    strict_first = sorted(floors, key=lambda one: -one[0])
    levels = _levels([len(_seen(looks)) for _, looks in strict_first], promise=promise, delta=delta)
    found, handed_on = None, 0.0
    for (floor, looks), own in zip(strict_first, levels, strict=True):
        level = own + handed_on
        is_shown = level > 0 and p_value(looks, promise) <= level
        found = floor if is_shown else found
        handed_on = level if is_shown else 0.0
    return found


def at_best(base: float, promise: float) -> float:
    """Return the greatest share of cases that can go alone, 0 to 1, if the share `base` of all proposals is wrong.

    The best scores imaginable send every wrong one to people before any right one; the promise lets some of them pass.
    """
    return 1.0 if base <= promise else 1 - (base - promise) / (1 - promise)


def _levels(seen: Sequence[int], *, promise: float, delta: float) -> list[float]:
    """Return the part of `delta` that each floor has by itself: half for the first that could pass, and half later.

    `seen`: number of cases at each floor that are looked at, which says nothing of what was found.
    """
    levels = [0.0] * len(seen)
    need = math.ceil(math.log(delta / 2) / math.log(1 - promise))
    for most in (need, 4 * need):
        place = next((place for place, number in enumerate(seen) if number >= most), None)
        if place is not None:
            levels[place] += delta / 2
    return levels


def _seen(looks: Sequence[Look]) -> list[Look]:
    return [look for look in looks if look.is_error is not None]


def _is_simple(looks: Sequence[Look]) -> bool:
    return len({look.probability for look in looks}) == 1


def _count(seen: Sequence[Look]) -> tuple[int, int]:
    return sum(bool(look.is_error) for look in seen), len(seen)


def _turned(looks: Sequence[Look]) -> list[Look]:
    """Return the cases with right and wrong exchanged: an upper bound of these is a lower bound of those."""
    return [
        Look(probability=look.probability, is_error=None if look.is_error is None else not look.is_error)
        for look in looks
    ]


def _first(holds: Callable[[float], bool]) -> float:
    """Return the smallest share at which something holds that holds at every greater one, too; 1 where at none."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high

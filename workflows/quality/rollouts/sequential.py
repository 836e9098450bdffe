"""Sequential tests of a version, by betting: they may be looked at after each label. Pure.

Each keeps the wealth of a gambler who bets that a version is worse than it may be. Where it is not, no strategy makes
money on average, so by Ville's inequality the wealth ever reaches 1 / delta with a probability of at most delta: at any
look, whenever people choose to look. A naive test that is repeated every day has no such bound.

Sources: bets on the mean of a bounded variable, and mixtures over fractions: Waudby-Smith and Ramdas, "Estimating means
of bounded random variables by betting", JRSS B 2024. Two samples: Shekhar and Ramdas, "Nonparametric two-sample testing
by betting", IEEE Trans. Inf. Theory 2024. A test that goes on after it was right for long: the mixture over its
beginnings is that of Shin, Ramdas and Rinaldo, "E-detectors", 2023, with weights that add up to 1.

What the numbers do not mean: they hold for labels that are alike (each, given those before, is wrong with the same
probability). Labels that come late because their cases are hard shift what is known until they are there.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

WORSE_BETS = (0.1, 0.2, 0.4, 0.7, 0.9)
"""Shares of the wealth that are bet on an error of the new version that the live one did not make."""
NO_WORSE_BETS = (0.1, 0.2, 0.4, 0.6, 0.8, 0.95)
"""Shares of the wealth that are bet against a version which is worse by the margin."""
TIMES = (1.5, 2.0, 4.0, 8.0)
"""Multiples of the promised rate that a watched rate is tested for."""
HIGHEST = 0.9
"""Highest rate that is tested for."""
RESTARTS = 50
"""Outcomes after which a test of a rate begins again beside those that run."""

RESTART_DAYS = 7
"""Days after which a test of daily answers begins again beside those that run."""


class Verdict(StrEnum):
    """The result of a comparison so far."""

    OPEN = "open"
    WORSE = "worse"
    """The new version makes more errors than the live one."""
    NO_WORSE = "no_worse"
    """It is not worse than the live one by more than the margin."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A comparison of two versions, as far as it went."""

    verdict: Verdict
    looked_at: int
    """Differences up to the verdict, or all of them."""
    worse: float
    """Wealth of the bets that the new version is worse."""
    no_worse: float
    """Wealth of the bets that it is not worse by more than the margin."""


def compared(differences: Iterable[float], *, margin: float, sure: float) -> Compared:
    """Compare two versions, difference by difference, until one of the two tests is certain.

    `differences`: each from -1 to 1, the errors of the new version less those of the live one, in the order in which
    people's labels came. `margin`, `sure`: those of the rollout. A version that is called worse is so with certainty
    `sure`; one that is called no worse, too. Raise `ValueError` for a difference out of range.
    """
    needed = 1 / (1 - sure)
    worse, no_worse = [1.0] * len(WORSE_BETS), [1.0] * len(NO_WORSE_BETS)
    so_far = Compared(verdict=Verdict.OPEN, looked_at=0, worse=1.0, no_worse=1.0)
    for number, difference in enumerate(differences, 1):
        if not -1 <= difference <= 1:
            raise ValueError(f"a difference is from -1 to 1, not {difference}")
        worse = [held * (1 + bet * difference) for held, bet in zip(worse, WORSE_BETS, strict=True)]
        no_worse = [held * (1 - bet * (difference - margin)) for held, bet in zip(no_worse, NO_WORSE_BETS, strict=True)]
        so_far = Compared(
            verdict=Verdict.OPEN,
            looked_at=number,
            worse=sum(worse) / len(worse),
            no_worse=sum(no_worse) / len(no_worse),
        )
        if so_far.worse >= needed:
            return _settled(so_far, Verdict.WORSE)
        if so_far.no_worse >= needed:
            return _settled(so_far, Verdict.NO_WORSE)
    return so_far


def _settled(so_far: Compared, verdict: Verdict) -> Compared:
    return Compared(verdict=verdict, looked_at=so_far.looked_at, worse=so_far.worse, no_worse=so_far.no_worse)


def live_for_each(share: float) -> int:
    """Return how many labels of the live version are compared with one of the new version, which is used for this share
    of the cases. It follows from the share alone, so that nothing that was seen chooses it.
    """
    return max(1, round((1 - share) / share))


def unpaired(new: Sequence[bool], live: Sequence[bool], *, share: float) -> Iterator[float]:
    """Yield the differences of two versions that were used for different cases.

    `new`, `live`: True for an error, in the order of the labels. Each label of the new version is held against the next
    few of the live one, as many as come for it on average; those that have no counterpart yet wait.
    """
    size, others = live_for_each(share), iter(live)
    for wrong in new:
        group = list(islice(others, size))
        if len(group) < size:
            return
        yield wrong - sum(group) / size


def more_pairs(*, pairs: int, only_new_wrong: int, only_live_wrong: int, margin: float, sure: float) -> int | None:
    """Return about how many more pairs are needed, if those to come are like those that came; None where these would
    settle nothing. An estimate for people: nothing is decided by it.
    """
    # With half a pair of each kind added, since none that was seen may still come.
    new, live = (only_new_wrong + 0.5) / (pairs + 2), (only_live_wrong + 0.5) / (pairs + 2)
    needed, estimates = math.log(1 / (1 - sure)), []
    # Against the margin, then against zero with the sides exchanged: the same bets.
    for bets, mean, up, down in ((NO_WORSE_BETS, margin, live, new), (WORSE_BETS, 0.0, new, live)):
        for bet in bets:
            growth = (
                down * math.log(1 - bet * (1 - mean))
                + up * math.log(1 + bet * (1 + mean))
                + (1 - new - live) * math.log(1 + bet * mean)
            )
            if growth > 0:
                estimates.append((needed + math.log(len(bets))) / growth)
    return max(1, math.ceil(min(estimates)) - pairs) if estimates else None


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A rate, as far as it was watched."""

    is_above: bool
    """True if it is above what was promised, with the certainty that was asked for."""
    looked_at: int
    """Outcomes up to that, or all of them."""
    found: int
    """Those that count against the version."""
    wealth: float


def watched(outcomes: Iterable[bool], *, promised: float, sure: float, beside: int = 1) -> Watched:
    """Watch a rate, outcome by outcome, until it is known to be above the promised one.

    `outcomes`: True for one that counts against the version. `promised`: the highest rate that was promised, 0 to 1.
    `beside`: the number of rates that are watched with this one, which share what may be wrong. The test begins again
    every few outcomes, so that years of good work hide no change; all beginnings together keep the certainty.
    """
    needed = beside / (1 - sure)
    lowest = min(max(promised, 1e-4), HIGHEST)
    rates = sorted({min(lowest * times, max(HIGHEST, lowest)) for times in TIMES})
    held, wealth, found, number, begun = [0.0] * len(rates), 1.0, 0, 0, 0
    for number, is_bad in enumerate(outcomes, 1):
        if (number - 1) % RESTARTS == 0:
            begun += 1
            held = [one + 1 / (begun * (begun + 1)) for one in held]
        found += is_bad
        held = [
            one * (rate / lowest if is_bad else (1 - rate) / (1 - lowest))
            for one, rate in zip(held, rates, strict=True)
        ]
        # The beginnings that are still to come hold what they began with.
        wealth = sum(held) / len(held) + 1 / (begun + 1)
        if wealth >= needed:
            return Watched(is_above=True, looked_at=number, found=found, wealth=wealth)
    return Watched(is_above=False, looked_at=number, found=found, wealth=wealth)


def varies_more(days: Iterable[tuple[int, int]], *, usual: float, sure: float) -> int | None:
    """Return the number of the day on which it is known that answers vary more than they do by themselves; None where
    that is not known.

    `days`: changed answers and all answers, day by day. `usual`: the highest share that varies by itself, 0 to 1. A day
    is one bet, the likelihood ratio of its binomial. Some questions may vary more than others: where all together
    vary by the usual share, the product over a day's questions is on average no higher than if they were alike.
    """
    needed = 1 / (1 - sure)
    lowest = min(max(usual, 1e-4), HIGHEST)
    rates = sorted({min(lowest * times, max(HIGHEST, lowest)) for times in TIMES})
    held, begun = [0.0] * len(rates), 0
    for number, (changed, asked) in enumerate(days, 1):
        if (number - 1) % RESTART_DAYS == 0:
            begun += 1
            held = [one + 1 / (begun * (begun + 1)) for one in held]
        held = [
            one * (rate / lowest) ** changed * ((1 - rate) / (1 - lowest)) ** (asked - changed)
            for one, rate in zip(held, rates, strict=True)
        ]
        if sum(held) / len(held) + 1 / (begun + 1) >= needed:
            return number
    return None

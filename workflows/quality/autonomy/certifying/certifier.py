"""Certifier of what people's labels permit: the lowest floor at which what goes alone is shown to keep a promise. Pure.

The promise is about the errors among what goes alone. For each floor the hypothesis is that it breaks it: that the
mean of (error - promised share) over the cases at or above the floor is zero or more. A gambler bets against that,
label by label. Where the hypothesis is true no bet makes money on average, so by Ville's inequality a wealth ever
reaches 1 / level with a probability of at most the level: at any look, and however floors are chosen over again.
Bets are fixed, so one more error never raises a wealth, and the wealth after some labels is the same in any order.

Sources: bets on a bounded mean with labels that are drawn by a known probability: Xu, Karampatziakis and Mineiro,
"Active, anytime-valid risk controlling prediction sets", 2024 (arXiv 2406.10490). A test for each floor of a grid:
"Conformal Selective Acting" (arXiv 2605.20270), which divides the level evenly. Here it is passed on from floor to
floor: Wiens, "A fixed sequence Bonferroni procedure for testing multiple endpoints", Pharmaceutical Statistics 2003.

It holds where the cases of a version are alike: each is drawn like those before it. `ledger` needs no such thing.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

BETS = (0.3, 0.5, 0.8)
"""Shares of the wealth that are bet; the best for a true error e is 1 - e / promised share."""
COVERAGES = (*(share / 100 for share in range(30, 70)), *(share / 1000 for share in range(700, 1001, 5)))
"""Shares of the cases that floors of the grid let go alone, strictest first; closer where the promise is broken."""
SCORES = 300
"""Scores that a grid is made from, at least."""
BEGIN_AT = (0.30, 0.60)
"""Coverages whose floors have a level of their own; the others wait for what these pass on."""
FIXED = tuple(step / 100 for step in range(99, 49, -1))
"""Floors where no scores are known, strictest first."""
FIXED_BEGIN_AT = (0.95, 0.80)
"""Those of them with a level of their own."""
BACK = 1
"""Steps by which what is permitted is stricter than what is shown."""
NEAR = 0.02
"""Share of the cases between the two up to which that is done."""
HIGHEST = 1e12
"""Mean wealth beyond which nothing is kept: to give money away keeps a bet fair."""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A promise about what goes alone."""

    wrong: float = 0.05
    """Share of it that may be wrong, above 0 and below 1."""
    sure: float = 0.9
    """Certainty that it is kept at every moment of an epoch, above 0 and below 1."""

    def __post_init__(self) -> None:
        """Raise `ValueError` for a number out of range."""
        if not (0 < self.wrong < 1 and 0 < self.sure < 1):
            raise ValueError(f"a promise is two numbers between 0 and 1, not {self.wrong} and {self.sure}")


@dataclass(frozen=True, kw_only=True)
class Floor:
    """A floor of the grid."""

    at: float
    """Lowest confidence that goes alone, above 0, at most 1."""
    coverage: float
    """Share of the cases that it lets go alone, by the scores of which the grid is made, 0 to 1; 0: none were known."""
    level: float
    """Probability of a false certificate that it may use by itself."""

    def __post_init__(self) -> None:
        """Raise `ValueError` for a number out of range."""
        if not (0 < self.at <= 1 and 0 <= self.coverage <= 1 and 0 <= self.level <= 1):
            raise ValueError(f"no floor: {self.at}, which lets {self.coverage} go alone, at the level {self.level}")


def grid(scores: Sequence[float], promise: Promise) -> tuple[Floor, ...]:
    """Return the floors to be tested, strictest first. Floors that are equal are one.

    `scores`: confidences of cases of which no label is known. Raise `ValueError` for fewer than `SCORES`, or for one
    that is none.
    """
    if len(scores) < SCORES:
        raise ValueError(f"a grid needs {SCORES} scores, not {len(scores)}")
    if wrong := [score for score in scores if not 0 <= score <= 1]:
        raise ValueError(f"a score is from 0 to 1, not {wrong[0]}")
    ascending, number = sorted(scores), len(scores)
    levels: dict[float, float] = {}
    for coverage in COVERAGES:
        at = ascending[number - max(1, round(coverage * number))]
        own = (1 - promise.sure) / len(BEGIN_AT) if coverage in BEGIN_AT else 0.0
        levels[at] = levels.get(at, 0.0) + own
    return tuple(
        Floor(at=at, coverage=(number - bisect_left(ascending, at)) / number, level=level)
        for at, level in levels.items()
        if at > 0
    )


def fixed_grid(promise: Promise) -> tuple[Floor, ...]:
    """Return the floors to be tested where no scores are known: steps of one hundredth, strictest first."""
    own = (1 - promise.sure) / len(FIXED_BEGIN_AT)
    return tuple(Floor(at=at, coverage=0.0, level=own if at in FIXED_BEGIN_AT else 0.0) for at in FIXED)


@dataclass(kw_only=True)
class Certifier:
    """The tests of all floors of one epoch, as far as labels were worked in."""

    promise: Promise
    floors: tuple[Floor, ...]
    """Strictest first; settled before the first label."""
    wealth: list[list[float]] = field(default_factory=list)
    """Wealth of each bet, floor by floor."""
    best: list[float] = field(default_factory=list)
    """Highest mean wealth that each floor has had: once it was enough, it stays certified."""

    def __post_init__(self) -> None:
        """Begin with a wealth of 1 where nothing is known yet. Raise `ValueError` for floors out of order, for levels
        beyond the promise, or for a wealth that is none of these floors.
        """
        if any(one.at <= other.at for one, other in zip(self.floors, self.floors[1:], strict=False)):
            raise ValueError("floors are different, the strictest first")
        if sum(floor.level for floor in self.floors) > 1 - self.promise.sure + 1e-9:
            raise ValueError("the levels of the floors are more than the promise leaves")
        self.wealth = self.wealth or [[1.0] * len(BETS) for _ in self.floors]
        self.best = self.best or [1.0] * len(self.floors)
        if not len(self.wealth) == len(self.best) == len(self.floors):
            raise ValueError(
                f"{len(self.floors)} floors have {len(self.wealth)} wealths and {len(self.best)} best ones"
            )

    def work_in(self, *, score: float, is_error: bool, probability: float, least: float) -> None:
        """Take in the label of a case.

        `probability`: that with which this case was looked at. `least`: the smallest with which any case was, at that
        moment. Both were kept before the label could be known. Raise `ValueError` for a number out of range.
        """
        if not 0 < least <= probability <= 1:
            raise ValueError(f"a case is looked at with a probability from {least} to 1, not {probability}")
        if not 0 <= score <= 1:
            raise ValueError(f"a score is from 0 to 1, not {score}")
        # The lowest it can be is -1: that of an error that was looked at with the smallest probability.
        gain = (self.promise.wrong - is_error) * least / (probability * (1 - self.promise.wrong))
        one, other, third = (1 + bet * gain for bet in BETS)
        for place in range(self._from(score), len(self.floors)):
            low, middle, high = self.wealth[place]
            low, middle, high = low * one, middle * other, high * third
            mean = (low + middle + high) / 3
            if mean > HIGHEST:
                mean = low = middle = high = HIGHEST
            if mean > self.best[place]:
                self.best[place] = mean
            self.wealth[place] = [low, middle, high]

    def _from(self, score: float) -> int:
        """Return the place of the strictest floor that a score reaches."""
        return bisect_left(self.floors, -score, key=lambda floor: -floor.at)

    def certified(self) -> Floor | None:
        """Return the loosest floor that is shown to keep the promise; None where none is."""
        shown = self.shown()
        return shown[-1] if shown else None

    def permitted(self) -> Floor | None:
        """Return the loosest floor from which cases may go alone from now on; None where there is none.

        What was shown once stays shown, but more is let go alone only from a floor that is shown by the labels as they
        are now: one that was lucky at first is not. Of many floors near the edge of the promise the luckiest is shown
        first, so it is one step stricter than that, unless the step is large. It is shown itself: where the surest
        proposals are wrong, a stricter floor may break the promise.
        """
        levels = self._levels()
        now = [
            floor
            for floor, level, wealth in zip(self.floors, levels, self.wealth, strict=True)
            if level * sum(wealth) / len(wealth) >= 1
        ]
        if not now:
            return None
        loosest = now[-1]
        place = self.floors.index(loosest)
        before = self.floors[max(0, place - BACK) : place]
        back = next((floor for floor in before if loosest.coverage - floor.coverage <= NEAR), loosest)
        return next((floor for floor in reversed(now) if floor.at >= back.at), None)

    def shown(self) -> tuple[Floor, ...]:
        """Return the floors that were ever shown to keep the promise, strictest first."""
        levels = self._levels()
        return tuple(
            floor for floor, level, best in zip(self.floors, levels, self.best, strict=True) if level * best >= 1
        )

    def _levels(self) -> list[float]:
        """Return the probability of a false certificate that each floor may use: its own, and what was passed on."""
        found, inherited = list[float](), 0.0
        for floor, best in zip(self.floors, self.best, strict=True):
            found.append(floor.level + inherited)
            inherited = found[-1] if found[-1] * best >= 1 else 0.0
        return found

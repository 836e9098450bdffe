"""What people's labels permit: the lowest floor at which what goes alone is shown to keep a promise. Pure.

The promise is about the errors among what goes alone. For each floor the hypothesis is that it breaks it: that the
mean of (error - promised share) over the cases at or above the floor is zero or more. A gambler bets against that,
label by label. Where the hypothesis is true no bet makes money on average, so by Ville's inequality a wealth ever
reaches 1 / level with a probability of at most the level: at any look, and however floors are chosen over again.

Sources: bets on a bounded mean with labels that are drawn by a known probability: Xu, Karampatziakis and Mineiro,
"Active, anytime-valid risk controlling prediction sets", 2024 (arXiv 2406.10490). A test for each floor of a grid:
"Conformal Selective Acting" (arXiv 2605.20270), which divides the level evenly. Here it is passed on from floor to
floor: Burman, Sonesson and Guilbaud, "A recycling framework for the construction of Bonferroni-based multiple tests",
Statistics in Medicine 2009.

It holds where the cases of a version are alike: each is drawn like those before it. `ledger` needs no such thing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

BETS = (0.1, 0.3, 0.7)
"""Shares of the wealth that are bet."""
COVERAGES = tuple(share / 100 for share in range(30, 101, 5))
"""Shares of the cases that floors of the grid let go alone, strictest first."""
SCORES = 300
"""Scores that a grid is made from, at least."""
BEGIN_AT = (0.30, 0.60)
"""Coverages whose floors have a level of their own; the others wait for what these pass on."""


@dataclass(frozen=True, kw_only=True)
class Promise:
    """A promise about what goes alone."""

    wrong: float = 0.05
    """Share of it that may be wrong, above 0 and below 1."""
    sure: float = 0.9
    """Certainty that it is kept at every moment of an epoch, above 0 and below 1."""


@dataclass(frozen=True, kw_only=True)
class Floor:
    """A floor of the grid."""

    at: float
    """Lowest confidence that goes alone, 0 to 1."""
    coverage: float
    """Share of the cases that it lets go alone, by the scores of which the grid is made, 0 to 1."""
    level: float
    """Probability of a false certificate that it may use by itself."""


def grid(scores: Sequence[float], promise: Promise) -> tuple[Floor, ...]:
    """Return the floors to be tested, strictest first. Floors that are equal are one.

    `scores`: confidences of cases of which no label is known. Raise `ValueError` for fewer than `SCORES`.
    """
    if len(scores) < SCORES:
        raise ValueError(f"a grid needs {SCORES} scores, not {len(scores)}")
    ordered = sorted(scores, reverse=True)
    levels: dict[float, float] = {}
    for coverage in COVERAGES:
        at = ordered[max(1, round(coverage * len(ordered))) - 1]
        own = (1 - promise.sure) / len(BEGIN_AT) if coverage in BEGIN_AT else 0.0
        levels[at] = levels.get(at, 0.0) + own
    number = len(ordered)
    return tuple(
        Floor(at=at, coverage=sum(score >= at for score in ordered) / number, level=level)
        for at, level in levels.items()
        if at > 0
    )


@dataclass(kw_only=True)
class Certifier:
    """The tests of all floors of one epoch, as far as labels were worked in."""

    promise: Promise
    floors: tuple[Floor, ...]
    wealth: list[list[float]] = field(default_factory=list)
    """Wealth of each bet, floor by floor."""
    best: list[float] = field(default_factory=list)
    """Highest mean wealth that each floor has had: once it was enough, it stays certified."""

    def __post_init__(self) -> None:
        """Begin with a wealth of 1 where nothing is known yet."""
        self.wealth = self.wealth or [[1.0] * len(BETS) for _ in self.floors]
        self.best = self.best or [1.0] * len(self.floors)

    def work_in(self, *, score: float, is_error: bool, probability: float, least: float) -> None:
        """Take in the label of a case.

        `probability`: that with which this case was looked at. `least`: the smallest with which any case was, at that
        moment. Both were kept before the label could be known. Raise `ValueError` for a probability out of range.
        """
        if not 0 < least <= probability <= 1:
            raise ValueError(f"a case is looked at with a probability from {least} to 1, not {probability}")
        gain = (self.promise.wrong - is_error) * least / (probability * (1 - self.promise.wrong))
        for place, floor in enumerate(self.floors):
            if score >= floor.at:
                held = self.wealth[place] = [
                    one * (1 + bet * gain) for one, bet in zip(self.wealth[place], BETS, strict=True)
                ]
                self.best[place] = max(self.best[place], sum(held) / len(held))

    def certified(self) -> Floor | None:
        """Return the loosest floor that is shown to keep the promise; None where none is."""
        found, inherited = None, 0.0
        for floor, wealth in zip(self.floors, self.best, strict=True):
            level = floor.level + inherited
            is_shown = wealth * level >= 1
            inherited = level if is_shown else 0.0
            found = floor if is_shown else found
        return found

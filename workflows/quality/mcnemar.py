"""Is one version better than another? Asked of the cases on which they differ, and of no others.

The exact test of McNemar ("Note on the sampling error of the difference between correlated proportions or percentages",
Psychometrika 12, 1947), two-sided: if both versions were equally good, each case that one has right and the other wrong
would have fallen to either side like a coin. The exact binomial form, and not the chi-square approximation, since the
cases that differ are few.
"""

from dataclasses import dataclass
from enum import StrEnum

from scipy.stats import binomtest

ALPHA = 0.05
"""From which chance of such a difference between equals on nothing is claimed."""
FEWEST = next(number for number in range(1, 100) if 2 * 0.5**number < ALPHA)
"""Differing cases; with fewer, even all of them on one side would be no evidence."""


class Word(StrEnum):
    """What can be said."""

    BETTER = "better"
    WORSE = "worse"
    CANT_TELL = "can't tell"


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What came of comparing two versions on the same cases."""

    word: Word
    """Of the first."""
    p: float
    """How likely a difference at least this large would be between two equally good versions. From 0 to 1."""
    why: str


def compare(only_first: int, only_second: int) -> Compared:
    """Compare two versions by how many cases only the first has right, and how many only the second.

    Raise `ValueError` for a negative number.
    """
    if min(only_first, only_second) < 0:
        raise ValueError("a number of cases is not negative")
    differ = only_first + only_second
    p = float(binomtest(only_first, differ, 0.5).pvalue) if differ else 1.0
    sides = f"{differ} {'case differs' if differ == 1 else 'cases differ'}"
    if differ:
        sides += f", {only_first} for it and {only_second} against it"
    if differ < FEWEST:
        why = f"{sides}; fewer than {FEWEST} that differ can show nothing"
        return Compared(word=Word.CANT_TELL, p=p, why=why)
    why = f"{sides}; p {p:.3f}" if p >= 0.001 else f"{sides}; p below 0.001"
    if p >= ALPHA:
        return Compared(word=Word.CANT_TELL, p=p, why=why)
    return Compared(word=Word.BETTER if only_first > only_second else Word.WORSE, p=p, why=why)

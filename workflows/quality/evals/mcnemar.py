"""McNemar's test whether one version is better than another, by the cases on which they differ.

It is the exact test ("Note on the sampling error of the difference between correlated proportions or percentages",
Psychometrika 12, 1947), two-sided: if both versions were equally good, each case that only one of them has right would
fall to either side like a coin. The exact binomial form is used, and not the chi-square approximation, because few
cases differ.
"""

from dataclasses import dataclass
from enum import StrEnum

ALPHA = 0.05
"""Significance level: from this probability on, a difference is not reported."""
FEWEST = next(number for number in range(1, 100) if 2 * 0.5**number < ALPHA)
"""Fewest differing cases for a conclusion. With fewer, even all of them on one side would be no evidence."""


class Word(StrEnum):
    """The conclusion of a comparison."""

    BETTER = "better"
    WORSE = "worse"
    CANT_TELL = "can't tell"


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The result of comparing two versions on the same cases."""

    word: Word
    """The conclusion about the first version."""
    p: float
    """Probability, from 0 to 1, of a difference at least this large between two equally good versions."""
    why: str


def compare(only_first: int, only_second: int) -> Compared:
    """Compare two versions by the number of cases that only the first, and only the second, has right.

    Raise `ValueError` for a negative number.
    """
    if min(only_first, only_second) < 0:
        raise ValueError("a number of cases is not negative")
    # Loaded here: it takes a second, and most processes compare no versions.
    from scipy.stats import binomtest

    differ = only_first + only_second
    p = float(binomtest(only_first, differ, 0.5).pvalue) if differ else 1.0
    sides = f"{differ} {'case differs' if differ == 1 else 'cases differ'}"
    if differ:
        sides += f", {only_first} for it and {only_second} against it"
    if differ < FEWEST:
        why = f"{sides}; fewer than {FEWEST} that differ are no evidence"
        return Compared(word=Word.CANT_TELL, p=p, why=why)
    why = f"{sides}; p {p:.3f}" if p >= 0.001 else f"{sides}; p below 0.001"
    if p >= ALPHA:
        return Compared(word=Word.CANT_TELL, p=p, why=why)
    return Compared(word=Word.BETTER if only_first > only_second else Word.WORSE, p=p, why=why)

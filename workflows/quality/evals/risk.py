"""The risk of autonomy, before it is taken: cases that would be resolved alone at each floor, and how many of them
wrong.

A risk-coverage table (El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification", JMLR 11, 2010).
The policy itself decides at each floor. A case that goes to a person for another reason, such as a never or an
unfamiliar text, is resolved alone at none. The upper bound is that of Clopper and Pearson (Biometrika 26, 1934): exact,
so that it is never too low, and one-sided, because fewer errors do no harm.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from workflows.engine.propose.policy import Facts, Way, decide

FLOORS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99)
SURE = 0.95
"""Confidence level of the upper bound."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One case, with the facts that the table counts."""

    alone_up_to: float | None
    """The highest of the floors at which it is resolved alone; None where it goes to a person at each."""
    right: bool


@dataclass(frozen=True, kw_only=True)
class Risk:
    """The row of one floor."""

    floor: float
    own: bool
    """True if it is the workflow's own floor."""
    alone: int
    """Cases that would be resolved alone."""
    wrong: int
    """Those of them that would be wrong."""
    at_most: float | None
    """Upper bound, at 95% confidence, of the share of wrong ones among all such cases, 0 to 1; None where none are
    resolved alone.
    """


def floors(own: float | None) -> tuple[float, ...]:
    """Return the floors of the table, the workflow's own among them, from low to high."""
    return tuple(sorted({*FLOORS, *(() if own is None else (own,))}))


def alone_up_to(facts: Facts, at: Sequence[float]) -> float | None:
    """Return the highest of these floors, low to high, at which the policy resolves a case alone; None where it never
    does.

    A higher floor never resolves alone a case that a lower floor does not.
    """
    highest = None
    for floor in at:
        if decide(replace(facts, floor=floor)).way is not Way.ALONE:
            break
        highest = floor
    return highest


def table(judged: Iterable[Judged], *, own: float | None) -> tuple[Risk, ...]:
    """Return a row for each floor. `own`: the workflow's own floor; None: it only drafts."""
    found = list(judged)
    rows = []
    for floor in floors(own):
        gone = [one.right for one in found if one.alone_up_to is not None and one.alone_up_to >= floor]
        wrong = gone.count(False)
        rows.append(
            Risk(floor=floor, own=floor == own, alone=len(gone), wrong=wrong, at_most=upper_bound(wrong, len(gone)))
        )
    return tuple(rows)


def upper_bound(wrong: int, of: int) -> float | None:
    """Return the upper bound of the share of errors, 0 to 1, after so many were seen; None where there were no
    cases.
    """
    if of == 0:
        return None
    # Loaded here: it takes a second, and most processes ask for no bound.
    from scipy.stats import binomtest

    return float(binomtest(wrong, of, alternative="less").proportion_ci(SURE, method="exact").high)

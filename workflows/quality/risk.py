"""How many cases would go alone at which floor, and how many of those wrong: the price of autonomy, before it is paid.

A risk-coverage table (El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification", JMLR 11, 2010).
The policy itself is asked, with another floor each time: a case that goes to a person for another reason, such as a
never or an unfamiliar text, goes alone at none. The upper bound is that of Clopper and Pearson (Biometrika 26, 1934):
exact, so that it is never too low, and one-sided, since nobody minds fewer errors.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from scipy.stats import binomtest

from workflows.engine.propose.policy import Facts, Way, decide

FLOORS = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.99)
SURE = 0.95
"""How sure the upper bound is."""


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One case, as far as the table counts it."""

    alone_up_to: float | None
    """The highest of the floors at which it goes alone; None where it goes to a person at each."""
    right: bool


@dataclass(frozen=True, kw_only=True)
class Risk:
    """One floor."""

    floor: float
    own: bool
    """Is it the workflow's own?"""
    alone: int
    """Cases that would go alone."""
    wrong: int
    """Of those."""
    at_most: float | None
    """The share that is wrong, 0 to 1, of all such cases at most, 95% sure; None where none would go alone."""


def floors(own: float | None) -> tuple[float, ...]:
    """The floors of the table, the workflow's own among them, from low to high."""
    return tuple(sorted({*FLOORS, *(() if own is None else (own,))}))


def alone_up_to(facts: Facts, at: Sequence[float]) -> float | None:
    """The highest of these floors, low to high, at which the policy lets a case go alone; None where it never does.

    A higher floor never lets go alone what a lower one does not.
    """
    highest = None
    for floor in at:
        if decide(replace(facts, floor=floor)).way is not Way.ALONE:
            break
        highest = floor
    return highest


def table(judged: Iterable[Judged], *, own: float | None) -> tuple[Risk, ...]:
    """Count, for each floor. `own`: the workflow's own floor; None: it only drafts."""
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
    """The share of errors, 0 to 1, that is hardly exceeded where so many were seen; None where nothing was."""
    if of == 0:
        return None
    return float(binomtest(wrong, of, alternative="less").proportion_ci(SURE, method="exact").high)

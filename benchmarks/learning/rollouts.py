"""Simulations of rollouts: what becomes of versions that are worse, equal or better, after how many labels.

    python -m benchmarks.learning.rollouts [--quick] [--write]

They run the product's own test with seeded streams of labels, and a naive control beside it: a t-test of the same
differences at the end of each day. `--write` puts the tables into RESULTS.md and docs/measured.md.
"""

import math
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import NormalDist

from benchmarks.kit.report import Part, Section, main, table
from workflows.quality.rollouts.arithmetic import labels_each
from workflows.quality.rollouts.sequential import Verdict, compared, unpaired, watched

LIVE = 0.05
"""Share of errors of the live version."""
MARGIN, SURE = 0.03, 0.9
"""Those of a workflow's rollout, by default."""
MOST = 5_000
"""Pairs after which a run ends that settled nothing."""
A_DAY = 40
"""Labels a day, for the naive control."""
SHARED = 0.4
"""Share of the live version's errors that an equal version makes, too: versions of one prompt are alike."""
REJECTED = 0.08
"""Share of the live version's errors that are rejected without values."""
RUNS = 500
"""Runs of each row."""
HEADING = "Rollouts, simulated"
FILE = Path("docs/measured.md")


@dataclass(frozen=True, kw_only=True)
class Ended:
    """The end of one run."""

    verdict: Verdict
    looked_at: int


@dataclass(frozen=True, kw_only=True)
class Hard:
    """Labels as they come in the field."""

    rejected: float = 0.0
    """Share of the live version's errors of which nobody says what is right; they are pairs only where both versions
    proposed the same.
    """
    late: int = 0
    """Most labels that come before one whose turn it was."""


EASY = Hard()


def pairs(draw: random.Random, *, new: float, live: float = LIVE, hard: Hard = EASY) -> Iterator[int]:
    """Yield differences of two versions on the same cases, in the order in which their labels come."""
    both = SHARED * min(new, live)
    waiting: list[tuple[float, int]] = []
    turn = 0
    while True:
        at = draw.random()
        # Both wrong, only the new one, only the live one, or neither.
        difference = 0 if at < both else 1 if at < new else -1 if at < new + live - both else 0
        turn += 1
        is_error_of_live = at < both or new <= at < new + live - both
        if is_error_of_live and draw.random() < hard.rejected and (difference or draw.random() < 0.5):
            continue
        if not hard.late:
            yield difference
            continue
        waiting.append((turn + draw.random() * hard.late, difference))
        waiting.sort()
        while waiting and waiting[0][0] <= turn:
            yield waiting.pop(0)[1]


def in_shadow(seed: int, *, new: float, hard: Hard = EASY) -> Ended:
    """Run a version in the shadow."""
    draw = random.Random(seed)  # noqa: S311  # a simulation
    stream = pairs(draw, new=new, hard=hard)
    found = compared((next(stream) for _ in range(MOST)), margin=MARGIN, sure=SURE)
    return Ended(verdict=found.verdict, looked_at=found.looked_at)


def in_share(seed: int, *, new: float, share: float = 0.5) -> Ended:
    """Run a version for a share of the cases: each case has one version's label only."""
    draw = random.Random(seed)  # noqa: S311  # a simulation
    arms: tuple[list[bool], list[bool]] = ([], [])
    for _ in range(2 * MOST):
        is_new = draw.random() < share
        arms[not is_new].append(draw.random() < (new if is_new else LIVE))
    found = compared(unpaired(*arms, share=share), margin=MARGIN, sure=SURE)
    return Ended(verdict=found.verdict, looked_at=found.looked_at)


def naive(seed: int, *, new: float) -> Ended:
    """Run the control: a one-sided t-test of the differences so far, at the end of each day, at the same certainty."""
    draw = random.Random(seed)  # noqa: S311  # a simulation
    stream = pairs(draw, new=new)
    number, total, squares = 0, 0.0, 0.0
    limit = NormalDist().inv_cdf(SURE)
    while number < MOST:
        for _ in range(A_DAY):
            difference = next(stream)
            number, total, squares = number + 1, total + difference, squares + difference * difference
        mean = total / number
        spread = math.sqrt(max(squares / number - mean * mean, 1e-12) / number)
        if mean / spread > limit:
            return Ended(verdict=Verdict.WORSE, looked_at=number)
        if (mean - MARGIN) / spread < -limit:
            return Ended(verdict=Verdict.NO_WORSE, looked_at=number)
    return Ended(verdict=Verdict.OPEN, looked_at=number)


def after_live(seed: int, *, error: float, promised: float = LIVE, labels: int = 3_000, good: int = 0) -> Ended:
    """Watch a live version that makes this share of errors. `good`: labels before which it kept its promise by far."""
    draw = random.Random(seed)  # noqa: S311  # a simulation
    rates = [promised / 2] * good + [error] * labels
    found = watched((draw.random() < rate for rate in rates), promised=promised, sure=SURE, beside=4)
    return Ended(verdict=Verdict.WORSE if found.is_above else Verdict.OPEN, looked_at=found.looked_at - good)


@dataclass(frozen=True, kw_only=True)
class Row:
    """The ends of many runs."""

    name: str
    runs: int
    worse: float
    """Share that was called worse."""
    no_worse: float
    p50: int | None
    """Labels until the more frequent verdict; None where it was never given."""
    p90: int | None


def row(name: str, run: Callable[[int], Ended], runs: int) -> Row:
    """Return the row of many runs, one for each seed."""
    ends = [run(seed) for seed in range(runs)]
    worse = [end.looked_at for end in ends if end.verdict is Verdict.WORSE]
    no_worse = [end.looked_at for end in ends if end.verdict is Verdict.NO_WORSE]
    lengths = sorted(worse if len(worse) > len(no_worse) else no_worse)
    return Row(
        name=name,
        runs=runs,
        worse=len(worse) / runs,
        no_worse=len(no_worse) / runs,
        p50=_quantile(lengths, 0.5),
        p90=_quantile(lengths, 0.9),
    )


def _quantile(lengths: Sequence[int], part: float) -> int | None:
    return lengths[min(len(lengths) - 1, int(part * len(lengths)))] if lengths else None


def beside(runs: int) -> list[Row]:
    """Simulate versions beside a live one whose share of errors is 5 %."""
    cases = [("half of the errors", 0.025), ("equal", 0.05), ("+3 points", 0.08), ("+5 points", 0.10)]
    cases.append(("+10 points", 0.15))
    hard = Hard(rejected=REJECTED, late=200)
    return [
        *(row(f"shadow: {name}", partial(in_shadow, new=new), runs) for name, new in cases),
        row("shadow: equal, 8 % rejected, late", partial(in_shadow, new=0.05, hard=hard), runs),
        row("shadow: +5, 8 % rejected, late", partial(in_shadow, new=0.10, hard=hard), runs),
        *(row(f"share of one half: {name}", partial(in_share, new=new), runs) for name, new in cases),
        row("naive, a t-test each day: equal", lambda seed: naive(seed, new=0.05), runs),
        row("naive, a t-test each day: +3 points", lambda seed: naive(seed, new=0.08), runs),
    ]


def live(runs: int) -> list[Row]:
    """Simulate live versions of which at most 5 % errors were promised."""
    return [
        row("at the promise, 5 %", lambda seed: after_live(seed, error=0.05), runs),
        row("8 %", lambda seed: after_live(seed, error=0.08), runs),
        row("10 %", lambda seed: after_live(seed, error=0.10), runs),
        row("15 %", lambda seed: after_live(seed, error=0.15), runs),
        row("15 % after 1,000 good labels", lambda seed: after_live(seed, error=0.15, good=1_000), runs),
    ]


def simulated(quick: bool) -> Section:
    """Simulate rollouts and live versions. `quick`: a few runs, to see that it works."""
    runs = 20 if quick else RUNS
    by_arms = labels_each(live=LIVE, more=0.03)
    versions = [(one.name, _share(one.worse), _share(one.no_worse), *_labels(one)) for one in beside(runs)]
    watched_live = [(one.name, _share(one.worse), *_labels(one)) for one in live(runs)]
    lines = [
        f"{runs:,} runs each, with seeds. The live version makes 5 % errors. The margin is {MARGIN:.0%}, the certainty "
        f"{SURE:.0%}; a run that settles nothing ends after {MOST:,} pairs. In the shadow a label judges both "
        "versions; for a share, labels of the new version are counted, and as many of the live one come beside them. "
        f"By the usual arithmetic, two separate arms need {by_arms:,} labels each for +3 points.",
        "",
        *table(("Version", "called worse", "goes live", "labels p50", "p90"), versions),
        "",
        "Live, with at most 5 % errors promised, watched over 3,000 labels beside three other rates:",
        "",
        *table(("Errors", "rolled back", "labels p50", "p90"), watched_live),
    ]
    return Section(heading=HEADING, lines=lines, parts=[Part(file=FILE, name="rollouts", lines=lines)])


def _share(share: float) -> str:
    return f"{share:.1%}"


def _labels(one: Row) -> tuple[str, str]:
    return ("-" if one.p50 is None else f"{one.p50:,}", "-" if one.p90 is None else f"{one.p90:,}")


if __name__ == "__main__":
    main(__doc__, simulated)

"""The promise, shown: earned autonomy on real scores, beside what others do, when the world changes, with real people.

    make promise MESSAGES=FOLDER [ARGS=--quick | ARGS=--write]

FOLDER holds Banking77's train.csv and stream.csv. 500 runs of 5,000 cases, with seeds. What goes alone and what is
looked at is decided by the product's own `Earning`. `--quick`: a few runs on made-up cases, without the folder, to see
that it works. `--write` puts the tables into RESULTS.md and docs/autonomy.md.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pool as Workers
from pathlib import Path
from statistics import fmean, median

from benchmarks.autonomy import rivals
from benchmarks.autonomy.pools import Pool, pools, stand_in
from benchmarks.autonomy.runs import A_DAY, CASES, CHANGE_AT, Ended, People, World, earned
from benchmarks.kit import machine
from benchmarks.kit.report import DOCS, Part, Section, command, publish, table, tell
from workflows.quality.autonomy.certifying.certifier import Promise

RUNS = 500
QUICK = 12
SEEDS_FROM = 10_000
"""The first seed: nothing was tuned on these."""
HEADING = "The promise"
FORTNIGHT = (2_000, 2_000 + 10 * A_DAY)
"""Cases between which nobody answers spot checks."""
NEVER = 10**9
Run = Callable[[Pool, int], Ended]

METHODS: dict[str, Run] = {
    "fixed 0.8": rivals.fixed,
    "naive re-tuning": rivals.naive,
    f"Learn-then-Test (MAPIE), {rivals.CALIBRATED} labels, once": rivals.learn_then_test,
    "Conformal Selective Acting": rivals.selective_acting,
    "**earned**": earned,
}
CHANGES: dict[str, World] = {
    "25 % of the intents redefined": World(redefined=0.25),
    "40 % of the intents redefined": World(redefined=0.40),
    "15 % wrong at random": World(at_random=0.15),
    "none, 6,000 cases": World(cases=6_000),
}
AS_THEY_ARE: dict[str, People] = {
    "3 % mistakes, spot checks adjudicated": People(noise=0.03),
    "labels 48 h late": People(late=2 * A_DAY),
    "30 % approved in bulk": People(bulk=0.30),
    "a fortnight without spot checks": People(away=FORTNIGHT),
    "all of it": People(noise=0.03, late=2 * A_DAY, bulk=0.30, away=FORTNIGHT),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """The ends of many runs."""

    runs: int
    broken: float
    """Share of the runs that broke the promise at any time."""
    worst: float
    """Share of wrong ones above the worst floor of all runs."""
    coverage: float
    error: float
    looks: float
    first: float
    demoted: float
    """Share of the runs in which something was taken back."""
    ledger: float


def row(ends: Sequence[Ended], *, cases: int = CASES) -> Row:
    """Return the row of many runs."""
    return Row(
        runs=len(ends),
        broken=fmean(one.is_broken for one in ends),
        worst=max(one.worst for one in ends),
        coverage=fmean(one.alone / cases for one in ends),
        error=sum(one.wrong for one in ends) / max(1, sum(one.alone for one in ends)),
        looks=fmean(one.looks for one in ends),
        first=median(one.first if one.first is not None else NEVER for one in ends),
        demoted=fmean(bool(one.demoted) for one in ends),
        ledger=fmean(one.is_ledger_broken for one in ends),
    )


def after_change(ends: Sequence[Ended], part: float) -> int | None:
    """Return the cases until the demotion in this part of the runs that were live at the change; None: in fewer."""
    waits = sorted(
        min((at - CHANGE_AT for at in one.demoted if at >= CHANGE_AT), default=NEVER) for one in ends if one.was_live
    )
    found = waits[min(len(waits) - 1, int(part * len(waits)))] if waits else NEVER
    return found if found < NEVER else None


class Simulation:
    """Runs on all cores, one seed after the other."""

    def __init__(self, runs: int, workers: int) -> None:
        """Remember how many."""
        self.runs, self._workers = runs, workers
        self._seeds = range(SEEDS_FROM, SEEDS_FROM + runs)

    def __call__(self, name: str, run: Run, pool: Pool) -> list[Ended]:
        """Return the ends of all runs."""
        tell(f"{pool.name}: {name}")
        if self._workers == 1:
            return [run(pool, seed) for seed in self._seeds]
        with Workers(self._workers) as workers:
            return workers.map(partial(run, pool), self._seeds, chunksize=8)


def shown(found: Sequence[Pool], simulate: Simulation) -> Section:
    """Simulate it all. `found`: pools, of which the changes and people are shown on the first."""
    lines = [
        f"{simulate.runs} runs of {CASES:,} cases, 5 % promised with 90 % certainty. "
        f"{machine.described(('numpy', 'scikit-learn', 'mapie'))}",
        "",
    ]
    for pool in found:
        ends = {name: simulate(name, run, pool) for name, run in METHODS.items()}
        lines += [
            f"{pool.name}: {len(pool.scores):,} cases, {pool.errors.mean():.1%} wrong; at best "
            f"{pool.best(Promise().wrong):.3f} can go alone.",
            "",
            *table(_COLUMNS, [_cells(name, row(of)) for name, of in ends.items()]),
            "",
        ]
    pool = found[0]
    lines += [
        f"What comes in changes at case {CHANGE_AT:,} ({pool.name}):",
        "",
        *table(_CHANGED, _changes(pool, simulate)),
        "",
    ]
    flat = simulate("5.01 % everywhere", partial(earned, world=World(flat=0.0501)), pool)
    stricter = simulate("promise of 2 %", partial(earned, promise=Promise(wrong=0.02)), pool)
    lines += [
        f"Where 5.01 % are wrong at every score, {row(flat).broken:.1%} of the runs let something go alone; 10 % are "
        f"promised. A promise of 2 %: {_sentence(row(stricter))}",
        "",
        f"People as they are ({pool.name}), {A_DAY} cases a working day:",
        "",
        *table(
            _COLUMNS,
            [
                _cells(name, row(simulate(name, partial(earned, people=people), pool)))
                for name, people in AS_THEY_ARE.items()
            ],
        ),
    ]
    return Section(heading=HEADING, lines=lines, parts=[Part(file=DOCS / "autonomy.md", name="promise", lines=lines)])


_COLUMNS = (
    "",
    "runs that break it",
    "worst floor",
    "alone",
    "wrong of it",
    "looks",
    "first alone",
    "demoted",
    "ledger broken",
)
_CHANGED = ("", "demoted p50", "p90", "demoted at all", "ledger broken")


def _changes(pool: Pool, simulate: Simulation) -> list[tuple[str, ...]]:
    rows = []
    for name, world in CHANGES.items():
        ends = simulate(name, partial(earned, world=world), pool)
        is_none = not (world.redefined or world.at_random)
        p50, p90 = (None, None) if is_none else (after_change(ends, 0.5), after_change(ends, 0.9))
        of = row(ends, cases=world.cases)
        waits = ["-" if wait is None else f"{wait:,}" for wait in (p50, p90)]
        rows.append((name, *waits, f"{of.demoted:.1%}", f"{of.ledger:.1%}"))
    return rows


def _cells(name: str, of: Row) -> tuple[str, ...]:
    first = f"{of.first:,.0f}" if of.first < NEVER else "never"
    return (
        name,
        f"{of.broken:.1%}",
        f"{of.worst:.1%}",
        f"{of.coverage:.3f}",
        f"{of.error:.1%}",
        f"{of.looks:,.0f}",
        first,
        f"{of.demoted:.1%}",
        f"{of.ledger:.1%}",
    )


def _sentence(of: Row) -> str:
    return (
        f"{of.broken:.1%} of the runs break it, {of.coverage:.3f} go alone, {of.error:.1%} of that wrong, after "
        f"{of.looks:,.0f} looks."
    )


def main() -> None:
    """Simulate, print, and write where asked."""
    parser = command(__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--runs", type=int, default=RUNS)
    arguments = parser.parse_args()
    os.nice(5)
    if arguments.quick:
        publish(shown([stand_in()], Simulation(QUICK, 1)), written=False)
        return
    if arguments.folder is None:
        parser.error("name the folder with Banking77's train.csv and stream.csv")
    section = shown(list(pools(arguments.folder)), Simulation(arguments.runs, os.cpu_count() or 1))
    publish(section, written=arguments.write)


if __name__ == "__main__":
    main()

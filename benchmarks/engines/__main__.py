"""Throughput in cases a second: four steps that do nothing, each kept before the next begins.

python -m benchmarks.engines [--quick] [--write]
"""

from collections.abc import Mapping, Sequence
from statistics import median

from benchmarks import environment, machine, report
from benchmarks.databases import POSTGRESQL, SQLITE, databases
from benchmarks.engines.contest import CONTESTANTS, COUNTERSIGN, RAW, THREADS, Contestant, Run, measure
from benchmarks.report import Section, number, table, tell

HEADING = "Throughput"
_SECONDS = 5.0
"""Seconds that one measurement should take."""
_REPETITIONS = 3
_FEW, _FEW_COMMITS = 60, 2_000
"""Numbers of cases and commits for a first estimate, or for a quick look."""

Runs = Mapping[Contestant, Sequence[Run]]


def measured(quick: bool) -> Section:
    """Measure all engines in turn, several times, so that a slow minute affects all of them."""
    environment.python()
    runs: dict[Contestant, list[Run]] = {contestant: [] for contestant in CONTESTANTS}
    with databases() as made:
        settings = made.settings()
        cases = {contestant: _FEW_COMMITS if contestant.engine is RAW else _FEW for contestant in CONTESTANTS}
        if not quick:
            for contestant, few in cases.items():
                rate = measure(contestant, made, cases=few).rate
                cases[contestant] = 2 * max(few // 2, round(rate * _SECONDS / 2))
        for repetition in range(1 if quick else _REPETITIONS):
            for contestant in CONTESTANTS:
                run = measure(contestant, made, cases=cases[contestant])
                runs[contestant].append(run)
                tell(f"{repetition + 1} {_label(contestant)} on {contestant.database}: {run.rate:.1f}/s, {run.cases}")
    return Section(heading=HEADING, lines=_lines(runs, settings))


def _lines(runs: Runs, settings: str) -> list[str]:
    repetitions = len(next(iter(runs.values())))
    versions = [f"{name} {version}" for name, version in environment.versions().items()]
    return [
        "`make bench`: " + machine.described(("sqlalchemy", "pydantic"), *versions),
        f"{settings}. "
        + (f"Medians of {repetitions} interleaved runs." if repetitions > 1 else "One run.")
        + f" {THREADS} threads for each.",
        "",
        "Four steps that do nothing, each kept before the next begins, from the start of the first case to the end of",
        "the last. *Of Countersign* is the ratio to Countersign on that database with as many processes.",
        "",
        *_table(runs, SQLITE),
        "",
        *_table(runs, POSTGRESQL),
        "",
        "*With intake* counts the time to take the cases in too, where that is a step of its own: LangGraph and DBOS",
        "keep the input when they start. *Transactions* and *rows* are what PostgreSQL counted for one case, intake",
        "and polling included.",
        "",
        "What each does for a case: Countersign keeps a row for each step with its input and output, the proposal, the",
        "delivery under its key, and an audit row for each move; its job is procrastinate's on PostgreSQL. LangGraph",
        '(`durability="sync"`, `batch` on its savers) keeps a checkpoint after each superstep and the writes of each',
        "node. DBOS (`start_workflow`, the database as it opens it) keeps the workflow and the output of each step.",
        "procrastinate (one async task) commits four rows of our own beside its job. None of them has an audit, an",
        "outbox or a delivery that is made once.",
        "",
        f"Durability as each one's own connection states it: {_durabilities(runs)}.",
    ]


def _table(runs: Runs, database: str) -> list[str]:
    columns = [database, "processes", "cases/s", "of Countersign", "with intake", "transactions", "rows"]
    rows: list[list[object]] = []
    for contestant, found in runs.items():
        if contestant.database == database and contestant.engine is not RAW:
            rate, ours = median(run.rate for run in found), _of_countersign(runs, contestant)
            work = found[0].work
            rows.append(
                [
                    contestant.engine.name,
                    contestant.processes,
                    number(rate),
                    f"{rate / ours:.2f}",
                    number(median(run.whole_rate for run in found)),
                    f"{work.transactions:.1f}" if work else "",
                    f"{work.rows:.1f}" if work else "",
                ]
            )
    kept = 5 if database == SQLITE else 7
    raw = median(run.rate for contestant, found in runs.items() for run in found if _is_raw(contestant, database))
    lines = table(columns[:kept], [row[:kept] for row in rows])
    return [*lines, "", f"The database alone, a row and a commit by one connection: {number(raw)} commits/s."]


def _of_countersign(runs: Runs, contestant: Contestant) -> float:
    ours = Contestant(engine=COUNTERSIGN, database=contestant.database, processes=contestant.processes)
    return median(run.rate for run in runs[ours])


def _is_raw(contestant: Contestant, database: str) -> bool:
    return contestant.engine is RAW and contestant.database == database


def _label(contestant: Contestant) -> str:
    return f"{contestant.engine.name} x{contestant.processes}"


def _durabilities(runs: Runs) -> str:
    said: dict[str, list[str]] = {}
    for contestant, found in runs.items():
        if contestant.processes == 1:
            said.setdefault(found[0].durability, []).append(f"{contestant.engine.name} on {contestant.database}")
    return "; ".join(f"{durability}: {', '.join(names)}" for durability, names in said.items())


if __name__ == "__main__":
    report.main(__doc__, measured)

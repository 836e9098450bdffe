"""Throughput in cases a second: four steps that do nothing and an effect under a key, each kept before the next.

python -m benchmarks.engines [--quick] [--write] [--before DIR]
"""

import os
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median

from benchmarks import capacity
from benchmarks.engines.contest import (
    COUNTERSIGN,
    PROCESSES,
    PROCRASTINATE,
    RAW,
    THREADS,
    Contestant,
    Engine,
    Run,
    contestants,
    earlier,
    measure,
)
from benchmarks.kit import environment, machine, report
from benchmarks.kit.databases import POSTGRESQL, SQLITE, databases
from benchmarks.kit.report import DOCS, Part, Section, number, table, tell

HEADING = "Throughput"
_SECONDS = 3.0
"""Seconds that one measurement should take in one process."""
_REPETITIONS = 3
_FEW, _FEW_COMMITS = 60, 2_000
"""Numbers of cases and commits for a first estimate, or for a quick look."""
_PLANNED = (1, 4, 16)
"""Numbers of worker processes that docs/scale.md tells of."""

Runs = Mapping[Contestant, Sequence[Run]]


def measures(*, before: Path | None) -> Callable[[bool], Iterator[Section]]:
    """Return the benchmark. `before`: a checkout of an earlier commit with its own `.venv`, measured beside ours."""
    who = contestants(*([earlier(before)] if before else []))

    def measured(quick: bool) -> Iterator[Section]:
        """Measure all engines in turn, several times, so that a slow minute affects all; yield after each round."""
        environment.python()
        runs: dict[Contestant, list[Run]] = {contestant: [] for contestant in who}
        with databases() as made:
            settings = made.settings()
            cases = {contestant: _FEW_COMMITS if contestant.engine is RAW else _FEW for contestant in who}
            if not quick:
                for alone in [contestant for contestant in who if contestant.processes == 1]:
                    enough = measure(alone, made, cases=cases[alone]).rate * _SECONDS
                    for contestant in who:
                        if (contestant.engine, contestant.database) == (alone.engine, alone.database):
                            cases[contestant] = max(round(enough / 4) * 4, _FEW)
            for repetition in range(1 if quick else _REPETITIONS):
                for contestant in who if repetition % 2 == 0 else reversed(who):
                    run = measure(contestant, made, cases=cases[contestant])
                    runs[contestant].append(run)
                    name = f"{repetition + 1} {contestant.engine.name} x{contestant.processes}"
                    tell(f"{name} on {contestant.database}: {run.rate:.1f}/s, {run.cases}")
                yield _section(runs, settings, quick=quick)

    return measured


def _section(runs: Runs, settings: str, *, quick: bool) -> Section:
    trial = [report.TRIAL, ""] if quick else []
    origin = f"On {machine.briefly()}."
    return Section(
        heading=HEADING,
        lines=[*trial, *_lines(runs, settings)],
        parts=[
            Part(file=DOCS / "measured.md", name="peers", lines=[*trial, *_in_short(runs), "", origin]),
            Part(file=DOCS / "scale.md", name="capacity", lines=[*trial, *_capacity(runs), "", origin]),
        ],
    )


def _lines(runs: Runs, settings: str) -> list[str]:
    repetitions = len(next(iter(runs.values())))
    versions = [f"{name} {version}" for name, version in environment.versions().items()]
    return [
        "`make bench`: " + machine.described(("sqlalchemy", "pydantic"), *versions),
        f"{settings}. "
        + (f"Medians of {repetitions} interleaved rounds." if repetitions > 1 else "One round.")
        + f" {THREADS} threads, or tasks at once, for each.",
        "",
        "Four steps that do nothing and one effect that is given its key, each kept before the next begins, from the",
        "start of the first case to the end of the last. *Whole* counts the time to take the cases in too, where that",
        "is a step of its own; LangGraph and DBOS keep the input when they start. *Of Countersign* is the ratio to",
        "Countersign on that database with as many processes. *Client* and *server* are milliseconds of a core for a",
        "case, intake included: of all processes of the engine, and of all of PostgreSQL's. SQLite is in its client.",
        "",
        *_speeds(runs, SQLITE),
        "",
        *_speeds(runs, POSTGRESQL),
        "",
        *_intake(runs),
        "",
        "What is written and kept of one case, with one process:",
        "",
        *_kept(runs, SQLITE),
        "",
        *_kept(runs, POSTGRESQL),
        "",
        "*Transactions*, *log syncs* and *row versions* (rows inserted and rows changed) are what PostgreSQL counted,",
        "intake and polling included, and a share of making the tables; commits at once share a sync. *Log* is its",
        "write-ahead log. *In rows* are the rows alone; *on disk* counts indexes and what a vacuum would set free.",
        "",
        "What each does for a case: Countersign keeps a row for each step with its input and output, the proposal, the",
        "delivery under its key from intent to outcome, and an audit row for each move; its job on PostgreSQL is",
        'procrastinate\'s. LangGraph (`durability="sync"`, `batch` on its savers) keeps a checkpoint after each',
        "superstep and the writes of each node. DBOS (`start_workflow`, its id is the key) keeps the workflow",
        "and the output of each step. absurd (one async task, spawned under the key) keeps the task, its run and a",
        "checkpoint for each step. procrastinate (one async task) commits five rows of our own beside its job. To all",
        "of them the effect is a step like the others: what is kept is that it was done, not that it was about to be.",
        "None of them has an audit or an outbox.",
        "",
        f"Durability as each one's own connection states it: {_durabilities(runs)}.",
    ]


def _speeds(runs: Runs, database: str) -> list[str]:
    columns = [database, "processes", "cases/s", "of Countersign", "whole", "of Countersign", "client", "server"]
    rows: list[list[object]] = []
    for contestant, found in _engines(runs, database):
        ours = runs[Contestant(engine=COUNTERSIGN, database=database, processes=contestant.processes)]
        rate, whole = _median(found, lambda run: run.rate), _median(found, lambda run: run.whole_rate)
        rows.append(
            [
                contestant.engine.name,
                contestant.processes,
                number(rate),
                f"{rate / _median(ours, lambda run: run.rate):.2f}",
                number(whole),
                f"{whole / _median(ours, lambda run: run.whole_rate):.2f}",
                number(_client(found)),
                number(_server(found)),
            ]
        )
    kept = len(columns) if database == POSTGRESQL else len(columns) - 1
    lines = table(columns[:kept], [row[:kept] for row in rows])
    raw = number(_raw(runs, database))
    return [*lines, "", f"The database alone, a row and a commit by one connection: {raw} commits/s."]


def _intake(runs: Runs) -> list[str]:
    said = []
    for contestant, found in runs.items():
        if contestant.processes == 1 and found[0].fed is not None:
            rate = _median(found, lambda run: run.cases / (run.fed or 1))
            client = _median(found, lambda run: run.intake.client / run.cases) * 1000
            said.append(f"{contestant.engine.name} on {contestant.database} {number(rate)} ({client:.2f} ms)")
    return [f"Intake, where it is a step of its own, in cases a second (client CPU of a case): {', '.join(said)}."]


def _kept(runs: Runs, database: str) -> list[str]:
    alone = [(contestant, found) for contestant, found in _engines(runs, database) if contestant.processes == 1]
    if database == SQLITE:
        lines = [
            [
                contestant.engine.name,
                number(_median(found, lambda run: run.kept.rows if run.kept else 0)),
                _kilobytes(_median(found, lambda run: run.kept.disk_bytes if run.kept else 0)),
            ]
            for contestant, found in alone
        ]
        return table([database, "rows kept", "on disk"], lines)
    columns = [database, "transactions", "log syncs", "log", "row versions", "rows kept", "in rows", "on disk"]
    rows: list[list[object]] = []
    for contestant, found in alone:
        rows.append(
            [
                contestant.engine.name,
                f"{_median(found, lambda run: run.work.transactions if run.work else 0):.1f}",
                f"{_syncs(found):.1f}",
                _kilobytes(_median(found, lambda run: run.logged or 0)),
                f"{_median(found, lambda run: run.work.versions if run.work else 0):.1f}",
                number(_median(found, lambda run: run.kept.rows if run.kept else 0)),
                _kilobytes(_median(found, lambda run: (run.kept and run.kept.row_bytes) or 0)),
                _kilobytes(_disk(found)),
            ]
        )
    return table(columns, rows)


def _in_short(runs: Runs) -> list[str]:
    """Return the table for docs/measured.md: cases a second with intake, and CPU time, of engines that keep steps."""
    names = {contestant.engine: None for contestant in runs if contestant.engine not in (RAW, PROCRASTINATE)}

    def cell(engine: Engine, database: str, processes: int) -> str:
        found = runs.get(Contestant(engine=engine, database=database, processes=processes))
        return number(_median(found, lambda run: run.whole_rate)) if found else ""

    def cost(engine: Engine, database: str) -> str:
        found = runs.get(Contestant(engine=engine, database=database))
        if not found:
            return ""
        return number(_client(found)) + (f" + {number(_server(found))}" if database == POSTGRESQL else "")

    columns = [
        "cases a second",
        "SQLite",
        *(f"PostgreSQL, {many}" for many in PROCESSES),
        "ms on SQLite",
        "on PostgreSQL",
    ]
    rows = [
        [
            engine.name,
            cell(engine, SQLITE, 1),
            *(cell(engine, POSTGRESQL, processes) for processes in PROCESSES),
            cost(engine, SQLITE),
            cost(engine, POSTGRESQL),
        ]
        for engine in names
    ]
    return [
        f"Four steps that do nothing and one effect under a key, intake included, with 1, {PROCESSES[1]} and"
        f" {PROCESSES[2]} client processes; milliseconds of a core for a case, client and server:",
        "",
        *table(columns, rows),
    ]


def _capacity(runs: Runs) -> list[str]:
    """Return the tables for docs/scale.md."""

    def ours(processes: int) -> Sequence[Run]:
        return runs[Contestant(engine=COUNTERSIGN, database=POSTGRESQL, processes=processes)]

    figures = capacity.Figures(
        rate=_median(ours(1), lambda run: run.whole_rate),
        client=_client(ours(1)),
        server=_server(ours(1)),
        syncs=_syncs(ours(PROCESSES[-1])),
        syncs_a_second=_raw(runs, POSTGRESQL),
        logged=_median(ours(1), lambda run: run.logged or 0),
        disk=_disk(ours(1)),
    )
    inputs = [
        ["cases a second of one process, intake included", number(figures.rate)],
        ["client CPU of a case", f"{number(figures.client)} ms"],
        ["server CPU of a case", f"{number(figures.server)} ms"],
        [f"log syncs of a case, with {PROCESSES[-1]} processes", f"{figures.syncs:.1f}"],
        ["commits a second by one connection, one at a time", number(figures.syncs_a_second)],
        ["server's log of a case", _kilobytes(figures.logged)],
        ["on disk of a case", _kilobytes(figures.disk)],
    ]
    columns = ["processes", "cases/s", "cases a day", "first limit", "server cores", "log MB/s", "disk a year"]
    rows: list[list[object]] = []
    for processes in _PLANNED:
        found = capacity.carried(figures, processes=processes)
        rows.append(
            [
                processes,
                number(found.rate),
                f"{round(found.a_day, -5) / 1e6:,.1f} million",
                found.limit,
                f"{found.server_cores:.1f}",
                f"{found.logged / 1e6:.1f}",
                f"{found.disk_a_year / 1e12:.1f} TB",
            ]
        )
    cores = os.cpu_count() or 1
    held = [
        f"{processes}: {number(capacity.expected(figures, processes=processes, cores=cores))} expected,"
        f" {number(_median(ours(processes), lambda run: run.whole_rate))} measured"
        for processes in PROCESSES
    ]
    return [
        *table(["measured on one machine", "figure"], inputs),
        "",
        *table(columns, rows),
        "",
        f"Held to what was measured where workers and server share {cores} cores, in cases a second, by the number of",
        f"processes: {'; '.join(held)}.",
    ]


def _engines(runs: Runs, database: str) -> list[tuple[Contestant, Sequence[Run]]]:
    return [
        (contestant, found)
        for contestant, found in runs.items()
        if contestant.database == database and contestant.engine is not RAW
    ]


def _median(runs: Sequence[Run], value: Callable[[Run], float]) -> float:
    return median(value(run) for run in runs)


def _client(runs: Sequence[Run]) -> float:
    return _median(runs, lambda run: run.used.client / run.cases) * 1000


def _server(runs: Sequence[Run]) -> float:
    return _median(runs, lambda run: run.used.server / run.cases) * 1000


def _syncs(runs: Sequence[Run]) -> float:
    return _median(runs, lambda run: run.work.syncs if run.work else 0)


def _disk(runs: Sequence[Run]) -> float:
    return _median(runs, lambda run: run.kept.disk_bytes if run.kept else 0)


def _raw(runs: Runs, database: str) -> float:
    return _median(runs[Contestant(engine=RAW, database=database)], lambda run: run.rate)


def _kilobytes(value: float) -> str:
    return f"{value / 1024:.1f} KB"


def _durabilities(runs: Runs) -> str:
    said: dict[str, list[str]] = {}
    for contestant, found in runs.items():
        if contestant.processes == 1:
            said.setdefault(found[0].durability, []).append(f"{contestant.engine.name} on {contestant.database}")
    return "; ".join(f"{durability}: {', '.join(names)}" for durability, names in said.items())


def add_before(parser: ArgumentParser) -> None:
    """Add the option that names a checkout of an earlier commit."""
    parser.add_argument(
        "--before", type=Path, metavar="DIR", help="checkout of an earlier commit with its own .venv, beside this one"
    )


def main() -> None:
    """Measure, print, and write it where asked."""
    parser = report.command(__doc__)
    add_before(parser)
    arguments = parser.parse_args()
    report.run([measures(before=arguments.before)], quick=arguments.quick, written=arguments.write)


if __name__ == "__main__":
    main()

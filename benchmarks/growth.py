"""Growth: what a case, a click, the disk and a worker cost beside a thousand stored cases, and beside a million.

    python -m benchmarks.growth [--quick] [--million] [--write]

The stored cases are a year's, as in `benchmarks.size`. For the clicks a database of their own is filled, as
`benchmarks.clicks` does it.
"""

import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks import clicks
from benchmarks.clicker import A_SECOND
from benchmarks.engines.contest import COUNTERSIGN, THREADS, Contestant, measure_in
from benchmarks.kit import machine, report
from benchmarks.kit.chart import Panel, drawn
from benchmarks.kit.databases import POSTGRESQL, SQLITE, Databases, databases, migrated
from benchmarks.kit.report import DOCS, Part, Section, number, table, tell
from benchmarks.years.year import fill_year
from store.db.database import Database

HEADING = "Growth"
CHART = DOCS / "growth.svg"
_REPETITIONS = 3
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Effort:
    """The size of the measurements."""

    stored: Sequence[int]
    cases: int
    """Cases that are worked on in one measurement."""
    seconds: int
    """Seconds of clicks in one measurement."""
    repetitions: int


QUICK = Effort(stored=(1_000, 5_000), cases=60, seconds=2, repetitions=1)
FULL = Effort(stored=(1_000, 10_000, 100_000), cases=300, seconds=6, repetitions=_REPETITIONS)
MILLION = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Grown:
    """The figures beside a number of stored cases."""

    database: str
    stored: int
    rate: float
    """Cases a second of one worker, without intake."""
    client: float
    """Milliseconds of a core that a case takes in the worker, intake included."""
    server: float
    """Milliseconds of a core that it takes in PostgreSQL."""
    acknowledged: float
    """Milliseconds until Slack is answered, 99 of 100 times, beside a busy worker."""
    disk: float
    """Megabytes of the database."""
    memory: float
    """Most resident megabytes of the worker."""
    filled: float
    """Seconds for writing the stored cases."""


def measures(*, million: bool) -> Callable[[bool], Iterator[Section]]:
    """Return the benchmark. `million`: go on to a million stored cases."""

    def measured(quick: bool) -> Iterator[Section]:
        """Measure both databases at each size, the smallest first; yield the section after each measurement."""
        effort = QUICK if quick else FULL
        sizes = [*effort.stored, *([MILLION] if million else [])]
        found: list[Grown] = []
        with databases() as made:
            settings = made.settings()
            for stored in sizes:
                for database in (SQLITE, POSTGRESQL):
                    found.append(_grown(made, database, stored, effort))
                    tell(str(found[-1]))
                    yield _section(found, settings, effort, quick=quick)

    return measured


def _grown(made: Databases, database: str, stored: int, effort: Effort) -> Grown:
    url = made.new(database)
    migrated(url)
    started = time.monotonic()
    _fill(url, stored)
    filled = time.monotonic() - started
    disk = made.size(url) / _MEGABYTE
    contestant = Contestant(engine=COUNTERSIGN, database=database)
    runs = [
        measure_in(url, contestant, made, cases=effort.cases, first=repetition * effort.cases, is_kept_counted=False)
        for repetition in range(effort.repetitions)
    ]
    made.drop(url)
    return Grown(
        database=database,
        stored=stored,
        rate=median(run.rate for run in runs),
        client=median(run.used.client / run.cases for run in runs) * 1000,
        server=median(run.used.server / run.cases for run in runs) * 1000,
        acknowledged=_acknowledged(made, database, stored, effort),
        disk=disk,
        memory=max(run.peak or 0 for run in runs),
        filled=filled,
    )


def _fill(url: str, stored: int) -> None:
    database = Database(url)
    fill_year(database, cases=stored)
    if database.dialect == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # Its autovacuum does it within a minute.
            connection.exec_driver_sql("VACUUM ANALYZE")
    database.close()


def _acknowledged(made: Databases, database: str, stored: int, effort: Effort) -> float:
    """Return the 99th percentile of clicks beside a backlog, in milliseconds."""
    wanted = clicks.Size(stored=stored, seconds=effort.seconds)
    _, (clicked,) = clicks.measure(made, database, wanted, layouts=clicks.ALONE)
    return clicked.within(0.99)


def _section(found: Sequence[Grown], settings: str, effort: Effort, *, quick: bool) -> Section:
    columns = ["database", "stored", "cases/s", "client ms", "server ms", "ack p99", "disk", "worker", "filled in"]
    lines = table(columns, [_row(grown) for grown in found])
    notes = [
        f"A worker of {THREADS} threads beside a year of stored cases, {effort.cases:,} cases of four steps and an",
        f"effect, medians of {effort.repetitions}. *Client* and *server* are milliseconds of a core for a case, with",
        f"intake. *Ack p99* is the time until Slack is answered at {A_SECOND} clicks a second for",
        f"{effort.seconds} seconds, with a busy worker in the same process: of so few clicks it is nearly the slowest,",
        "so small differences say nothing. *Disk* is the database with its indexes; *worker* the most memory that the",
        "worker's process had.",
    ]
    alt = "; ".join(_in_words(database, found) for database in (SQLITE, POSTGRESQL))
    trial = [report.TRIAL, ""] if quick else []
    return Section(
        heading=HEADING,
        lines=[
            *trial,
            "`make bench`: " + machine.described(("sqlalchemy", "pydantic")),
            f"SQLite with WAL and synchronous=FULL; {settings}.",
            "",
            *notes,
            "",
            *lines,
        ],
        parts=[
            Part(
                file=DOCS / "measured.md",
                name="growth",
                lines=[
                    *trial,
                    f"![Four plots by the number of stored cases. {alt}]({CHART.name})",
                    "",
                    *lines,
                    "",
                    *notes,
                    f"On {machine.briefly()}.",
                ],
            )
        ],
        pictures={CHART: _chart(found, alt)},
    )


def _in_words(database: str, found: Sequence[Grown]) -> str:
    """Return the ends of the lines, for who does not see them."""
    ends = [one for one in found if one.database == database]
    if not ends:
        return f"{database} was not measured yet"
    first, last = min(ends, key=lambda one: one.stored), max(ends, key=lambda one: one.stored)
    return (
        f"{database}, from {first.stored:,} to {last.stored:,} stored cases:"
        f" {number(first.rate)} to {number(last.rate)} cases/s,"
        f" acknowledged within {first.acknowledged:.0f} to {last.acknowledged:.0f} ms,"
        f" {number(first.disk)} to {number(last.disk)} MB on disk, {first.memory:.0f} to {last.memory:.0f} MB of memory"
    )


def _row(grown: Grown) -> list[object]:
    return [
        grown.database,
        f"{grown.stored:,}",
        number(grown.rate),
        number(grown.client),
        number(grown.server) if grown.database == POSTGRESQL else "",
        f"{grown.acknowledged:.0f} ms",
        f"{number(grown.disk)} MB",
        f"{grown.memory:.0f} MB",
        f"{grown.filled:.0f} s",
    ]


def _chart(found: Sequence[Grown], alt: str) -> str:
    def line(value: Callable[[Grown], float]) -> dict[str, list[tuple[float, float]]]:
        return {
            database: [(one.stored, value(one)) for one in found if one.database == database]
            for database in (SQLITE, POSTGRESQL)
        }

    panels = [
        Panel(title="Cases a second, one worker", series=line(lambda one: one.rate)),
        Panel(title="Answer to Slack, p99, ms", series=line(lambda one: one.acknowledged)),
        Panel(title="Database on disk, MB", series=line(lambda one: one.disk), is_log=True),
        Panel(title="Memory of the worker, MB", series=line(lambda one: one.memory)),
    ]
    return drawn(panels, title="How cost grows with the stored cases", description=alt, below="stored cases")


def add_million(parser: ArgumentParser) -> None:
    """Add the option that goes on to a million stored cases."""
    parser.add_argument("--million", action="store_true", help="go on to a million stored cases")


def main() -> None:
    """Measure, print, and write it where asked."""
    parser = report.command(__doc__)
    add_million(parser)
    arguments = parser.parse_args()
    report.run([measures(million=arguments.million)], quick=arguments.quick, written=arguments.write)


if __name__ == "__main__":
    main()

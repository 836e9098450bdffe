"""Labels: how long it takes to make new ones, and to count them, beside so many that there are.

    python -m benchmarks.learning.labels [--quick] [--million] [--write]

The labels are of a year's cases, as in `benchmarks.growth`: one for each proposal. Meanwhile a thread writes as a click
does; its slowest commits are shown.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from statistics import median

from sqlalchemy import func, select

from benchmarks.growth import MILLION, add_million
from benchmarks.kit import machine, report
from benchmarks.kit.databases import POSTGRESQL, SQLITE, Databases, databases
from benchmarks.kit.report import Section, number, table, tell
from benchmarks.reports import commits
from benchmarks.years.stored_year import stored_year
from benchmarks.years.year import WORKFLOWS
from benchmarks.years.year_learning import fill_learning
from store.learning import rollouts
from store.schema import Label
from workflows.engine.context import Context
from workflows.quality.examples.candidates import gather
from workflows.quality.labels.making import AT_ONCE, make_labels
from workflows.quality.labels.views import labels_view
from workflows.quality.rollouts.listing import under_way

HEADING = "Labels"
NOTHING_NEW = "a look when there is nothing new"
TIMES = 5
_DAYS = 90
"""Days that `countersign labels` counts by default."""


@dataclass(frozen=True, kw_only=True)
class Timed:
    """The milliseconds of one thing on a database, one for each time."""

    database: str
    labels: int
    """Labels that there are."""
    what: str
    milliseconds: Sequence[float]
    commits: Sequence[float]
    """Milliseconds of commits meanwhile."""


def measures(*, million: bool) -> Callable[[bool], Iterator[Section]]:
    """Return the benchmark. `million`: go on to a million labels."""

    def measured(quick: bool) -> Iterator[Section]:
        """Measure both databases at each size, the smallest first; yield the section after each measurement."""
        sizes = [10_000] if quick else [100_000]
        found: list[Timed] = []
        with databases() as made:
            settings = made.settings()
            for stored in [*sizes, *([MILLION] if million else [])]:
                for database in (SQLITE, POSTGRESQL):
                    found += _timed(made, database, stored)
                    yield _section(found, settings, quick=quick)

    return measured


def _timed(made: Databases, kind: str, stored: int) -> Iterator[Timed]:
    with stored_year(made, kind, stored) as context:
        database = context.database
        with database.write() as session:
            fill_learning(session)
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE labels" if database.dialect == "postgresql" else "ANALYZE")
        with database.read() as session:
            labels = session.scalar(select(func.count()).select_from(Label)) or 0
        for what, do in _measured(context).items():
            if what == NOTHING_NEW:
                while make_labels(context).is_more:
                    pass
            each = [_once(do) for _ in range(TIMES)]
            timed = Timed(
                database=kind, labels=labels, what=what, milliseconds=each, commits=commits(database, do, most=20)
            )
            tell(f"{kind}, {labels:,} labels, {what}: {median(each):.1f} ms")
            yield timed


def _measured(context: Context) -> dict[str, Callable[[], object]]:
    now = context.clock()
    return {
        f"{AT_ONCE} new labels": partial(make_labels, context),
        NOTHING_NEW: partial(make_labels, context),
        f"`labels`, {_DAYS} days": partial(labels_view, context, WORKFLOWS[0], since=now - timedelta(days=_DAYS)),
        "`labels`, a year": partial(labels_view, context, WORKFLOWS[0], since=now - timedelta(days=366)),
        "labels of 14 days, counted": partial(_counted, context),
        "the line of `status`": partial(under_way, context),
        "candidates of new labels": partial(gather, context),
    }


def _counted(context: Context) -> int:
    until = context.clock()
    with context.database.read() as session:
        return rollouts.labels_between(session, 1, team=context.team, since=until - timedelta(days=14), until=until)


def _once(do: Callable[[], object]) -> float:
    began = time.perf_counter()
    do()
    return (time.perf_counter() - began) * 1000


def _section(found: Sequence[Timed], settings: str, *, quick: bool) -> Section:
    rows = []
    for labels, what in dict.fromkeys((one.labels, one.what) for one in found):
        row = [what, f"{labels:,}"]
        for kind in (SQLITE, POSTGRESQL):
            of = [one for one in found if (one.database, one.labels, one.what) == (kind, labels, what)]
            row += [number(median(of[0].milliseconds)), number(max(of[0].commits))] if of else ["", ""]
        rows.append(row)
    columns = ["what", "labels", "SQLite ms", "slowest commit", "PostgreSQL ms", "slowest commit"]
    notes = [
        f"Medians of {TIMES}, in milliseconds. *Slowest commit* is the slowest of 20 small commits of another thread",
        "while it is done again and again. New labels are made of 200 decisions, author's rules included.",
    ]
    trial = [report.TRIAL, ""] if quick else []
    return Section(
        heading=HEADING,
        lines=[
            *trial,
            "`python -m benchmarks.learning.labels --million`: " + machine.described(("sqlalchemy", "pydantic")),
            f"SQLite with WAL and synchronous=FULL; {settings}.",
            "",
            *table(columns, rows),
            "",
            *notes,
        ],
    )


def main() -> None:
    """Measure labels."""
    parser = report.command(__doc__)
    add_million(parser)
    chosen = parser.parse_args()
    report.run([measures(million=chosen.million)], quick=chosen.quick, written=chosen.write)


if __name__ == "__main__":
    main()

"""Reports: how long each digest takes to be gathered beside so many stored cases, beside the same sums in plain SQL.

    python -m benchmarks.reports [--quick] [--million] [--write]

What is measured is `preview`: all figures of a digest, read in one transaction, and drawn. Plain SQL is what somebody
would type to get the main sums of that report out of these tables, without a read model, without days before, and
without a bound: a report costs that at least. Meanwhile a thread writes as a click does; its slowest commits are shown,
with and without a report beside it.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from statistics import median
from threading import Event, Thread
from zoneinfo import ZoneInfo

from sqlalchemy import text, update

from benchmarks.growth import MILLION, add_million
from benchmarks.kit import machine, report
from benchmarks.kit.databases import POSTGRESQL, SQLITE, Databases, databases
from benchmarks.kit.report import Section, number, table, tell
from benchmarks.years.stored_year import stored_year
from handlers.slack.blocks.digests.digest import digest
from store.db.database import Database
from store.schema import Review
from workflows.engine.context import Context
from workflows.engine.digests.days import Days
from workflows.engine.digests.jobs import JOBS
from workflows.engine.digests.making import preview
from workflows.engine.digests.names import JobName
from workflows.engine.digests.periods import first_day, last_day

HEADING = "Reports"
TIMES = 5
CLICKS = 200
_ZONE = ZoneInfo("UTC")
_TODAY = date(2025, 12, 29)
"""A Monday of the year's last week: a week is over, and a month is nearly over."""

_PLAIN: Mapping[JobName, Sequence[str]] = {
    JobName.FAILURES: (
        "SELECT workflow_id, count(*) FROM cases WHERE workflow_id IN (1, 2) AND received_at >= :since"
        " AND received_at < :until GROUP BY workflow_id",
        "SELECT workflow_id, resolution, count(DISTINCT case_id) FROM runs WHERE state IN ('closed', 'delivered')"
        " AND team_id = 1 AND changed_at >= :since AND changed_at < :until GROUP BY workflow_id, resolution",
        "SELECT workflow_id, state, count(*) FROM runs WHERE state IN ('failed', 'parked', 'doubtful', 'waiting')"
        " AND team_id = 1 GROUP BY workflow_id, state",
        "SELECT workflow_id, count(*) FROM reviews WHERE state = 'open' AND answer_by < :until AND team_id = 1"
        " GROUP BY workflow_id",
        "SELECT workflow, sum(coalesce(cost, reserved)) FROM model_requests WHERE team_id = 1"
        " AND began_at >= :since AND began_at < :until GROUP BY workflow",
    ),
    JobName.COST: (
        "SELECT workflow, model, prompt_version, count(*), sum(coalesce(cost, reserved)) FROM model_requests"
        " WHERE team_id = 1 AND began_at >= :since AND began_at < :until GROUP BY workflow, model, prompt_version",
        "SELECT workflow_id, count(DISTINCT case_id) FROM runs WHERE state IN ('closed', 'delivered')"
        " AND team_id = 1 AND changed_at >= :since AND changed_at < :until GROUP BY workflow_id",
    ),
    JobName.QUALITY: (
        "SELECT r.workflow_id, d.kind, count(*) FROM reviews r JOIN decisions d ON d.review_id = r.id"
        " WHERE r.team_id = 1 AND d.team_id = 1 AND d.at >= :since AND d.at < :until GROUP BY r.workflow_id, d.kind",
    ),
    JobName.NUMBERS: (
        "SELECT workflow_id, count(*) FROM cases WHERE workflow_id IN (1, 2) AND received_at >= :since"
        " AND received_at < :until GROUP BY workflow_id",
        "SELECT workflow_id, resolution, count(DISTINCT case_id) FROM runs WHERE state IN ('closed', 'delivered')"
        " AND team_id = 1 AND changed_at >= :since AND changed_at < :until GROUP BY workflow_id, resolution",
        "SELECT r.workflow_id, count(*), count(d.seconds), sum(d.seconds) FROM reviews r JOIN decisions d"
        " ON d.review_id = r.id WHERE r.team_id = 1 AND d.team_id = 1 AND d.at >= :since AND d.at < :until"
        " GROUP BY r.workflow_id",
        "SELECT workflow, sum(coalesce(cost, reserved)) FROM model_requests WHERE team_id = 1"
        " AND began_at >= :since AND began_at < :until GROUP BY workflow",
    ),
    JobName.BIAS: (
        "SELECT s.group_id, r.resolution, count(*) FROM runs r JOIN case_segments s ON s.case_id = r.case_id"
        " AND s.run_id = r.id WHERE r.state IN ('closed', 'delivered') AND r.team_id = 1 AND r.changed_at >= :since"
        " AND r.changed_at < :until GROUP BY s.group_id, r.resolution",
    ),
}
PLAIN = {**_PLAIN, JobName.COST_MONTH: _PLAIN[JobName.COST]}
"""The main sums of each report, as somebody would type them."""


@dataclass(frozen=True, kw_only=True)
class Timed:
    """The milliseconds of a report on a database, one for each time, beside those of plain SQL."""

    database: str
    stored: int
    job: str
    milliseconds: Sequence[float]
    plain: Sequence[float]
    commits: Sequence[float]
    """Milliseconds of commits meanwhile."""
    alone: Sequence[float]
    """Milliseconds of commits while no report is made."""


def measures(*, million: bool) -> Callable[[bool], Iterator[Section]]:
    """Return the benchmark. `million`: go on to a million stored cases."""

    def measured(quick: bool) -> Iterator[Section]:
        """Measure both databases at each size, the smallest first; yield the section after each measurement."""
        sizes = [1_000] if quick else [100_000]
        found: list[Timed] = []
        with databases() as made:
            settings = made.settings()
            for stored in [*sizes, *([MILLION] if million else [])]:
                for database in (SQLITE, POSTGRESQL):
                    for timed in _timed(made, database, stored):
                        found.append(timed)
                        yield _section(found, settings, quick=quick)

    return measured


def _timed(made: Databases, kind: str, stored: int) -> Iterator[Timed]:
    with stored_year(made, kind, stored) as context:
        database = context.database
        alone = commits(database, lambda: None)
        for job in JobName:
            _made(context, job)
            _plainly(database, job)
            timed = Timed(
                database=kind,
                stored=stored,
                job=job,
                milliseconds=[_made(context, job) for _ in range(TIMES)],
                plain=[_plainly(database, job) for _ in range(TIMES)],
                commits=commits(database, partial(_made, context, job)),
                alone=alone,
            )
            tell(
                f"{kind}, {stored:,} stored, {job}: {median(timed.milliseconds):.0f} ms,"
                f" plain SQL {median(timed.plain):.0f} ms, slowest commit meanwhile {max(timed.commits):.0f} ms"
            )
            yield timed


def _made(context: Context, job: JobName) -> float:
    began = time.perf_counter()
    json.dumps(digest(preview(context, job, today=_TODAY, zone=_ZONE)).blocks, default=str)
    return (time.perf_counter() - began) * 1000


def _plainly(database: Database, job: JobName) -> float:
    every = JOBS[job].every
    last = last_day(every, _TODAY)
    days = Days(first=first_day(every, last), last=last, zone=_ZONE)
    span = {"since": _bound(database, days.since), "until": _bound(database, days.until)}
    began = time.perf_counter()
    with database.read() as session:
        for statement in PLAIN[job]:
            session.execute(text(statement), span).all()
    return (time.perf_counter() - began) * 1000


def _bound(database: Database, at: datetime) -> object:
    """Return a time as the database keeps it."""
    return f"{at:%Y-%m-%d %H:%M:%S.%f}" if database.dialect == "sqlite" else at


def commits(database: Database, beside: Callable[[], object], *, most: int = CLICKS) -> list[float]:
    """Return the milliseconds of so many small commits while something is done again and again in another thread."""
    over = Event()

    def again() -> None:
        while not over.is_set():
            beside()
            over.wait(0.01)

    thread = Thread(target=again)
    thread.start()
    found = []
    for _ in range(most):
        began = time.perf_counter()
        with database.write() as session:
            session.execute(update(Review).where(Review.id == 1).values(claimed_by="U01"))
        found.append((time.perf_counter() - began) * 1000)
    over.set()
    thread.join()
    return found


def _section(found: Sequence[Timed], settings: str, *, quick: bool) -> Section:
    rows = []
    for stored in dict.fromkeys(one.stored for one in found):
        for job in JOBS:
            row = [f"{job}", f"{stored:,}"]
            for kind in (SQLITE, POSTGRESQL):
                of = [one for one in found if (one.database, one.stored, one.job) == (kind, stored, job)]
                row += (
                    [
                        number(median(of[0].milliseconds)),
                        number(median(of[0].plain)),
                        f"{median(of[0].milliseconds) / median(of[0].plain):.1f}",
                        f"{_p99(of[0].commits):.1f} / {_p99(of[0].alone):.1f}",
                    ]
                    if of
                    else [""] * 4
                )
            rows.append(row)
    trial = [report.TRIAL, ""] if quick else []
    columns = [
        column
        for kind in (SQLITE, POSTGRESQL)
        for column in (f"{kind} ms", "plain SQL ms", "ratio", "commit p99 ms, with / without")
    ]
    return Section(
        heading=HEADING,
        lines=[
            *trial,
            "`python -m benchmarks.reports`: " + machine.described(("sqlalchemy", "pydantic")),
            f"SQLite with WAL and synchronous=FULL; {settings}.",
            "",
            "Each digest beside a year of stored cases: gathered and drawn. Plain SQL: the main sums of the",
            f"same report, as typed, without what it compares with. Medians of {TIMES}, with a warm cache. The",
            f"commits are {CLICKS} small ones in another thread, with and without the report in another.",
            "",
            *table(["digest", "stored", *columns], rows),
        ],
    )


def _p99(found: Sequence[float]) -> float:
    return sorted(found)[int(len(found) * 0.99) - 1]


def main() -> None:
    """Measure, print, and write it where asked."""
    parser = report.command(__doc__)
    add_million(parser)
    chosen = parser.parse_args()
    report.run([measures(million=chosen.million)], quick=chosen.quick, written=chosen.write)


if __name__ == "__main__":
    main()

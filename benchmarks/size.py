"""Size: how long people, loops and reports wait for their reads beside a year of cases.

python -m benchmarks.size [--quick] [--write]
"""

import time
from collections.abc import Mapping

from sqlalchemy.orm import Session

from benchmarks.kit import machine, report
from benchmarks.kit.databases import POSTGRESQL, SQLITE, databases, migrated
from benchmarks.kit.report import Section, number, table, tell
from benchmarks.years.reads import LOOPS, OVER_ALL_TIME, PEOPLE, REPORTS, Read
from benchmarks.years.year import fill_year
from store.db.database import Database

HEADING = "Size"
TIMES = 3
"""Number of times that a read is made; the best counts, as a busy machine only adds to it."""
_GROUPS: Mapping[str, Mapping[str, Read]] = {
    "people": PEOPLE,
    "loops": LOOPS,
    "reports": REPORTS,
    "the demo's end, or /metrics": OVER_ALL_TIME,
}


def measured(quick: bool) -> Section:
    """Measure each read on both databases."""
    cases = 10_000 if quick else 1_000_000
    with databases() as made:
        settings = made.settings()
        found = {}
        for kind in (SQLITE, POSTGRESQL):
            url = made.new(kind)
            migrated(url)
            found[kind] = _milliseconds(url, cases)
            made.drop(url)
            tell(f"{kind}: the slowest read takes {number(max(found[kind].values()))} ms")
    rows = [
        [f"`{name}`", who, number(found[SQLITE][name]), number(found[POSTGRESQL][name])]
        for who, reads in _GROUPS.items()
        for name in reads
    ]
    return Section(
        heading=HEADING,
        lines=[
            "`python -m benchmarks.size`: " + machine.described(("sqlalchemy",)),
            f"SQLite with WAL and synchronous=FULL; {settings}.",
            "",
            f"{cases:,} cases of a year, of which one in a thousand waits. Milliseconds, the best of {TIMES}, with a",
            "warm cache. In one transaction each, without what the caller does with the rows.",
            "",
            *table(["read", "who waits", SQLITE, POSTGRESQL], rows),
        ],
    )


def _milliseconds(url: str, cases: int) -> dict[str, float]:
    database = Database(url)
    began = time.monotonic()
    fill_year(database, cases=cases)
    if database.dialect == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # Its autovacuum does it within a minute.
            connection.exec_driver_sql("VACUUM ANALYZE")
    tell(f"{cases:,} cases were written in {time.monotonic() - began:.0f} s")
    reads = {name: read for group in _GROUPS.values() for name, read in group.items()}
    best = {name: min(_once(database, read) for _ in range(TIMES)) for name, read in reads.items()}
    database.close()
    return best


def _once(database: Database, read: Read) -> float:
    """Return the milliseconds that a read takes. What it changes is not kept."""
    with database.engine.connect() as connection, connection.begin() as transaction:
        if database.dialect == "sqlite":
            # Its driver begins no transaction by itself.
            connection.exec_driver_sql("BEGIN")
        session = Session(connection)
        began = time.perf_counter()
        read(session)
        taken = (time.perf_counter() - began) * 1000
        if database.dialect == "sqlite":
            connection.exec_driver_sql("ROLLBACK")
        transaction.rollback()
    return taken


def main() -> None:
    """Measure, print, and write it where asked."""
    report.main(__doc__, measured)


if __name__ == "__main__":
    main()

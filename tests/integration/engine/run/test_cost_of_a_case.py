"""The work of the database for one case that goes alone: four steps, a proposal, a delivery.

Each number is exact, because each commit waits for the disk, each exchange for the network, and each row is kept for
years. What raises one of them says here why.
"""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import event

from benchmarks.engines.noop import noop
from store.db.database import Database
from tests.waiting import wait_until
from tests.world import World, sure
from workflows.model.scripted import ScriptedModel

CASES = 6
"""So many that a statement of each kind was prepared, which is an exchange of its own once for a connection."""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """Work of a database, by the words of its driver and its server."""

    commits: int
    """Transactions that are begun and committed, those that only read among them."""
    statements: int
    """Statements without BEGIN and COMMIT."""
    inserted: int
    """Rows that are added."""
    changed: int
    """Rows that are written once more."""
    exchanges: int = 0
    """Waits for the server's answer; on SQLite there is no server."""

    def less(self, other: "Cost", *, cases: int) -> "Cost":
        """Return the cost of one case, where this one was for so many cases more than the other one."""
        ours, theirs = vars(self), vars(other)
        each = {name: divmod(ours[name] - theirs[name], cases) for name in ours}
        assert not any(rest for _, rest in each.values()), f"not each case cost the same: {ours} and {theirs}"
        return Cost(**{name: number for name, (number, _) in each.items()})


def work(database: Database, cases: int, *, first: int) -> None:
    """Take cases in one by one, and work on one after the other in the way of the database's dispatcher."""
    world = World(database=database, model=ScriptedModel(sure()))
    world.registry.add(noop)
    for number in range(first, first + cases):
        taken = world.submit(noop, id=number)
        if database.file is None:
            # The only run of the only case that came since.
            assert world.runner.take(taken.case, died=False, alone=False)
        else:
            (lease,) = world.claim()
            world.runner.advance(lease)


def on_sqlite(url: str, cases: int, *, first: int) -> Cost:
    """Count what SQLite says that it runs, and the rows that it says it wrote."""
    database, drivers, said = Database(url), list[Any](), list[str]()

    def connected(driver: Any, _record: object) -> None:
        driver.set_trace_callback(said.append)
        drivers.append(driver)

    event.listen(database.engine, "connect", connected)
    work(database, cases, first=first)
    words = Counter(statement.split(maxsplit=1)[0].upper() for statement in said)
    written = sum(driver.total_changes for driver in drivers)
    database.close()
    return Cost(
        commits=words["COMMIT"],
        statements=sum(words[word] for word in ("SELECT", "INSERT", "UPDATE", "DELETE")),
        inserted=words["INSERT"],
        changed=written - words["INSERT"],
    )


def on_postgres(url: str, cases: int, *, first: int, trace: Path) -> Cost:
    """Count what the server answers on the wire, and the rows that it says it wrote."""
    with psycopg.connect(url, autocommit=True) as admin, trace.open("w") as file:
        before = _rows(admin)
        database = Database(url)
        event.listen(database.engine, "connect", lambda driver, _: driver.pgconn.trace(file.fileno()))
        work(database, cases, first=first)
        database.close()
        # A session reports the rows that it wrote when it ends.
        wait_until(lambda: admin.execute(_OTHERS).fetchone() is None)
        inserted, changed = _rows(admin)
    answers = Counter(re.findall(r"\tB\t\d+\t(?:CommandComplete\t \"(\w+)|ReadyForQuery)", trace.read_text()))
    return Cost(
        commits=answers["COMMIT"],
        statements=sum(answers[word] for word in ("SELECT", "INSERT", "UPDATE", "DELETE")),
        inserted=inserted - before[0],
        changed=changed - before[1],
        exchanges=answers[""],
    )


_OTHERS = "SELECT 1 FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
_WRITTEN = "SELECT sum(n_tup_ins)::int, sum(n_tup_upd + n_tup_del)::int FROM pg_stat_user_tables"


def _rows(admin: psycopg.Connection[Any]) -> tuple[int, int]:
    found = admin.execute(_WRITTEN).fetchone()
    assert found is not None
    return found[0], found[1]


def test_a_case_that_goes_alone_costs_sqlite_so_much(migrated_sqlite_url: str) -> None:
    """Eight write: the intake, the lease, four steps, going alone, the end. One reads the run. Each transition of a run
    or a delivery has its row in the audit trail, and each result its content; a step holds its own.
    """
    on_sqlite(migrated_sqlite_url, 1, first=1)
    some = on_sqlite(migrated_sqlite_url, CASES, first=2)
    more = on_sqlite(migrated_sqlite_url, 2 * CASES, first=2 + CASES)
    assert more.less(some, cases=CASES) == Cost(commits=9, statements=35, inserted=18, changed=4)


def test_a_case_that_goes_alone_costs_postgresql_so_much(
    migrated_postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same as on SQLite, and the job in the queue. A step is one exchange with the server, its COMMIT included."""
    # The ids that a connection takes at once last for all.
    monkeypatch.setattr("store.db.rows.BLOCK", 1_000)
    trace = tmp_path / "trace"
    on_postgres(migrated_postgres_url, 1, first=1, trace=trace)
    some = on_postgres(migrated_postgres_url, CASES, first=2, trace=trace)
    more = on_postgres(migrated_postgres_url, 2 * CASES, first=2 + CASES, trace=trace)
    assert more.less(some, cases=CASES) == Cost(commits=8, statements=33, inserted=20, changed=4, exchanges=19)

"""Reads of people, loops and reports find their rows through an index, however many cases there are.

Shown at 100,000 cases of a year by what each database did, not only by its plan: an index that is searched by its team
alone is read from end to end.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from benchmarks.causes import fill_causes
from benchmarks.groups import fill_groups
from benchmarks.years.learning_reads import LEARNING
from benchmarks.years.reads import LOOPS, OVER_ALL_TIME, PEOPLE, REPORTS, Read
from benchmarks.years.sources import fill_sources
from benchmarks.years.year import TABLES as OF_CASES
from benchmarks.years.year import fill_year
from benchmarks.years.year_documents import fill_documents
from benchmarks.years.year_learning import fill_examples, fill_learning
from store.db import migration
from store.db.database import Database
from tests.conftest import postgres_made
from tests.heard import Heard, heard

pytestmark = pytest.mark.slow

TABLES = OF_CASES | {"documents", "document_uses", "shown_files", "labels", "shadow_proposals", "volume_cases"}
CASES = 100_000
STEPS = 100_000
"""Most steps of SQLite's machine for a read. To read a table of all cases it takes three for each row, and more."""
ROWS = 5_000
"""Most rows that PostgreSQL looks at in one place of a plan: a twentieth of the cases."""
OF_FEW = frozenset({"ix_proposals_sample", "ix_deliveries_waiting", "ix_deliveries_doubtful", "ix_runs_ready"})
"""Indexes that have few rows, so that one may be read whole."""

SMALL = frozenset({"spot_checks"})
"""Tables that have a row for a twentieth of the cases: PostgreSQL may read one whole for what joins it."""

ALONG_THE_KEY = {
    "cases": ["SCAN cases"],
    "audit.newest": ["SCAN audit"],
    "audit.refused": ["SCAN audit"],
    "span_exports.newest_row": ["SCAN audit"],
    "span_exports.stops": ["SCAN audit"],
    "labels.last_decision": ["SCAN decisions"],
    "rollouts.newest_run": ["SCAN runs"],
    "rollouts.mark": ["SCAN labels", "SCAN shadow_proposals"],
    "rollouts.newest_review": ["SCAN reviews"],
}
"""Reads that begin at the newest row and stop at a limit, with the word of SQLite's for that."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def year(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A year of 100,000 cases. Nothing that a test does is committed."""
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path_factory.mktemp('year') / 'year.sqlite'}")
        yield from filled(database)
    else:
        with postgres_made(request.getfixturevalue("postgres_server")) as url:
            yield from filled(Database(url))


def filled(database: Database) -> Iterator[Database]:
    migration.upgrade(database)
    fill_year(database, cases=CASES)
    with database.write() as session:
        fill_causes(session)
        fill_groups(session)
        fill_sources(session)
        fill_documents(session)
        fill_learning(session)
        fill_examples(session)
    if database.dialect == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # Its autovacuum does it within a minute.
            connection.exec_driver_sql("VACUUM ANALYZE")
    yield database
    database.close()


def found_wrong(database: Database, read: Read, *, first: str | None = None) -> list[str]:
    """Return what a read does that it should not. `first`: a statement to run before it."""
    with database.engine.connect() as connection, connection.begin() as transaction:
        if database.dialect == "sqlite":
            connection.exec_driver_sql("BEGIN")
        if first is not None:
            connection.execute(text(first))
        wrong = _look(database, connection, read)
        if database.dialect == "sqlite":
            connection.exec_driver_sql("ROLLBACK")
        transaction.rollback()
    return wrong


def _look(database: Database, connection: Connection, read: Read) -> list[str]:
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    driver: Any = connection.connection.driver_connection
    if database.dialect == "sqlite":
        driver.set_progress_handler(count, 100)
    with heard(database.engine) as said:
        read(Session(connection))
    if database.dialect == "postgresql":
        return [fault for statement in said for fault in wrong_on_postgresql(connection, statement)]
    driver.set_progress_handler(None, 0)
    wrong = [fault for statement in said for fault in wrong_on_sqlite(connection, statement)]
    return wrong if steps * 100 <= STEPS else [*wrong, f"{steps * 100:,} steps"]


def wrong_on_sqlite(connection: Connection, statement: Heard) -> Iterator[str]:
    for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement[0]}", statement[1]):
        words = row[3].split()
        is_large = any(words[1] == table or words[1].startswith(f"{table}_") for table in TABLES)
        if words[0] == "SCAN" and is_large and not OF_FEW & set(words):
            yield row[3]


def wrong_on_postgresql(connection: Connection, statement: Heard) -> Iterator[str]:
    explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement[0]}", statement[1]).scalar_one()
    plans = json.loads(explained) if isinstance(explained, str) else explained
    yield from wrong_in(plans[0]["Plan"])


def wrong_in(node: dict[str, Any]) -> Iterator[str]:
    looked_at = sum(value for key, value in node.items() if key == "Actual Rows" or key.startswith("Rows Removed by"))
    where = f"{node['Node Type']} on {node.get('Relation Name')} by {node.get('Index Name')}"
    if node["Node Type"] == "Seq Scan" and node["Relation Name"] in TABLES - SMALL:
        yield where
    if looked_at * node["Actual Loops"] > ROWS:
        yield f"{where}: {looked_at:,} rows, {node['Actual Loops']} times"
    for part in node.get("Plans", []):
        yield from wrong_in(part)


def test_what_people_and_loops_and_reports_ask_for_is_found_through_an_index(year: Database) -> None:
    reads = {**PEOPLE, **LOOPS, **REPORTS, **LEARNING}
    wrong = {name: found_wrong(year, read) for name, read in reads.items()}
    allowed = ALONG_THE_KEY if year.dialect == "sqlite" else {}
    assert {name: faults for name, faults in wrong.items() if faults} == allowed


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("cases --state failed", "ix_runs_state_team_id_case_id"),
        ("failures.stops", "ix_audit_stops"),
        ("failures.last_decision", "ix_decisions_team_id_at"),
        ("failures.asked_by_hour", "ix_reviews_opened_at"),
        ("digests.taken_in", "ix_cases_workflow_id_received_at"),
        ("digests.cost", "ix_steps_cost"),
        ("decided.barred", "ix_audit_refused_decisions"),
        ("messages.waiting", "ix_messages_waiting"),
        ("cards.unasked", "ix_deliveries_doubtful"),
        ("causes.run_counts", "ix_runs_cause"),
        ("bulk_reruns.run_counts", "ix_runs_bulk"),
        ("follow_ups.due", "ix_follow_ups_due"),
        ("follow_ups.made_from", "ix_follow_ups_made"),
        ("shown_files.of_review", "ix_shown_files_case"),
        ("shown_files.to_take_back", "ix_shown_files_until"),
        ("labels.counts", "ix_labels_workflow_id_at"),
    ],
)
def test_without_its_index_the_same_check_would_catch_a_read(year: Database, name: str, index: str) -> None:
    """The naive control: what the check looks for can be found."""
    assert found_wrong(year, {**PEOPLE, **LOOPS, **REPORTS, **LEARNING}[name], first=f"DROP INDEX {index}")


@pytest.mark.parametrize("name", OVER_ALL_TIME)
def test_counts_of_all_that_ever_was_read_whole_tables(year: Database, name: str) -> None:
    """The demonstration tells them, at its end, and /metrics of indexes alone; the other reads would be caught so."""
    assert found_wrong(year, OVER_ALL_TIME[name])


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("metrics.taken_in", "ix_cases_workflow_id_received_at"),
        ("metrics.resolved", "ix_runs_resolved"),
        ("alone.of_workflow", "ix_runs_drawn"),
    ],
)
def test_what_is_counted_for_metrics_of_all_that_ever_was_can_be_read_of_an_index_alone(
    year: Database, name: str, index: str
) -> None:
    """An index is a small part of its table. PostgreSQL reads a table of 100,000 rows whole all the same."""
    with heard(year.engine) as said, year.engine.connect() as connection, connection.begin():
        OVER_ALL_TIME[name](Session(connection))
    explain = "EXPLAIN QUERY PLAN" if year.dialect == "sqlite" else "EXPLAIN"
    with year.engine.connect() as connection, connection.begin():
        if year.dialect == "postgresql":
            # How many pages it knows to be visible to all is a matter of the last VACUUM, and of who read meanwhile.
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        plans = [
            str(row)
            for statement, values in said
            for row in connection.exec_driver_sql(f"{explain} {statement}", values)
        ]
    assert any(index in row and ("Index Only" in row or year.dialect == "sqlite") for row in plans), plans

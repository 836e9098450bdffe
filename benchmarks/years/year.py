"""A year of cases, written by set-based SQL: each table by a few statements, whatever the number of cases.

The shares are those of a company's year: most cases are over, a few wait, a few failed, a few are in doubt. What waits
is new, what failed is spread over the year. Reads are measured on it, and their plans are tested.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert

from store.db.database import Database
from store.schema import Team, Workflow

TEAM, OTHER_TEAM = 1, 2
WORKFLOWS = ("triage", "invoices")
"""Names of the first team's workflows. The other team has one, called `refunds`."""
BEGAN = 1_735_689_600
"""Start of the year, in seconds since 1970: 2025-01-01."""
SECONDS = 365 * 24 * 3600
"""Length of the year."""
_START = datetime.fromtimestamp(BEGAN, UTC)
_LONGEST = 3600.0
"""Seconds for which one statement may run on PostgreSQL."""
CHANNEL = "C0SUPPORT"
ROOM = 10
"""Number of open reviews with a card in the channel."""

_STATE = """
    CASE WHEN i > :many - :waiting THEN CASE WHEN i % 100 = 1 THEN 'holding' WHEN i % 100 = 2 THEN 'ready'
                                             WHEN i % 500 = 4 THEN 'running' ELSE 'waiting' END
         WHEN i % 5000 = 7 THEN 'failed' WHEN i % 20000 = 11 THEN 'doubtful' WHEN i % 50000 = 13 THEN 'parked'
         WHEN i % 40 = 3 THEN 'closed' ELSE 'delivered' END
"""
_TEAM = "CASE WHEN i % 50 = 0 THEN 2 ELSE 1 END"
_WORKFLOW = "CASE WHEN i % 50 = 0 THEN 3 WHEN i % 3 = 0 THEN 2 ELSE 1 END"
_WORKFLOW_NAME = "CASE WHEN i % 50 = 0 THEN 'refunds' WHEN i % 3 = 0 THEN 'invoices' ELSE 'triage' END"
_ENDED = "('delivered', 'closed')"
_REVIEWED = f"(i % 10 IN (1, 3, 7) OR {_STATE} = 'waiting')"
_RESOLUTION = f"""
    CASE WHEN {_STATE} = 'closed' THEN 'rejected' WHEN {_STATE} NOT IN ('delivered', 'holding', 'doubtful') THEN NULL
         WHEN {_REVIEWED} THEN 'by_person' ELSE 'alone' END
"""

_IS_OPEN = "(i % 2000 = 2 OR i > :many - :many / 100)"
"""Condition for a spot check that nobody has looked at: of the newest, and a few that were left."""

_UNCHECKED = {"sqlite": "PRAGMA foreign_keys = OFF", "postgresql": "SET session_replication_role = replica"}
_CHECKED = {"sqlite": "PRAGMA foreign_keys = ON", "postgresql": "RESET session_replication_role"}
_WORDS = {
    "sqlite": {
        r"AT\((.*?)\)": "(strftime('%Y-%m-%d %H:%M:%f', :began + i * (:seconds * 1.0 / :many) + \\1, 'unixepoch')"
        " || '000')",
        r"HASH\(i\)": "printf('%064d', i)",
        r"JSON\((.*?)\)": "'\\1'",
    },
    "postgresql": {
        r"AT\((.*?)\)": "to_timestamp(:began + i * (:seconds * 1.0 / :many) + \\1)",
        r"HASH\(i\)": "lpad(i::text, 64, '0')",
        r"JSON\((.*?)\)": "'\\1'::jsonb",
    },
}
"""Words of the values: AT(...), a time so many seconds after the case came; HASH(i); JSON(...), a JSON column's."""


_TICKET = (
    "'{\"id\": ' || i || ', \"text\": \"My order ' || i || ' came broken, and the second one is late."
    ' Please tell me what to do with it, since I need it next week.", "queue": "returns"}\''
)


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """The rows of one table."""

    table: str
    columns: Mapping[str, str]
    """Column -> its value in SQL, for case number i and row number k of that case."""
    each: int = 1
    """Number of rows of a case."""
    only: str = "true"
    """Condition for the cases that have them."""


_ROWS = (
    _Rows(
        table="cases",
        columns={
            "id": "i",
            "team_id": _TEAM,
            "workflow_id": _WORKFLOW,
            "key": "'ticket-' || i",
            "revision": "1",
            "content_hash": "HASH(i)",
            "source": "'http'",
            "received_at": "AT(0)",
        },
    ),
    _Rows(
        table="contents",
        columns={
            "id": "(i - 1) * 5 + k",
            "team_id": _TEAM,
            "case_id": "i",
            "kind": f"CASE k WHEN 1 THEN 'input' WHEN 2 THEN CASE WHEN {_STATE} IN ('failed', 'doubtful', 'parked')"
            " THEN 'problem' ELSE 'receipt' END WHEN 3 THEN 'answer' WHEN 4 THEN 'output' ELSE 'reasons' END",
            "body": 'CASE WHEN k = 5 THEN \'[{"code": "low_confidence", "confidence": 0.61, "floor": 0.85}]\''
            f" ELSE {_TICKET} END",
        },
        each=5,
    ),
    _Rows(
        table="runs",
        columns={
            "id": "i",
            "team_id": _TEAM,
            "case_id": "i",
            "workflow_id": _WORKFLOW,
            "revision": "1",
            "correction": "0",
            "code_version": "'0123456789abcdef'",
            "state": _STATE,
            "lease": "2",
            "input_id": "(i - 1) * 5 + 1",
            "resolution": _RESOLUTION,
            "output_id": f"CASE WHEN {_RESOLUTION} IS NOT NULL THEN (i - 1) * 5 + 4 END",
            "problem_id": f"CASE WHEN {_STATE} IN ('failed', 'doubtful', 'parked') THEN (i - 1) * 5 + 2 END",
            "created_at": "AT(0)",
            "changed_at": "AT(60)",
            "spot_check_probability": f"CASE WHEN {_RESOLUTION} = 'alone' THEN 0.05 END",
        },
    ),
    _Rows(
        table="spot_checks",
        columns={
            "id": "i",
            "team_id": _TEAM,
            "run_id": "i",
            "case_id": "i",
            "workflow_id": _WORKFLOW,
            "probability": "0.05",
            "state": f"CASE WHEN {_IS_OPEN} THEN 'open' ELSE 'decided' END",
            "version": "1",
            "drawn_at": "AT(50)",
            "due_at": "AT(172800)",
            "answer_id": f"CASE WHEN NOT {_IS_OPEN} THEN (i - 1) * 5 + 4 END",
            "answered_by": f"CASE WHEN NOT {_IS_OPEN} THEN 'U0' || (i % 20) END",
            "answered_at": f"CASE WHEN NOT {_IS_OPEN} THEN AT(86400) END",
            "outcome": f"CASE WHEN {_IS_OPEN} THEN NULL WHEN i % 240 = 2 THEN 'minor' ELSE 'same' END",
            "is_error": f"CASE WHEN NOT {_IS_OPEN} THEN i % 240 = 2 END",
            "end": f"CASE WHEN NOT {_IS_OPEN} THEN 'equal' END",
            "ended_at": f"CASE WHEN NOT {_IS_OPEN} THEN AT(86400) END",
        },
        only=f"i % 20 = 2 AND {_STATE} = 'delivered' AND {_RESOLUTION} = 'alone'",
    ),
    _Rows(
        table="steps",
        columns={
            "id": "(i - 1) * 3 + k",
            "team_id": _TEAM,
            "run_id": "i",
            "position": "k",
            "name": "CASE k WHEN 1 THEN 'last_orders' WHEN 2 THEN 'ask' ELSE 'stock' END",
            "nth": "1",
            "attempt": "1",
            "state": "'finished'",
            "input_hash": "HASH(i)",
            "body": _TICKET,
            "started_at": "AT(k)",
            "milliseconds": "12.5",
            "cost": "CASE WHEN k = 2 AND i % 5 = 0 THEN 1000000 ELSE 0 END",
        },
        each=3,
    ),
    _Rows(
        table="model_requests",
        columns={
            "id": "i",
            "team_id": _TEAM,
            "workflow": _WORKFLOW_NAME,
            "case_id": "i",
            "run_id": "i",
            "number": "1",
            "model": "'large'",
            "answered_by": "'large-1'",
            "prompt_version": "'p1'",
            "input_hash": "HASH(i)",
            "cache_key": "HASH(i)",
            "content_id": "(i - 1) * 5 + 3",
            "outcome": "'answered'",
            "input_tokens": "900",
            "output_tokens": "120",
            "thinking_tokens": "0",
            "cache_read_tokens": "0",
            "cache_write_tokens": "0",
            "reserved": "9000000",
            "cost": "4500000",
            "prices": "'2025-01'",
            "began_at": "AT(2)",
            "milliseconds": "900",
        },
        only="i % 5 <> 0",
    ),
    _Rows(
        table="spending",
        columns={"id": "i", "team_id": _TEAM, "budget": "'case:' || i", "period": "''", "taken": "4500000"},
        only="i % 5 <> 0",
    ),
    _Rows(
        table="proposals",
        columns={
            "id": "i",
            "team_id": _TEAM,
            "run_id": "i",
            "content_id": "(i - 1) * 5 + 4",
            "confidence": "0.9",
            "model": "'large'",
            "prompt_version": "'p1'",
            "sample": "i % 100000 = 17",
            "created_at": "AT(4)",
        },
        only=f"{_STATE} NOT IN ('failed', 'parked', 'ready', 'running') AND NOT ({_STATE} = 'waiting' AND i % 20 = 9)",
    ),
    _Rows(
        table="reviews",
        columns={
            "id": "i",
            "team_id": _TEAM,
            "run_id": "i",
            "case_id": "i",
            "workflow_id": _WORKFLOW,
            "version": "1",
            "state": f"CASE WHEN {_STATE} = 'waiting' THEN 'open' ELSE 'decided' END",
            "proposal_id": "CASE WHEN i % 20 <> 9 THEN i END",
            "reasons_id": "(i - 1) * 5 + 5",
            "opened_at": "AT(5)",
            "answer_by": "AT(7200)",
            "decided_at": f"CASE WHEN {_STATE} <> 'waiting' THEN AT(50) END",
        },
        only=f"{_REVIEWED} AND {_STATE} IN ('waiting', 'delivered', 'closed', 'doubtful', 'holding')",
    ),
    _Rows(
        table="decisions",
        columns={
            "id": "i",
            "team_id": _TEAM,
            "review_id": "i",
            "version": "1",
            "kind": f"CASE WHEN {_STATE} = 'closed' THEN 'rejected' WHEN i % 8 = 1 THEN 'edited' ELSE 'approved' END",
            "follows": f"CASE WHEN {_STATE} = 'closed' THEN 'close' END",
            "by": "'U0' || (i % 20)",
            "output_id": "(i - 1) * 5 + 4",
            "confirmed": "JSON([])",
            "at": "AT(50)",
            "seconds": "CASE WHEN i % 4 <> 0 THEN 20.0 + i % 60 END",
        },
        only=f"{_REVIEWED} AND {_STATE} IN ('delivered', 'closed', 'doubtful', 'holding')",
    ),
    _Rows(
        table="deliveries",
        columns={
            "id": "i",
            "team_id": _TEAM,
            "case_id": "i",
            "run_id": "i",
            "key": "'triage/ticket-' || i",
            "kind": "'answer'",
            "state": f"CASE {_STATE} WHEN 'delivered' THEN 'applied' WHEN 'holding' THEN 'waiting' ELSE {_STATE} END",
            "attempts": "1",
            "maybe_applied": f"{_STATE} = 'doubtful'",
            "target": f"CASE WHEN {_STATE} = 'holding' THEN 'desk' END",
            "waiting_since": f"CASE WHEN {_STATE} = 'holding' THEN AT(60) END",
            "next_at": f"CASE WHEN {_STATE} = 'holding' THEN AT(120) END",
            "output_id": "(i - 1) * 5 + 4",
            "created_at": "AT(55)",
            "changed_at": "AT(60)",
        },
        only=f"{_STATE} IN ('delivered', 'doubtful', 'holding', 'failed')",
    ),
    _Rows(
        table="audit",
        columns={
            "id": "(i - 1) * 6 + k",
            "team_id": _TEAM,
            "at": "AT(k * 10)",
            "actor": "CASE WHEN k = 5 THEN 'U0' || (i % 20) ELSE 'countersign' END",
            "action": "CASE k WHEN 1 THEN 'case.received' WHEN 2 THEN 'run.ready' WHEN 3 THEN 'run.running'"
            f" WHEN 4 THEN 'proposal.made' WHEN 5 THEN 'run.delivering' ELSE 'run.' || {_STATE} END",
            "subject_kind": "CASE WHEN k = 1 THEN 'case' ELSE 'run' END",
            "subject_id": "i",
            "case_id": "i",
            "details": 'JSON({"from": "running"})',
        },
        each=6,
    ),
    _Rows(
        table="outbox",
        columns={
            "id": "i",
            "team_id": _TEAM,
            "kind": f"CASE {_STATE} WHEN 'failed' THEN 'failure' WHEN 'parked' THEN 'failure'"
            " WHEN 'doubtful' THEN 'doubt' ELSE 'card' END",
            "face": "'slack'",
            "channel": "'C0SUPPORT'",
            "subject_kind": f"CASE {_STATE} WHEN 'failed' THEN 'run' WHEN 'parked' THEN 'run' WHEN 'doubtful'"
            " THEN 'delivery' ELSE 'review' END",
            "subject_id": "i",
            "occasion": "''",
            "about": "JSON({})",
            "state": f"CASE WHEN {_STATE} = 'waiting' AND i > :many - :waiting + 2 * :room THEN 'held'"
            " WHEN i % 50000 = 1 THEN 'dead' ELSE 'sent' END",
            "wanted": "1",
            "attempts": "1",
            "not_before": "AT(5)",
            "error": "CASE WHEN i % 50000 = 1 THEN 'channel_not_found' END",
            "created_at": "AT(5)",
        },
        only=f"{_STATE} IN ('failed', 'parked', 'doubtful')"
        f" OR {_REVIEWED} AND {_STATE} IN ('waiting', 'delivered', 'closed', 'holding')",
    ),
    _Rows(
        table="messages",
        columns={
            "id": "i",
            "team_id": _TEAM,
            "subject_kind": f"CASE WHEN {_STATE} = 'doubtful' THEN 'delivery' ELSE 'review' END",
            "subject_id": "i",
            "channel": "'C0SUPPORT'",
            "ts": "'1700000000.' || i",
            "waits": f"{_STATE} = 'waiting'",
        },
        only=f"{_REVIEWED} AND {_STATE} IN ('waiting', 'delivered', 'closed', 'holding')"
        " AND NOT i > :many - :waiting + 2 * :room",
    ),
)

TABLES = frozenset(rows.table for rows in _ROWS)
"""Names of the tables that grow with the cases."""


def fill_year(database: Database, *, cases: int, waiting: int | None = None) -> None:
    """Write a year of so many cases into an empty database with the newest schema.

    `waiting`: the newest of them, which wait for people but for a few; left out, one in a thousand.
    """
    newest = max(cases // 1000, 50) if waiting is None else waiting
    values = {"many": cases, "waiting": newest, "room": ROOM, "began": BEGAN, "seconds": SECONDS}
    with database.write() as session:
        for name in ("local", "other"):
            session.execute(insert(Team).values(name=name, created_at=_START))
        for team, workflow in ((TEAM, WORKFLOWS[0]), (TEAM, WORKFLOWS[1]), (OTHER_TEAM, "refunds")):
            session.execute(insert(Workflow).values(team_id=team, name=workflow, options={}, created_at=_START))
    # Rows refer to rows; checking each reference would take most of the time. PostgreSQL needs a superuser for it.
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        if database.dialect == "postgresql":
            # A server under load may take too long to say, on another connection, that it works on the statement.
            driver.limit = _LONGEST
        driver.execute(_UNCHECKED[database.dialect])
        for rows in _ROWS:
            driver.execute(_sql(database.dialect, rows, values))
            if database.dialect == "postgresql":
                last = f"SELECT setval(pg_get_serial_sequence('{rows.table}', 'id'), max(id)) FROM {rows.table}"  # noqa: S608  # a table's name
                driver.execute(last)
            driver.commit()
        driver.execute(_CHECKED[database.dialect])
        driver.commit()


def _sql(dialect: str, rows: _Rows, values: Mapping[str, int]) -> str:
    """Return the statement that writes the rows of all cases into one table."""
    names, made = ", ".join(f'"{name}"' for name in rows.columns), ", ".join(rows.columns.values())
    numbers = {
        "sqlite": "(WITH RECURSIVE counted(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted WHERE i < :many)"
        " SELECT i FROM counted)",
        "postgresql": "generate_series(1, :many)",
    }[dialect]
    each = " UNION ALL ".join(f"SELECT {k} AS k" for k in range(1, rows.each + 1))  # numbers
    sql = f"INSERT INTO {rows.table} ({names}) SELECT {made} FROM {numbers} AS n(i), ({each}) AS e WHERE {rows.only}"  # noqa: S608  # names and numbers
    if dialect == "sqlite":
        sql = sql.replace("AS n(i)", "AS n")
    for pattern, replacement in _WORDS[dialect].items():
        sql = re.sub(pattern, replacement, sql)
    for name, value in values.items():
        sql = sql.replace(f":{name}", str(value))
    return sql

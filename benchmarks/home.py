"""Home: how long a person's Home takes to be read and drawn at 100,000 cases, few of them waiting and nearly all.

    python -m benchmarks.home [--quick] [--write]

Without the call to Slack. In the second row the cases that wait are more than any team has.
"""

import json
import time
from datetime import UTC, datetime, timedelta
from statistics import median

from pydantic import BaseModel
from sqlalchemy import select, update

from benchmarks.kit import machine, report
from benchmarks.kit.databases import POSTGRESQL, SQLITE, databases, migrated
from benchmarks.kit.report import Section, number, table, tell
from benchmarks.years.year import BEGAN, SECONDS, TEAM, WORKFLOWS, fill_year
from handlers.slack.blocks.home import home
from store.db.database import Database
from store.schema import Review
from store.states import ReviewState
from workflows import Run, Workflow
from workflows.engine.context import Context
from workflows.engine.declare.registry import Registry
from workflows.engine.read.home import home_view

HEADING = "Home"
TIMES = 20
_WHO = "U01"
NOW = datetime.fromtimestamp(BEGAN + SECONDS, UTC) + timedelta(minutes=1)
_CLAIMED = 20


class Ticket(BaseModel):
    """An input of the year's."""

    id: int
    text: str


class Answer(BaseModel):
    """The decision about it."""

    queue: str


def measured(quick: bool) -> Section:
    """Measure on both databases, with few cases that wait and with many."""
    cases = 10_000 if quick else 100_000
    rows = []
    with databases() as made:
        settings = made.settings()
        for waiting in (100, cases * 9 // 10):
            row = [f"{waiting:,}"]
            for kind in (SQLITE, POSTGRESQL):
                url = made.new(kind)
                migrated(url)
                found = _milliseconds(url, cases, waiting)
                made.drop(url)
                row += [number(median(found)), number(max(found))]
                tell(f"{kind}, {waiting:,} waiting: {median(found):.0f} ms, at most {max(found):.0f}")
            rows.append(row)
    columns = ["waiting", f"{SQLITE} ms", "slowest", f"{POSTGRESQL} ms", "slowest"]
    return Section(
        heading=HEADING,
        lines=[
            "`python -m benchmarks.home`: " + machine.described(("sqlalchemy", "pydantic")),
            f"SQLite with WAL and synchronous=FULL; {settings}.",
            "",
            f"A reviewer's Home beside {cases:,} cases of a year: read, drawn and written as JSON, without the call to",
            f"Slack. Medians of {TIMES}, with a warm cache.",
            "",
            *table(columns, rows),
        ],
    )


def _milliseconds(url: str, cases: int, waiting: int) -> list[float]:
    database = Database(url)
    fill_year(database, cases=cases, waiting=waiting)
    with database.write() as session:
        mine = select(Review.id).where(Review.state == ReviewState.OPEN, Review.team_id == TEAM).limit(_CLAIMED)
        session.execute(update(Review).where(Review.id.in_(mine)).values(claimed_by=_WHO, claimed_at=NOW))
    if database.dialect == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            # Its autovacuum does it within a minute.
            connection.exec_driver_sql("VACUUM ANALYZE")
    context = Context(database=database, registry=registry(), clock=lambda: NOW, team=TEAM)
    _once(context)
    found = [_once(context) for _ in range(TIMES)]
    database.close()
    return found


def _once(context: Context) -> float:
    began = time.perf_counter()
    every = list(context.registry)
    view = home_view(context, _WHO, workflows=every, takes=every)
    drawn = json.dumps(home(view, may_decide=WORKFLOWS, is_tour_read=True))
    taken = (time.perf_counter() - began) * 1000
    assert view.all_in_hand == _CLAIMED, drawn[:200]
    return taken


def registry() -> Registry:
    """Return the workflows of the year."""
    registry = Registry()
    for name in WORKFLOWS:
        workflow = Workflow(
            name=name,
            decision="Which queue?",
            owner="U0MARIA",
            input=Ticket,
            output=Answer,
            key=lambda ticket: f"ticket-{ticket.id}",
        )

        @workflow.deliver
        def deliver(answer: Answer, run: Run[Ticket]) -> str:
            raise AssertionError("nothing is delivered here")

        registry.add(workflow)
    return registry


def main() -> None:
    """Measure, print, and write it where asked."""
    report.main(__doc__, measured)


if __name__ == "__main__":
    main()

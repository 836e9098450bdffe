"""Cases that wait for a person: their cost in a process, and the time until they end when all are signed at once.

python -m benchmarks.waiting [--quick] [--write]
"""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from benchmarks.kit import environment, machine, report
from benchmarks.kit.databases import POSTGRESQL, SQLITE, Databases, databases, migrated
from benchmarks.kit.process import Measured, Size, size
from benchmarks.kit.report import Section, number, table, tell
from bot.app import App, opened
from bot.settings import Settings
from store.cases import runs
from store.schema import Review
from store.states import ReviewState, RunState
from workflows.engine.case import intake
from workflows.engine.review import reviews

HEADING = "Waiting"
THREADS = 8
WARM_UP = 20
_AT_ONCE = 500
_LOOK = 0.1
_LONGEST = 1_200.0
"""Seconds after which a wait counts as a fault."""
_WORKFLOW = Path(__file__).parent / "asking.py"


@dataclass(frozen=True, kw_only=True)
class Waited:
    """The result of a request."""

    name: str
    database: str
    cases: int
    begun: float
    """Seconds until all cases waited."""
    threads: int
    megabytes: float
    """Resident megabytes above the process before the cases."""
    idle: float
    """Share of a core while nothing happens, 0 to 1."""
    signing: float | None
    """Seconds until all were signed, where that is a step of its own."""
    finished: float
    """Seconds from the first signature until all had ended."""


def measured(quick: bool) -> Section:
    """Measure each engine, one after the other."""
    idle, many = (2.0, (50,)) if quick else (10.0, (2_000, 10_000))
    found = []
    environment.python()
    with databases() as made:
        settings = made.settings()
        for database in (SQLITE, POSTGRESQL):
            for cases in many:
                found.append(_countersign(made, database, cases, idle=idle))
                tell(str(found[-1]))
            for name, program in (("LangGraph", "langgraph_waiting.py"), ("DBOS", "dbos_waiting.py")):
                found.append(_peer(made, database, many[0], name=name, program=program, idle=idle))
                tell(str(found[-1]))
    versions = [f"{name} {version}" for name, version in environment.versions().items()]
    columns = ["", "database", "cases", "threads", "RSS over base", "idle CPU", "signed in", "ended after", "cases/s"]
    return Section(
        heading=HEADING,
        lines=[
            "`make bench`: " + machine.described(("sqlalchemy",), *versions),
            f"SQLite with WAL and synchronous=FULL (DBOS: as it opens it); {settings}. {THREADS} threads. One run.",
            "",
            f"Base is the process after {WARM_UP} cases. Idle CPU is of one core, over {idle:g} seconds in which",
            "nothing happens. *Ended after* counts from the first signature; the process works beside the signing.",
            "Countersign is `countersign serve --no-slack --no-schedule`, signed by another process.",
            "",
            *table(columns, [_row(waited) for waited in found]),
        ],
    )


def _row(waited: Waited) -> list[object]:
    return [
        waited.name,
        waited.database,
        f"{waited.cases:,}",
        f"{waited.threads:,}",
        f"{waited.megabytes:+.0f} MB",
        f"{waited.idle:.1%}",
        "" if waited.signing is None else f"{waited.signing:.1f} s",
        f"{waited.finished:.1f} s",
        number(waited.cases / waited.finished),
    ]


def _countersign(made: Databases, database: str, cases: int, *, idle: float) -> Waited:
    url = made.new(database)
    migrated(url)
    chosen = {"COUNTERSIGN_DATABASE_URL": url, "COUNTERSIGN_WORKFLOWS": str(_WORKFLOW), "COUNTERSIGN_LOG_LEVEL": "off"}
    command = [sys.executable, "-m", "bot.cli", "serve", "--no-slack", "--no-schedule"]
    settings = Settings(database_url=url, workflows=(str(_WORKFLOW),))
    threads = {"COUNTERSIGN_THREADS": str(THREADS)}
    with Measured(command, environment=chosen | threads) as process, opened(settings) as app:
        _feed(app, range(-WARM_UP, 0))
        _until(app, RunState.WAITING, WARM_UP)
        base = size(process.pid)
        started = time.monotonic()
        _feed(app, range(cases))
        _until(app, RunState.WAITING, cases + WARM_UP)
        begun = time.monotonic() - started
        rested, share = _rest(process, idle)
        started = time.monotonic()
        _sign(app)
        signing = time.monotonic() - started
        _until(app, RunState.DELIVERED, cases + WARM_UP)
        finished = time.monotonic() - started
        process.stop()
    made.drop(url)
    return Waited(
        name="Countersign",
        database=database,
        cases=cases,
        begun=begun,
        threads=rested.threads,
        megabytes=rested.megabytes - base.megabytes,
        idle=share,
        signing=signing,
        finished=finished,
    )


def _peer(made: Databases, database: str, cases: int, *, name: str, program: str, idle: float) -> Waited:
    url = made.new(database)
    command = [environment.python(), str(environment.PEERS / program), url, str(cases), str(THREADS)]
    with Measured(command) as process:
        process.said()
        base = size(process.pid)
        begun = process.ask("wait")["waiting"]
        rested, share = _rest(process, idle)
        said = process.ask("finish")
    made.drop(url)
    if said["done"] != cases:
        sys.exit(f"{name} on {database} ended {said['done']} of {cases}")
    return Waited(
        name=name,
        database=database,
        cases=cases,
        begun=begun,
        threads=rested.threads,
        megabytes=rested.megabytes - base.megabytes,
        idle=share,
        signing=said["signing"],
        finished=said["finished"],
    )


def _rest(process: Measured, seconds: float) -> tuple[Size, float]:
    """Return the size of an idle process, and the share of a core that it uses."""
    time.sleep(2.0)
    before, started = size(process.pid), time.monotonic()
    time.sleep(seconds)
    after = size(process.pid)
    return after, (after.cpu - before.cpu) / (time.monotonic() - started)


def _feed(app: App, numbers: range) -> None:
    workflow = app.context.registry.get("asking")
    accepted = [intake.accept(workflow, {"id": number}) for number in numbers]
    for begin in range(0, len(accepted), _AT_ONCE):
        intake.take_in(app.context, workflow, accepted[begin : begin + _AT_ONCE], source="benchmark", actor="benchmark")


def _sign(app: App) -> None:
    """Approve all open reviews, one after the other."""
    with app.context.database.read() as session:
        query = select(Review.id, Review.version).where(Review.state == ReviewState.OPEN).order_by(Review.id)
        waiting = [(review, version) for review, version in session.execute(query)]
    for review, version in waiting:
        reviews.approve(app.context, review, version, by="U0ANA")


def _until(app: App, state: RunState, cases: int) -> None:
    """Wait until so many cases are in a state."""

    def there() -> bool:
        with app.context.database.read() as session:
            counts = runs.counts(session, team=app.context.team, states=[state])
        return counts.get(state, 0) >= cases

    _wait(there, f"{cases} cases to be {state}")


def _wait(there: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + _LONGEST
    while not there():
        if time.monotonic() > end:
            sys.exit(f"waited in vain for {what}")
        time.sleep(_LOOK)


if __name__ == "__main__":
    report.main(__doc__, measured)

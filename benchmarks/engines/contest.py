"""One measurement of an engine: a database, one process or several, from the first case's start to the last's end."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

from benchmarks.kit import environment, machine
from benchmarks.kit.databases import POSTGRESQL, SQLITE, Databases, Kept, Work, file_of, is_sqlite, migrated, programs
from benchmarks.kit.environment import ROOT
from benchmarks.kit.process import Measured, cpu

THREADS = 8
WARM_UP = 20
"""Cases that each process does before the measurement."""
PROCESSES = (1, 2, 4)
"""Numbers of processes that share one PostgreSQL."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """An engine that does the work."""

    name: str
    command: Callable[[], Sequence[str]]
    """Return the command of the workload, without its arguments."""
    folder: Path = ROOT
    """Checkout whose code it runs."""
    shares: bool = False
    """True if its processes take cases from one queue; otherwise each gets its own part."""
    prepare: Callable[[str], None] = lambda url: None
    """Make ready a new database, by its URL."""


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """An engine on a database, in one process or several."""

    engine: Engine
    database: str
    processes: int = 1


@dataclass(frozen=True, kw_only=True)
class Used:
    """CPU time, in seconds of a core."""

    client: float
    """All processes of the engine, with what they started."""
    server: float
    """All processes of PostgreSQL; 0 on SQLite, which is part of its client."""

    def __sub__(self, other: "Used") -> "Used":
        return Used(client=self.client - other.client, server=self.server - other.server)


@dataclass(frozen=True, kw_only=True)
class Run:
    """The result of one measurement."""

    cases: int
    seconds: float
    fed: float | None
    """Seconds for taking the cases in before, where that is a step of its own."""
    durability: str
    intake: Used
    """CPU time for taking the cases in, where that is a step of its own."""
    used: Used
    """CPU time of all cases, intake included."""
    logged: float | None
    """Bytes that PostgreSQL wrote to its log for one case."""
    work: Work | None
    """Work of PostgreSQL for one case with its intake, and a share of making the tables."""
    kept: Kept | None
    """Content of the database afterwards for one case, where it was counted."""
    peak: float | None
    """Most resident megabytes of a process, where it tells them."""

    @property
    def rate(self) -> float:
        """Cases a second, from ready to their end."""
        return self.cases / self.seconds

    @property
    def whole_rate(self) -> float:
        """Cases a second, with their intake."""
        return self.cases / (self.seconds + (self.fed or 0))


def ours(module: str, folder: Path | None = None) -> Callable[[], Sequence[str]]:
    """Return the command of a module of ours, or of that in another checkout."""
    return lambda: [str(folder / ".venv" / "bin" / "python") if folder else sys.executable, "-m", module]


def _peers(file: str) -> Callable[[], Sequence[str]]:
    return lambda: [environment.python(), str(environment.PEERS / file)]


def earlier(folder: Path) -> Engine:
    """Return the Countersign of another checkout, which has a `.venv` of its own."""
    command = ours("benchmarks.engines.worker", folder)

    def prepare(url: str) -> None:
        migrate = "import sys; from benchmarks.kit.databases import migrated; migrated(sys.argv[1])"
        python, *_ = command()
        subprocess.run([python, "-c", migrate, url], cwd=folder, env=_path(folder), check=True)  # noqa: S603  # our own

    return Engine(
        name=f"Countersign, {machine.commit(folder)}", command=command, folder=folder, shares=True, prepare=prepare
    )


def _absurd(url: str) -> None:
    """Make the tables of absurd by its own command, which calls psql."""
    command = Path(environment.python()).with_name("absurdctl")
    found = os.environ | {"PATH": f"{programs()}:{os.environ['PATH']}", "ABSURD_DATABASE_URL": url}
    for words in (["init"], ["create-queue", "bench"]):
        subprocess.run([command, *words], env=found, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # the peers' own


def _write_ahead(url: str) -> None:
    """Let a file of SQLite's keep a write-ahead log, as the others' do; otherwise each commit costs more syncs."""
    if is_sqlite(url):
        with closing(sqlite3.connect(file_of(url))) as connection:
            connection.execute("PRAGMA journal_mode=WAL")


COUNTERSIGN = Engine(name="Countersign", command=ours("benchmarks.engines.worker"), shares=True, prepare=migrated)
LANGGRAPH = Engine(name="LangGraph", command=_peers("langgraph_steps.py"))
DBOS = Engine(name="DBOS", command=_peers("dbos_steps.py"), prepare=_write_ahead)
ABSURD = Engine(name="absurd", command=_peers("absurd_steps.py"), shares=True, prepare=_absurd)
PROCRASTINATE = Engine(name="procrastinate, five rows", command=_peers("procrastinate_steps.py"), shares=True)
RAW = Engine(name="raw commits", command=ours("benchmarks.engines.raw"))


def contestants(*more: Engine) -> list[Contestant]:
    """Return who is measured. `more`: Countersign of other checkouts, beside ours."""
    on_sqlite = (COUNTERSIGN, *more, LANGGRAPH, DBOS, RAW)
    on_postgresql = (COUNTERSIGN, *more, LANGGRAPH, DBOS, ABSURD)
    return [
        *(Contestant(engine=engine, database=SQLITE) for engine in on_sqlite),
        *(
            Contestant(engine=engine, database=POSTGRESQL, processes=processes)
            for processes in PROCESSES
            for engine in on_postgresql
        ),
        Contestant(engine=PROCRASTINATE, database=POSTGRESQL),
        Contestant(engine=RAW, database=POSTGRESQL),
    ]


class Wrong(RuntimeError):
    """An engine did not do all of its work."""


def measure(contestant: Contestant, databases: Databases, *, cases: int) -> Run:
    """Measure the work once in a new database. Raise `Wrong` where not all of it was done."""
    url = databases.new(contestant.database)
    contestant.engine.prepare(url)
    run = measure_in(url, contestant, databases, cases=cases)
    databases.drop(url)
    return run


def measure_in(
    url: str, contestant: Contestant, databases: Databases, *, cases: int, first: int = 0, is_kept_counted: bool = True
) -> Run:
    """Measure the work once in this database. Raise `Wrong` where not all of it was done.

    `first`: number of the first case, where the database has cases of the engine already. `is_kept_counted`: count its
    content too, before and afterwards, which takes long where there is much.
    """
    engine, processes = contestant.engine, contestant.processes
    shares = [cases if engine.shares else cases // processes] * processes
    whole = cases if engine.shares else sum(shares)
    before = databases.counted(url)
    with ExitStack() as held:
        started: list[Measured] = []

        def start(place: int, share: int) -> Measured:
            command = [*engine.command(), url, str(share), str(THREADS), str(first + place * share)]
            started.append(held.enter_context(Measured(command, folder=engine.folder)))
            return started[-1]

        # The first makes the tables, so that the others find them.
        ready = start(0, shares[0]).said()
        for other in [start(place, share) for place, share in enumerate(shares) if place]:
            other.said()

        def used() -> Used:
            return Used(client=sum(cpu(process.pid) for process in started), server=databases.worked(url))

        kept = databases.kept(url) if is_kept_counted else None
        logged, at_first = databases.logged(url), used()
        fed, *_ = [process.ask("feed" if place == 0 else "nothing")["fed"] for place, process in enumerate(started)]
        at_intake = used()
        for process in started:
            process.tell("go")
        ended = [process.said() for process in started]
        at_last, logged_at_last = used(), databases.logged(url)
    after = databases.counted(url)
    if sum(said["done"] for said in ended) < whole:
        raise Wrong(f"{engine.name} on {contestant.database} did {sum(said['done'] for said in ended)} of {whole}")
    return Run(
        cases=whole,
        seconds=max(said["ended"] for said in ended) - min(said["started"] for said in ended),
        fed=fed,
        durability=ready["durability"],
        intake=at_intake - at_first,
        used=at_last - at_first,
        logged=None if logged is None or logged_at_last is None else (logged_at_last - logged) / whole,
        work=_work(before, after, whole + WARM_UP * processes),
        kept=_kept(kept, databases.kept(url), whole) if kept else None,
        peak=max((said["peak"] for said in ended if "peak" in said), default=None),
    )


def _path(folder: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(folder)}


def _work(before: Work | None, after: Work | None, cases: int) -> Work | None:
    if before is None or after is None:
        return None
    return Work(
        transactions=(after.transactions - before.transactions) / cases,
        versions=(after.versions - before.versions) / cases,
        syncs=(after.syncs - before.syncs) / cases,
    )


def _kept(before: Kept, after: Kept, cases: int) -> Kept:
    content = None
    if before.row_bytes is not None and after.row_bytes is not None:
        content = (after.row_bytes - before.row_bytes) / cases
    return Kept(
        rows=(after.rows - before.rows) / cases,
        row_bytes=content,
        disk_bytes=(after.disk_bytes - before.disk_bytes) / cases,
    )

"""One measurement of an engine: a new database, one process or two, from the first case's start to the last's end."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass

from benchmarks import environment
from benchmarks.databases import POSTGRESQL, SQLITE, Databases, Work, migrated
from benchmarks.process import Measured

THREADS = 8
WARM_UP = 20
"""Cases that each process does before the measurement."""


@dataclass(frozen=True, kw_only=True)
class Engine:
    """An engine that does the work."""

    name: str
    module: str
    """Program of the workload: a module of ours, or a file of the peers'."""
    peer: bool = True
    shares: bool = False
    """True if its processes take cases from one queue; otherwise each gets its own part."""
    prepare: Callable[[str], None] = lambda url: None


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """An engine on a database, in one process or several."""

    engine: Engine
    database: str
    processes: int = 1


@dataclass(frozen=True, kw_only=True)
class Run:
    """The result of one measurement."""

    cases: int
    seconds: float
    fed: float | None
    """Seconds for taking the cases in before, where that is a step of its own."""
    durability: str
    work: Work | None
    """Work of one case with its intake, and a share of making the tables."""

    @property
    def rate(self) -> float:
        """Cases a second, from ready to their end."""
        return self.cases / self.seconds

    @property
    def whole_rate(self) -> float:
        """Cases a second, with their intake."""
        return self.cases / (self.seconds + (self.fed or 0))


COUNTERSIGN = Engine(name="Countersign", module="benchmarks.engines.worker", peer=False, shares=True, prepare=migrated)
LANGGRAPH = Engine(name="LangGraph", module="langgraph_steps.py")
DBOS = Engine(name="DBOS", module="dbos_steps.py")
PROCRASTINATE = Engine(name="procrastinate, four rows", module="procrastinate_steps.py", shares=True)
RAW = Engine(name="raw commits", module="benchmarks.engines.raw", peer=False)

CONTESTANTS = (
    *(Contestant(engine=engine, database=SQLITE) for engine in (COUNTERSIGN, LANGGRAPH, DBOS, RAW)),
    *(
        Contestant(engine=engine, database=POSTGRESQL, processes=processes)
        for processes in (1, 2)
        for engine in (COUNTERSIGN, LANGGRAPH, DBOS, PROCRASTINATE)
    ),
    Contestant(engine=RAW, database=POSTGRESQL),
)


class Wrong(RuntimeError):
    """An engine did not do all of its work."""


def measure(contestant: Contestant, databases: Databases, *, cases: int) -> Run:
    """Measure the work once. Raise `Wrong` where not all of it was done."""
    engine, processes = contestant.engine, contestant.processes
    url = databases.new(contestant.database)
    engine.prepare(url)
    shares = [cases if engine.shares else cases // processes] * processes
    before = databases.counted(url)
    with ExitStack() as held:
        started = []
        for place, share in enumerate(shares):
            command = _command(engine, url, share, first=place * share)
            process = held.enter_context(Measured(command))
            ready = process.said()
            started.append(process)
        fed, *_ = [process.ask("feed" if place == 0 else "nothing")["fed"] for place, process in enumerate(started)]
        for process in started:
            process.tell("go")
        ended = [process.said() for process in started]
    after = databases.counted(url)
    done, whole = sum(said["done"] for said in ended), cases if engine.shares else sum(shares)
    if done < whole:
        raise Wrong(f"{engine.name} on {contestant.database} did {done} of {whole}")
    databases.drop(url)
    return Run(
        cases=whole,
        seconds=max(said["ended"] for said in ended) - min(said["started"] for said in ended),
        fed=fed,
        durability=ready["durability"],
        work=_difference(before, after, whole + WARM_UP * processes),
    )


def _command(engine: Engine, url: str, cases: int, *, first: int) -> list[str]:
    program = [environment.python(), str(environment.PEERS / engine.module)] if engine.peer else None
    ours = [sys.executable, "-m", engine.module]
    return [*(program or ours), url, str(cases), str(THREADS), str(first)]


def _difference(before: Work | None, after: Work | None, cases: int) -> Work | None:
    if before is None or after is None:
        return None
    return Work(
        transactions=(after.transactions - before.transactions) / cases, rows=(after.rows - before.rows) / cases
    )

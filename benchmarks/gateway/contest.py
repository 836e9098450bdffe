"""The contestants, and one measurement of each kind: a new process, and a new database where one is used."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.kit import environment
from benchmarks.kit.databases import POSTGRESQL, SQLITE, Databases, migrated
from benchmarks.kit.process import Measured, size

AT_ONCE = (1, 8, 32, 100)
"""Numbers of calls that are under way at once."""
IN_FLIGHT = 200
_WARM_UP = 20
_NO_NETWORK = {"LITELLM_LOCAL_MODEL_COST_MAP": "True"}
"""Environment in which litellm does not fetch its prices at its start."""


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """A way to ask a model."""

    name: str
    module: str
    database: str | None = None
    """Database of its records."""
    peer: bool = False
    tasks: bool = False
    """True if it is asked in tasks of an event loop instead of threads."""
    keeps: str = "nothing"


_BOOKS = "the question, the answer, cost and outcome, each budget"
BARE = Contestant(name="the SDK alone", module="bare")
BARE_TASKS = Contestant(name="the SDK alone, async", module="bare", tasks=True)
ON_SQLITE = Contestant(name="Countersign, SQLite", module="ours", database=SQLITE, keeps=_BOOKS)
ON_POSTGRESQL = Contestant(name="Countersign, PostgreSQL", module="ours", database=POSTGRESQL, keeps=_BOOKS)
PYDANTIC_AI = Contestant(name="pydantic-ai, async", module="peers.pydantic_ai_asking", peer=True, tasks=True)
INSTRUCTOR = Contestant(name="instructor", module="peers.instructor_asking", peer=True)
INSTRUCTOR_TASKS = Contestant(name="instructor, async", module="peers.instructor_asking", peer=True, tasks=True)
LITELLM = Contestant(
    name="litellm", module="peers.litellm_asking", peer=True, keeps="the sum, in memory; a file of it follows"
)
LITELLM_TASKS = Contestant(
    name="litellm, async", module="peers.litellm_asking", peer=True, tasks=True, keeps=LITELLM.keeps
)

TIMED = (BARE, BARE_TASKS, ON_SQLITE, ON_POSTGRESQL, PYDANTIC_AI, INSTRUCTOR, LITELLM)
WEIGHED = (BARE, BARE_TASKS, ON_SQLITE, ON_POSTGRESQL, PYDANTIC_AI, INSTRUCTOR, INSTRUCTOR_TASKS, LITELLM_TASKS)


@dataclass(frozen=True, kw_only=True)
class Timed:
    """The times of calls in one process."""

    rates: Mapping[int, float]
    """Calls at once -> calls a second."""
    again: float | None
    """Milliseconds of a repeated question, one at a time, where answers are kept."""

    @property
    def milliseconds(self) -> float:
        """Milliseconds of a call, one at a time."""
        return 1000 / self.rates[1]


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """The size of a process with calls in flight."""

    base: float
    """Resident megabytes before the calls."""
    megabytes: float
    """Megabytes above that, with all calls in flight."""
    threads: int


class Server:
    """The server that all ask, in a process of its own."""

    def __init__(self, process: Measured) -> None:
        self._process = process
        self.url: str = process.said()["url"]

    def cpu(self) -> float:
        """Return the seconds of a core that it has used."""
        return size(self._process.pid).cpu

    @contextmanager
    def held(self, calls: int) -> Iterator[None]:
        """Answer nothing for the block, until so many calls are in flight; then answer all."""
        self._process.tell(f"hold {calls}")
        try:
            yield
        finally:
            self._process.tell("answer")

    def wait(self) -> None:
        """Wait until all held calls are in flight."""
        self._process.said()


@contextmanager
def server() -> Iterator[Server]:
    """Yield a server for the block."""
    with Measured([sys.executable, "-m", "benchmarks.gateway.server"]) as process:
        try:
            yield Server(process)
        finally:
            process.stop()


def timed(contestant: Contestant, databases: Databases, url: str, *, calls: int) -> Timed:
    """Time calls, with ever more at once. `calls`: number of calls of each kind."""
    # A contestant with many threads opens as many connections before it is timed.
    before = {at_once: max(_WARM_UP, 2 * at_once) for at_once in AT_ONCE}
    with _asking(contestant, databases, url, calls=sum(before.values()) + calls * len(AT_ONCE)) as process:
        rates = {}
        again = None
        for at_once in AT_ONCE:
            process.ask(f"ask {before[at_once]} {at_once}")
            rates[at_once] = calls / process.ask(f"ask {calls} {at_once}")["seconds"]
        if contestant.database is not None:
            process.ask(f"again {_WARM_UP} 1")
            again = process.ask(f"again {calls} 1")["seconds"] / calls * 1000
    return Timed(rates=rates, again=again)


def weighed(contestant: Contestant, databases: Databases, server: Server) -> Weighed:
    """Measure the size of a process with many calls in flight."""
    with _asking(contestant, databases, server.url, calls=_WARM_UP + IN_FLIGHT) as process:
        process.ask(f"ask {_WARM_UP} 1")
        base = size(process.pid)
        with server.held(IN_FLIGHT):
            process.tell(f"ask {IN_FLIGHT} {IN_FLIGHT}")
            server.wait()
            full = size(process.pid)
        process.said()
    return Weighed(base=base.megabytes, megabytes=full.megabytes - base.megabytes, threads=full.threads)


@contextmanager
def _asking(contestant: Contestant, databases: Databases, url: str, *, calls: int) -> Iterator[Measured]:
    words: Sequence[str] = ["tasks"] if contestant.tasks else []
    database = None
    if contestant.database is not None:
        database = databases.new(contestant.database)
        migrated(database)
        words = [database, str(calls + 1)]
    python = environment.python(environment.ASKING) if contestant.peer else sys.executable
    command = [python, "-m", f"benchmarks.gateway.{contestant.module}", url, *words]
    with Measured(command, environment=_NO_NETWORK) as process:
        process.said()
        yield process
        process.stop()
    if database is not None:
        databases.drop(database)

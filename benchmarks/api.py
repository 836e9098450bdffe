"""Intake over HTTP: cases a second and how long each takes, beside plain Starlette that inserts one row.

    python -m benchmarks.api [--quick] [--write]

Server and clients are processes of their own on one machine, so they share its cores.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from threading import Event, local

import psycopg
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from benchmarks.engines.noop import noop
from benchmarks.kit import machine, report
from benchmarks.kit.databases import POSTGRESQL, SQLITE, databases, file_of, is_sqlite, migrated
from benchmarks.kit.report import Section, number, table, tell
from bot.app import API_THREADS
from bot.settings import Address
from bot.web_server import Keeps, answering, listening_at
from handlers.web.api.app import Api
from store.db.database import Database
from store.governance import teams
from workflows.engine.context import Context
from workflows.engine.declare.registry import Registry
from workflows.engine.sources.programs import api_sources, keys

HEADING = "Intake over HTTP"
CONNECTIONS = 16
BATCH = 100
"""Cases of a request that brings several."""
_ROUNDS = 3
_PATH = "/v1/workflows/noop/cases"
_LONG = 600.0
_CREATE = "CREATE TABLE plain (id INTEGER PRIMARY KEY, body TEXT NOT NULL)"
_INSERT = "INSERT INTO plain (id, body) VALUES (%s, %s)"


@dataclass(frozen=True, kw_only=True)
class _Pace:
    """The pace at which a server took in."""

    cases: float
    """A second."""
    p50: float
    """Milliseconds of a request."""
    p99: float


def measured(quick: bool) -> Section:
    """Measure on both databases, the servers by turns."""
    many = 320 if quick else 4_000
    lines = []
    with databases() as made:
        settings = made.settings()
        for kind in (SQLITE, POSTGRESQL):
            paces: dict[str, list[_Pace]] = {}
            for _ in range(1 if quick else _ROUNDS):
                for server in ("plain", "ours"):
                    url = made.new(kind)
                    with _served(server, url) as (port, key):
                        for name, each in _WAYS[server].items():
                            paces.setdefault(name, []).append(_pace(port, key, many, each=each))
                    made.drop(url)
            middle = {name: sorted(found, key=lambda one: one.cases)[len(found) // 2] for name, found in paces.items()}
            plain = middle[_PLAIN].cases
            for name, pace in middle.items():
                ratio = f"{pace.cases / plain:.2f}"
                lines.append([f"{name}, {kind}", number(pace.cases), ratio, number(pace.p50), number(pace.p99)])
                tell(f"{kind}, {name}: {pace.cases:.0f} cases/s, p50 {pace.p50:.1f} ms, p99 {pace.p99:.1f} ms")
    return Section(
        heading=HEADING,
        lines=[
            "`python -m benchmarks.api`: " + machine.described(("starlette", "uvicorn", "sqlalchemy")),
            f"SQLite with WAL and synchronous=FULL; {settings}.",
            "",
            f"{many:,} cases over {CONNECTIONS} connections that last, the middle of {_ROUNDS} rounds. Nobody works on",
            "them. Server and clients share the machine. Plain Starlette parses the same JSON and inserts it as a row",
            "in a transaction of its own, in a thread, on the same web server: no key, no form, no case, no run, no",
            "audit. Milliseconds of one request.",
            "",
            *table(["way", "cases/s", "of plain", "p50 ms", "p99 ms"], lines),
        ],
    )


_PLAIN = "plain Starlette, one insert"
_WAYS = {
    "plain": {_PLAIN: 1},
    "ours": {"the API, one case a request": 1, f"the API, {BATCH} cases a request": BATCH},
}


@contextmanager
def _served(server: str, url: str) -> Iterator[tuple[int, str]]:
    """Serve in a process of its own for the block; yields its port, and the key that it takes."""
    command = [sys.executable, "-m", "benchmarks.api", "--serve", server, url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603  # this very program
        assert process.stdin is not None
        assert process.stdout is not None
        port, key = process.stdout.readline().split()
        try:
            yield int(port), key
        finally:
            process.stdin.close()


def _pace(port: int, key: str, many: int, *, each: int) -> _Pace:
    """Hand in cases, and return the pace. `each`: cases of a request."""
    first = time.time_ns() // 1_000_000
    requests = [range(first + place, first + place + each) for place in range(0, many, each)]
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def send(share: int) -> list[float]:
        connection, taken = HTTPConnection("127.0.0.1", port), []
        for ids in requests[share::CONNECTIONS]:
            inputs: list[object] = [{"input": {"id": id}} for id in ids]
            body = json.dumps(inputs[0] if each == 1 else {"cases": inputs})
            began = time.perf_counter()
            connection.request("POST", _PATH if each == 1 else f"{_PATH}/batch", body, headers)
            answer = connection.getresponse()
            answer.read()
            taken.append(1_000 * (time.perf_counter() - began))
            assert answer.status in (200, 202), answer.status
        connection.close()
        return taken

    began = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        taken = [one for share in threads.map(send, range(CONNECTIONS)) for one in share]
    seconds = time.perf_counter() - began
    cuts = statistics.quantiles(taken, n=100, method="inclusive")
    return _Pace(cases=many / seconds, p50=cuts[49], p99=cuts[98])


def _serve(server: str, url: str) -> None:
    """Serve until standard input ends."""
    app, key = _ours(url) if server == "ours" else (_plain(url), "none")
    listening = listening_at(Address(host="127.0.0.1", port=0))
    with answering(app, listening, name="API", seconds=_LONG, keeps=Keeps(head=_LONG, idle=_LONG)):
        sys.stdout.write(f"{listening.getsockname()[1]} {key}\n")
        sys.stdout.flush()
        sys.stdin.read()


def _ours(url: str) -> tuple[ASGIApp, str]:
    migrated(url)
    database = Database(url, connections=API_THREADS + 8)
    with database.write() as session:
        team = teams.add_local_team(session, at=datetime.now(UTC))
    registry = Registry()
    registry.add(noop)
    context = Context(database=database, registry=registry, clock=lambda: datetime.now(UTC), team=team)
    api_sources.add(context, "bench", by="bench", workflows=["noop"], per_minute=100_000)
    key = keys.make(context, "bench", by="bench").key
    return Api(context, threads=API_THREADS, stops=Event().is_set).app, key


def _plain(url: str) -> ASGIApp:
    insert = _into_sqlite(url) if is_sqlite(url) else _into_postgresql(url)

    async def take(request: Request) -> Response:
        body = await request.body()
        id = json.loads(body)["input"]["id"]
        await run_in_threadpool(insert, id, body.decode())
        return JSONResponse({"id": id}, 202)

    return Starlette(routes=[Route(_PATH, take, methods=["POST"])])


def _into_sqlite(url: str) -> Callable[[int, str], None]:
    import sqlite3

    def opened() -> sqlite3.Connection:
        connection = sqlite3.connect(file_of(url), timeout=60, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        return connection

    opened().execute(_CREATE)
    of_thread = local()

    def insert(id: int, body: str) -> None:
        if not hasattr(of_thread, "connection"):
            of_thread.connection = opened()
        of_thread.connection.execute(_INSERT.replace("%s", "?"), (id, body))

    return insert


def _into_postgresql(url: str) -> Callable[[int, str], None]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(_CREATE.replace("INTEGER", "BIGINT"))
    of_thread = local()

    def insert(id: int, body: str) -> None:
        if not hasattr(of_thread, "connection"):
            of_thread.connection = psycopg.connect(url, autocommit=True)
        of_thread.connection.execute(_INSERT, (id, body))

    return insert


def main() -> None:
    """Measure, print, and write it where asked."""
    if sys.argv[1:2] == ["--serve"]:
        _serve(sys.argv[2], sys.argv[3])
    else:
        report.main(__doc__, measured)


if __name__ == "__main__":
    main()

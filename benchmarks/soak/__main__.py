"""The soak: everything switched on for hours, with a steady load, and what the processes use meanwhile.

    python -m benchmarks soak [--hours 2] [--database postgres|sqlite] [--minutes N] [--pace X] [--out FOLDER] [--write]

It starts what an operator starts: PostgreSQL with two replicas of `countersign serve`, or SQLite with one, against a
sandbox Slack, a scripted model, systems of record that go out of service now and then, and a receiver of webhooks.
FOLDER, `build/soak` if left out, gets `processes.csv` and `database.csv` with a row each half minute, the logs of all
processes, and `summary.md`. Linux.
"""

import argparse
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import httpx2

from benchmarks.kit import report
from benchmarks.kit.databases import POSTGRESQL, SQLITE, databases
from benchmarks.soak import past
from benchmarks.soak.draining import drained
from benchmarks.soak.installation import Installation, Process, free_port, now, workspace, zone_with_midnight
from benchmarks.soak.operator import Operator
from benchmarks.soak.people import People
from benchmarks.soak.rounds import Rounds
from benchmarks.soak.sampling import Book
from benchmarks.soak.sources import Sources
from benchmarks.soak.summary import Measured, section
from store.db.database import Database

_SAMPLES, _SCRAPES = 30.0, 15.0
"""Seconds between two samples, and two scrapes."""
_PAST = 200
"""Cases of a day ago."""


def main(words: Sequence[str] | None = None) -> None:
    """Soak. `words`: of the command line; left out, those that the program was called with."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hours", type=float, default=2.0)
    parser.add_argument("--minutes", type=float, help="a short one, in which everything happens more often")
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    parser.add_argument("--pace", type=float, default=1.0, help="times the usual load, a case every two seconds")
    parser.add_argument("--out", type=Path, default=Path("build/soak"))
    parser.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md")
    given = parser.parse_args(words)
    hours = given.minutes / 60 if given.minutes is not None else given.hours
    hurry = max(1.0, 1.0 / hours) if given.minutes is not None else 1.0
    # Told to end, it ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended before its time"))
    folder = given.out.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    kind = POSTGRESQL if given.database == "postgres" else SQLITE
    with databases() as made:
        measured = _soaked(folder, made.new(kind), kind, hours=hours, pace=given.pace, hurry=hurry)
        measured.settings = made.settings() if kind == POSTGRESQL else "SQLite with WAL and synchronous=FULL"
        found = section(measured)
    (folder / "summary.md").write_text(str(found), encoding="utf-8")
    report.publish(found, written=given.write)


def _soaked(folder: Path, url: str, kind: str, *, hours: float, pace: float, hurry: float) -> Measured:
    replicas = 2 if kind == POSTGRESQL else 1
    zone = zone_with_midnight(now(), timedelta(hours=hours / 2))
    installation = Installation(folder=folder, database=url, replicas=replicas, zone=zone)
    with ExitStack() as held:
        outside = _outside(installation, held)
        installation.configure()
        past.play(installation, _PAST, until=now())
        report.tell(f"{_PAST} cases of a day ago")
        rounds = Rounds(folder=folder)
        database = Database(url)
        held.callback(database.close)
        people = People(installation=installation, database=database, rounds=rounds)
        operator, sources = _prepared(installation, rounds, people)
        replicas_running = [held.enter_context(installation.serve(number)) for number in range(1, replicas + 1)]
        since = time.monotonic()
        processes = {**{one.name: one for one in (*replicas_running, *outside)}}
        book = Book(folder, installation, since=since)
        held.callback(rounds.end)
        pids = {name: one.pid for name, one in processes.items()}
        rounds.every(_SAMPLES, lambda: book.note(pids), name="sample", first=5.0)
        rounds.every(_SCRAPES, lambda: _scrape(installation), name="scrape of all replicas")
        sources.begin(pace)
        people.begin(pace)
        operator.begin(hurry)
        report.tell(f"soaking for {hours:g} hours in {zone}; {folder}/processes.csv grows")
        _wait(hours * 3600, [*replicas_running, *outside])
        ended = {one.name: one.code for one in replicas_running}
        rounds.end()
        soaked = (time.monotonic() - since) / 3600
        report.tell("the load has ended; what is left is worked off")
        return drained(
            installation,
            database,
            rounds=rounds,
            people=people,
            operator=operator,
            sources=sources,
            book=book,
            processes=replicas_running,
            ended=ended,
            hours=soaked,
            kind=kind,
        )


def _outside(installation: Installation, held: ExitStack) -> list[Process]:
    """Start the surroundings and the sandbox."""
    folder, port, slack = installation.folder, free_port(), free_port()
    file = folder / "workspace.json"
    file.write_text(workspace().model_dump_json(), encoding="utf-8")
    path = {"PYTHONPATH": str(Path(__file__).parents[2])}
    around = Process("surroundings", ["benchmarks.soak.surroundings", str(port)], folder=folder, environment=path)
    held.enter_context(around)
    sandbox = Process(
        "sandbox",
        ["bot.cli", "sandbox", "--port", str(slack), "--workspace", str(file)],
        folder=folder,
        environment=path,
    )
    held.enter_context(sandbox)
    said = sandbox.wait_for("SLACK_API_URL=")
    installation.around, installation.slack = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{slack}"
    installation.token = said.partition("X-Sandbox-Token: ")[2].split()[0]
    return [around, sandbox]


def _prepared(installation: Installation, rounds: Rounds, people: People) -> tuple[Operator, Sources]:
    sources = Sources(installation=installation, rounds=rounds)
    operator = Operator(installation=installation, rounds=rounds, sources=sources, people=people)
    sources.use(operator.prepare())
    return operator, sources


def _scrape(installation: Installation) -> None:
    for address in installation.health:
        for path in ("/metrics", "/healthz", "/readyz"):
            answer = httpx2.get(f"{address}{path}", timeout=30.0, trust_env=False)
            if answer.is_error:
                raise RuntimeError(f"{path}: {answer.status_code}: {answer.text[:500]}")


def _wait(seconds: float, processes: list[Process]) -> None:
    """Wait for the end, or until a process ends before."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(1.0)  # nothing is to be done until the time is over
        gone = [one.name for one in processes if one.code is not None]
        if gone:
            sys.exit(f"ended before its time: {', '.join(gone)}")


if __name__ == "__main__":
    main()

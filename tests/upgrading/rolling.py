"""A service of two replicas on PostgreSQL that is upgraded while cases come in and people press.

A source hands in one case after the other, and tries until each is accepted. A person approves what stands in the
channel. A supervisor starts each replica again when it ends, with the version that is installed then.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Event, Thread

from sqlalchemy import text

from bot.sandbox.client import ShownMessage
from bot.sandbox.http.running_sandbox import Running
from bot.sandbox.state.sandbox import APP_TOKEN, BOT_TOKEN
from store.db.database import Database
from tests.ports import free_port
from tests.upgrading import shipments
from tests.upgrading.shipments import FOLDER, LETTERS, PARCELS
from tests.waiting import LONGEST, wait_until

CHANNEL, ANA = "C0SUPPORT", "U0ANA"
REPLICAS = 2
_RESTART = 1.0
"""Seconds between two looks of the supervisor."""


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version of Countersign that is installed here."""

    name: str
    command: Sequence[str]
    """Command line that runs `countersign`."""
    environment: Mapping[str, str] = field(default_factory=dict)
    has_api: bool = True
    ends_by_itself: bool = True
    """False for versions that do not know that a database is upgraded: an operator ends them."""


TODAY = Version(name="today's", command=(sys.executable, "-m", "bot.cli"))


@dataclass(kw_only=True)
class Replica:
    """One of the processes, and what supervises it."""

    process: "subprocess.Popen[str]"
    api: int
    ended: list[int] = field(default_factory=list)
    """Exit codes of the processes before."""


@dataclass(kw_only=True)
class Service:
    """The replicas, and everybody around them."""

    url: str
    folder: Path
    running: Running
    version: Version
    replicas: list[Replica] = field(default_factory=list)
    accepted: list[int] = field(default_factory=list)
    """Numbers of the inputs that were accepted, in order."""
    longest_gap: float = 0.0
    """Longest time between two acceptances, in seconds."""
    refused: int = 0
    """Attempts of the source that were refused or not answered."""
    pressed: set[tuple[int, int]] = field(default_factory=set)
    """(review, version) of each approval that was acknowledged."""
    said: list[str] = field(default_factory=list)
    """The last words of ended processes."""
    key: str = ""
    """The source's key of the API."""
    restarts: bool = True
    """False while a supervisor takes its time."""

    @property
    def world(self) -> Path:
        """The folder of the effects."""
        return self.folder / "world"

    def environment(self, api: int = 0) -> dict[str, str]:
        """Return the environment of a process."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("COUNTERSIGN_", "SLACK_", "ANTHROPIC_", "OTEL_"))
        }
        slack = {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": self.running.api_url,
        }
        ours = {
            "COUNTERSIGN_DATABASE_URL": self.url,
            "COUNTERSIGN_WORKFLOWS": shipments.__file__,
            "COUNTERSIGN_MODEL": "local",
            "COUNTERSIGN_THREADS": "4",
            "COUNTERSIGN_HEALTH": "off",
            "COUNTERSIGN_FAILURES_CHANNEL": "C0FAILURES",
            FOLDER: str(self.world),
        }
        if self.version.has_api:
            ours |= {"COUNTERSIGN_PROMPTS": "files"}
            ours |= {"COUNTERSIGN_API": f"127.0.0.1:{api}"} if api else {}
        return kept | slack | ours | dict(self.version.environment)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of the version that is installed."""
        return subprocess.run(
            [*self.version.command, *arguments],
            env=self.environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )

    def prepare(self) -> None:
        """Make the tables, and a key for the source."""
        made = self.run("migrate")
        assert made.returncode == 0, made
        self.make_key()

    def make_key(self) -> None:
        """Make a key for the source, where the version has an API and the source has none yet."""
        if self.version.has_api and not self.key:
            added = self.run("source", "add", "web", "--every-workflow", "--per-minute", "100000")
            assert added.returncode == 0, added
            self.key = self.run("source", "key", "add", "web").stdout.strip()

    def start(self, api: int) -> "subprocess.Popen[str]":
        """Start a process of the version that is installed."""
        log = (self.folder / f"log-{api}").open("a")
        with log:
            return subprocess.Popen(
                [*self.version.command, "serve", "--no-schedule"],
                env=self.environment(api),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                text=True,
            )

    def supervise(self) -> None:
        """Start again each process that has ended, with the version that is installed."""
        for replica in self.replicas if self.restarts else ():
            code = replica.process.poll()
            if code is not None:
                replica.ended.append(code)
                lines = (self.folder / f"log-{replica.api}").read_text().splitlines()
                self.said += lines[-1:] if lines else []
                replica.process = self.start(replica.api)

    # What the source and the person do.

    def hand_in(self, number: int) -> bool:
        """Hand in an input; return True if it was accepted."""
        workflow = LETTERS if number % 3 == 0 else PARCELS
        body = {"id": number, "text": f"unsure {number}" if number % 4 == 0 else f"sure {number}"}
        if not self.version.has_api:
            return self.run("submit", json.dumps(body), "--workflow", workflow).returncode == 0
        replica = self.replicas[number % REPLICAS if not self.refused % 2 else (number + 1) % REPLICAS]
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        try:
            with closing(HTTPConnection("127.0.0.1", replica.api, timeout=10)) as connection:
                connection.request("POST", f"/v1/workflows/{workflow}/cases", json.dumps({"input": body}), headers)
                return connection.getresponse().status in (200, 202)
        except (OSError, HTTPException):
            return False

    def feed(self, stop: Event) -> None:
        """Hand in one input after the other until told to stop."""
        number, last = 0, time.monotonic()
        while not stop.is_set():
            number += 1
            while not stop.is_set() and not self.hand_in(number):
                self.refused += 1
                time.sleep(0.1)  # as a source waits before it tries again
            else:
                if not stop.is_set():
                    self.accepted.append(number)
                    now = time.monotonic()
                    self.longest_gap, last = max(self.longest_gap, now - last), now
            time.sleep(0.02)  # so that the replicas can follow

    def press(self, stop: Event) -> None:
        """Approve what stands in the channel until told to stop."""
        person = self.running.person(ANA)
        while not stop.is_set():
            for message in person.messages(CHANNEL):
                shown = _shown(message)
                if shown is None or shown in self.pressed or stop.is_set():
                    continue
                with suppress(Exception):  # nobody is connected: the person presses again later
                    if person.press(CHANNEL, message.ts, "approve").acknowledged:
                        self.pressed.add(shown)
            time.sleep(0.1)  # as long as a person looks

    # What is counted.

    def states(self) -> dict[str, str]:
        """Return the state of each case's newest run, by the case's key."""
        with closing(Database(self.url)) as database, database.read() as session:
            found = session.execute(
                text("SELECT cases.key, runs.state FROM runs JOIN cases ON cases.id = runs.case_id ORDER BY runs.id")
            )
            return {row.key: row.state for row in found}

    def decided(self) -> Counter[tuple[int, int]]:
        """Count the decisions of each version of a review."""
        with closing(Database(self.url)) as database, database.read() as session:
            found = session.execute(text("SELECT review_id, version FROM decisions"))
            return Counter((row.review_id, row.version) for row in found)

    def faults(self) -> list[str]:
        """Name what was lost or doubled."""
        states, decided = self.states(), self.decided()
        effects = Counter(
            json.loads(file.read_text())[0] for file in self.world.iterdir() if not file.name.startswith(".")
        )
        keys = {f"{LETTERS if number % 3 == 0 else PARCELS}/parcel-{number}": number for number in self.accepted}
        lost = [f"{key}: accepted, and it never arrived" for key in keys if key not in effects]
        lost += [f"{key}: {state}" for key, state in states.items() if state != "delivered"]
        lost += [f"review {one}: acknowledged, and no decision" for one in self.pressed if one not in decided]
        doubled = [f"{key}: arrived {times} times" for key, times in effects.items() if times > 1]
        doubled += [f"review {one}: {times} decisions" for one, times in decided.items() if times > 1]
        return lost + doubled

    def is_done(self) -> bool:
        """Tell whether every accepted case was delivered."""
        states = self.states()
        return len(states) >= len(self.accepted) and set(states.values()) == {"delivered"}


def _shown(message: ShownMessage) -> tuple[int, int] | None:
    """Return the review and the version that the Approve button of a message names."""
    for block in message.blocks:
        elements = block.get("elements")
        for one in elements if block["type"] == "actions" and isinstance(elements, list) else ():
            if isinstance(one, dict) and one.get("action_id") == "approve":
                review, version = str(one["value"]).split(".")[:2]
                return int(review), int(version)
    return None


@contextmanager
def served(service: Service) -> Iterator[None]:
    """Have the replicas, the source and the person at work for the block; then wait until all is delivered."""
    stop, over = Event(), Event()
    service.world.mkdir()
    for _ in range(REPLICAS):
        api = free_port()
        service.replicas.append(Replica(process=service.start(api), api=api))

    def supervise() -> None:
        while not over.wait(_RESTART):
            service.supervise()

    threads = [Thread(target=service.feed, args=(stop,)), Thread(target=service.press, args=(over,))]
    supervisor = Thread(target=supervise)
    for thread in (*threads, supervisor):
        thread.start()
    try:
        yield
        stop.set()
        threads[0].join(LONGEST)
        wait_until(service.is_done)
    finally:
        stop.set()
        over.set()
        for thread in (*threads, supervisor):
            thread.join(LONGEST)
        for replica in service.replicas:
            replica.process.send_signal(signal.SIGTERM)
        for replica in service.replicas:
            replica.process.wait(LONGEST)


def upgrade(service: Service, to: Version, *, migrate: Callable[[], None]) -> None:
    """Upgrade the service while it is at work: install the version, migrate, and have its processes started."""
    before, old = service.version, [replica.process for replica in service.replicas]
    service.restarts = False
    service.version = to
    if not before.ends_by_itself:
        for process in old:
            process.send_signal(signal.SIGTERM)
    migrate()
    service.make_key()
    wait_until(lambda: all(process.poll() is not None for process in old))
    service.restarts = True

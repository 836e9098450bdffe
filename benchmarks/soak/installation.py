"""An installation as an operator has one: its settings, its processes, and the command line beside them."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType

import httpx2

from benchmarks.kit.databases import is_sqlite
from benchmarks.kit.environment import ROOT
from benchmarks.soak.automations import CHANNELS, INBOX, URL
from bot.sandbox.client import Administrator
from bot.sandbox.state.workspace import Channel, User, Workspace, default_workspace
from handlers.slack.manifest import manifest_file

_START, _STOP = 240.0, 90.0
"""Seconds that a process has to begin, and to end."""
_AUDIT = "C0AUDIT"


def free_port() -> int:
    """Return a port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as at:
        return int(at.getsockname()[1])


def workspace() -> Workspace:
    """Return a workspace with a channel for the cards of each automation."""
    made = default_workspace(manifest_file())
    # Each does one thing, so that nobody's form is taken away by what they do elsewhere.
    more = [User(id=f"U0{name.upper()}", name=name, real_name=name.title()) for name in ("cleo", "dan", "fay")]
    made.users += more
    next(one for one in made.groups if one.id == "S0SUPPORT").members += [one.id for one in more]
    for channel in made.channels:
        channel.members += [one.id for one in more]
    everyone = next(one for one in made.channels if one.id == "C0SUPPORT").members
    known = {one.id for one in made.channels}
    for id in (*CHANNELS.values(), INBOX, _AUDIT):
        if id not in known:
            made.channels.append(Channel(id=id, name=id[2:].lower(), members=[*everyone]))
    return made


def zone_with_midnight(now: datetime, after: timedelta) -> str:
    """Return the time zone, of those at a whole hour, whose next midnight is nearest to a time after now."""

    def wait(offset: int) -> timedelta:
        local = now + timedelta(hours=offset)
        return timedelta(days=1) - (local - local.replace(hour=0, minute=0, second=0, microsecond=0))

    best = min(range(-11, 13), key=lambda offset: abs(wait(offset) - after))
    # The signs in these names are the other way round.
    return f"Etc/GMT{-best:+d}"


class Process(AbstractContextManager["Process"]):
    """A process of the soak, whose output goes to a file."""

    def __init__(self, name: str, command: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._out = self.log.open("ab")
        self._process = subprocess.Popen(  # noqa: S603  # our own command
            [sys.executable, "-m", *command],
            cwd=folder,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=self._out,
        )

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit code; None while it runs."""
        return self._process.poll()

    def wait_for(self, words: str) -> str:
        """Return what it has written, once these words stand in it. Raise `RuntimeError` where they never do."""
        end = time.monotonic() + _START
        while words not in (said := self.log.read_text("utf-8", "replace")):
            if self.code is not None or time.monotonic() > end:
                raise RuntimeError(f"{self.name} did not start: {said[-3000:]}")
            time.sleep(0.1)  # a file does not tell that it was written to
        return said

    def stop(self) -> int:
        """End it as an operator does, and return its exit code."""
        if self.code is None:
            self._process.send_signal(signal.SIGTERM)
        try:
            return self._process.wait(timeout=_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._out.close()


@dataclass(frozen=True, kw_only=True)
class Said:
    """The output of a command."""

    code: int
    out: str
    err: str


@dataclass(kw_only=True)
class Installation:
    """The places of everything."""

    folder: Path
    database: str
    """URL."""
    replicas: int
    zone: str
    around: str = ""
    """Address of the surroundings."""
    slack: str = ""
    token: str = ""
    """Control token of the sandbox."""
    settings: dict[str, str] = field(default_factory=dict)
    api: list[str] = field(default_factory=list)
    """Address of each replica's API."""
    health: list[str] = field(default_factory=list)

    def configure(self) -> None:
        """Choose the settings that all processes share. `around` and `slack` are known by now."""
        self.settings = {
            "PYTHONPATH": str(ROOT),
            URL: self.around,
            "COUNTERSIGN_DATABASE_URL": self.database,
            "COUNTERSIGN_WORKFLOWS": str(Path(__file__).with_name("automations.py")),
            "COUNTERSIGN_DOCUMENTS": str(self.folder / "documents"),
            "COUNTERSIGN_ENGINEERS": "S0ENG",
            "COUNTERSIGN_LEADS": "U0LEE",
            "COUNTERSIGN_FAILURES_CHANNEL": "C0FAILURES",
            "COUNTERSIGN_LEADS_CHANNEL": "C0LEADS",
            "COUNTERSIGN_AUDIT_CHANNEL": _AUDIT,
            "COUNTERSIGN_SEAL_KEY": secrets.token_hex(32),
            "COUNTERSIGN_SEAL_HEADS": str(self.folder / "heads.jsonl"),
            "COUNTERSIGN_WEBHOOK_KEY": secrets.token_hex(32),
            "COUNTERSIGN_TIMEZONE": self.zone,
            "COUNTERSIGN_DIGEST_AT": "00:02",
            "COUNTERSIGN_PERSONAL_FIGURES": "true",
            "ANTHROPIC_API_KEY": "a-key-for-the-soak",
            "ANTHROPIC_BASE_URL": self.around,
            "SLACK_BOT_TOKEN": "xoxb-sandbox",
            "SLACK_APP_TOKEN": "xapp-sandbox",
            "SLACK_API_URL": f"{self.slack}/api/",
        }

    def serve(self, number: int) -> Process:
        """Start a replica."""
        api, health = free_port(), free_port()
        self.api.append(f"http://127.0.0.1:{api}")
        self.health.append(f"http://127.0.0.1:{health}")
        own = {
            "COUNTERSIGN_API": f"127.0.0.1:{api}",
            "COUNTERSIGN_HEALTH": f"127.0.0.1:{health}",
            "COUNTERSIGN_LOG_LEVEL": "info",
        }
        started = Process(
            f"serve-{number}", ["bot.cli", "serve"], folder=self.folder, environment={**self.settings, **own}
        )
        started.wait_for("Ctrl-C stops it")
        return started

    def say(self, *arguments: str | Path, seconds: float = 600.0) -> Said:
        """Call the command line as an operator does."""
        done = subprocess.run(  # noqa: S603  # our own command
            [sys.executable, "-m", "bot.cli", *map(str, arguments)],
            cwd=self.folder,
            env={**os.environ, **self.settings},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        return Said(code=done.returncode, out=done.stdout, err=done.stderr)

    def done(self, *arguments: str | Path) -> str:
        """Call it and return what it prints. Raise `RuntimeError` where it ends with anything but 0."""
        said = self.say(*arguments)
        if said.code:
            raise RuntimeError(f"countersign {' '.join(map(str, arguments))}: {said.code}: {said.out}{said.err}")
        return said.out

    def order(self, **said: object) -> None:
        """Give the surroundings an order."""
        httpx2.post(f"{self.around}/order", json=said, timeout=30.0, trust_env=False).raise_for_status()

    def administrator(self) -> Administrator:
        """Return a connection to the sandbox."""
        return Administrator(self.slack, self.token)

    @property
    def is_sqlite(self) -> bool:
        """True with SQLite."""
        return is_sqlite(self.database)


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)

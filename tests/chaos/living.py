"""A Countersign on one thread that is started again whenever it ends, as an operator or a supervisor does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from bot.sandbox.http.running_sandbox import Running
from bot.slack.circuit_breaker import Breaker
from bot.slack.sender import Sender
from store import schema
from store.db.database import Database, Unavailable
from store.faces import FAILURES, LEADS
from tests.chaos.automation import FORGETFUL, KNOWING, Office
from tests.chaos.faults import Died, Watching
from tests.integration.engine.scene import rows
from tests.slack.stage import FAILED, LEADING, SUPPORT, Ears
from tests.waiting import wait_until
from tests.world import Clock, World
from workflows.model.scripted import ScriptedModel

T = TypeVar("T")
RowT = TypeVar("RowT", bound=schema.Base)

ROLES = {FAILURES: FAILED, LEADS: LEADING}
PACE = 0.001
"""Seconds between two messages to a channel; the pace is not under test here."""
ROUNDS = 16
"""Most repetitions of an act before its failure counts as the outcome."""


@dataclass(kw_only=True)
class Process:
    """One process, from its start to its end."""

    database: Database
    world: World
    sender: Sender


@dataclass(kw_only=True)
class Living:
    """The present process, and everything that outlives it."""

    file: Path
    postgres: str | None = None
    """URL of a PostgreSQL database in place of the file."""
    running: Running
    ears: Ears
    watching: Watching = field(default_factory=Watching)
    office: Office = field(default_factory=Office)
    clock: Clock = field(default_factory=Clock)
    starts: int = 0
    redeployed: int | None = None
    """Version of the automations' code from the second start on."""
    _process: Process | None = None

    @property
    def url(self) -> str:
        """URL of the database."""
        return self.postgres or f"sqlite:///{self.file}"

    @property
    def world(self) -> World:
        """Countersign in the present process."""
        assert self._process is not None
        return self._process.world

    @property
    def sender(self) -> Sender:
        """Sender of the present process."""
        assert self._process is not None
        return self._process.sender

    def start(self) -> None:
        """Start a process on the same database, as an operator or a supervisor does."""
        self.end()
        self.watching.started()
        self.starts += 1
        if self.starts > 1 and self.redeployed is not None:
            self.office.version = self.redeployed
        database = Database(self.url)
        try:
            world = World(database=database, model=ScriptedModel(self.office.answer), clock=self.clock)
            for name in (KNOWING, FORGETFUL):
                world.registry.add(self.office.workflow(name, post_to=SUPPORT, reviewers="S0SUPPORT"))
            world.restart()
            self.ears.hear_for(world)
            breaker = Breaker(self.ears.workspace.trying, longest=PACE)
            slack = self.ears.workspace
            sender = Sender(world.context, slack.sending, bot=slack.bot_id, breaker=breaker, roles=ROLES, pace=PACE)
            sender.prepare()
        except BaseException:
            database.close()
            raise
        self._process = Process(database=database, world=world, sender=sender)

    def end(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.database.close()
        self._process = None

    def act(self, do: Callable[[], T]) -> T:
        """Act in the process. Where the process ends, start another one and act again."""
        for _ in range(ROUNDS):
            try:
                if self._process is None or self.watching.died:
                    self.start()
                return do()
            except Died:
                self.end()
            except Unavailable:
                self._go_on()
        raise AssertionError("it never came to an end")

    def _go_on(self) -> None:
        """Recover, as the loops of the worker and the sender do after a short absence of the database."""
        try:
            if self._process is not None:
                self.world.restart()
                self.sender.prepare()
        except (Died, Unavailable):
            self.end()

    def work(self) -> None:
        """Work until no run is ready, and send every message."""
        self.act(self.world_works)
        self.act(self._send)

    def world_works(self) -> None:
        """Work until no run is ready."""
        self.world.work()

    def send_until(self, reached: Callable[[], object]) -> None:
        """Send what can be sent until it has come to something: not everything can be."""

        def is_reached() -> object:
            self.sender.drain(seconds=0.1)
            return reached()

        wait_until(is_reached)

    def _send(self) -> None:
        for _ in range(ROUNDS):
            if self._drained():
                return
            # Messages that Slack did not take are sent again later.
            self.clock.move(timedelta(minutes=6))
        raise AssertionError("not everything could be sent")

    def _drained(self) -> bool:
        """Send until that changes nothing more, however slow the machine is; return True if all is sent."""
        before = None
        while not self.sender.drain(seconds=0.25):
            now = [(row.id, row.state, row.attempts, row.not_before) for row in self.rows(schema.OutboxRow)]
            if now == before:
                return False
            before = now
        return True

    def taken_over(self) -> None:
        """End the process while it holds a run."""
        self.act(lambda: self.world.claim(limit=1))
        self.end()
        self.act(lambda: None)

    def rows(self, table: type[RowT]) -> list[RowT]:
        """Return all rows of a table."""
        return rows(self.world, table)

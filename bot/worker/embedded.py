"""Calls `advance` for every run that is ready: a pool of threads in this process.

The ready row is the queue. A case that waits for a person is a row and nothing here.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from threading import Event

import structlog

from bot.worker.isolation import Isolation
from bot.worker.port import SILENT
from bot.worker.threads import DRAIN, SLOW, Crew, Unfinished
from store.db.database import Unavailable
from store.db.process_locks import exclusive
from workflows.engine.case.leases import Lease, claim
from workflows.engine.context import Context
from workflows.engine.declare.author_threads import contained
from workflows.engine.deliver.waiting_deliveries import awaken
from workflows.engine.run.recovery import keep_apart, take_back
from workflows.engine.run.runner import Runner

log = structlog.get_logger()

IDLE = 0.2
"""Seconds between two looks for what is ready."""
AFTER_TROUBLE = 2.0
"""Seconds before the next look where one failed."""
AWAKENING = 1.0
"""Seconds between two looks for deliveries that need not wait any longer."""

_Pending = dict["Future[object]", Lease]
"""Leases taken here whose work has not come to its end."""


class Embedded:
    """A pool of threads in the one process that works on a SQLite file."""

    def __init__(
        self, context: Context, runner: Runner, *, threads: int, slow_after: float = SLOW, drain: float = DRAIN
    ) -> None:
        """`slow_after`: seconds after which an author's code no longer keeps others from being begun. `drain`: seconds
        that what was begun has to come to its end, when told to stop."""
        self._context = context
        self._runner = runner
        self._threads = threads
        self._slow_after = slow_after
        self._drain = drain
        self._isolation = Isolation()
        self._crew: Crew | None = None
        """The threads of `run`."""
        self._looked_at = float("-inf")
        """When `run` last looked for what is ready, by the monotonic clock."""

    @contextmanager
    def alone(self, *, patience: float = 0) -> Iterator[int]:
        """Be the only process that works on the database for the block; yields how many runs were taken back.

        `patience`: seconds for which another process is waited for. Raise `store.db.process_locks.Taken` then.
        """
        with exclusive(self._context.database, patience=patience):
            yield take_back(self._context)

    def drain(
        self, *, case: int | None = None, since: datetime | None = None, done: Callable[[], None] = lambda: None
    ) -> int:
        """Work until nothing is ready, within `alone`; returns how many runs were advanced.

        `case`: only this one's runs. `since`: only runs that wait for their delivery, or came or were changed since.
        `done`: called after each. Interrupted, it lets go of what it has not begun; that is taken back at the next
        start.
        """
        advanced, crew = 0, Crew(self._threads, slow_after=self._slow_after)
        pending: _Pending = {}
        try:
            while True:
                self._top_up(crew, pending, case=case, since=since)
                if not pending and awaken(self._context):
                    self._top_up(crew, pending, case=case, since=since)
                if not pending:
                    return advanced
                finished, _ = wait(pending, timeout=IDLE, return_when=FIRST_COMPLETED)
                crew.tend()
                for future in finished:
                    del pending[future]
                    future.result()
                    advanced += 1
                    done()
        finally:
            crew.close(seconds=self._drain)

    def run(self, stop: Event) -> None:
        """Work on whatever becomes ready until told to stop, within `alone`; what was begun then is finished.

        Raise `Unfinished` where that takes too long.
        """
        crew = self._crew = Crew(self._threads, slow_after=self._slow_after)
        pending: _Pending = {}
        trouble: list[BaseException] = []
        awakened = float("-inf")
        while not stop.is_set():
            try:
                self._looked_at = time.monotonic()
                if trouble:
                    # What could not be noted is as if a worker had died in the midst of it; where its own code failed,
                    # it is held to account.
                    died = not all(isinstance(error, Unavailable) for error in trouble)
                    take_back(self._context, died=died, but=[lease.run for lease in pending.values()])
                    trouble.clear()
                if time.monotonic() - awakened >= AWAKENING:
                    awakened = time.monotonic()
                    awaken(self._context)
                self._top_up(crew, pending)
                if not pending:
                    stop.wait(IDLE)
                    continue
                # A short wait, so that what becomes ready meanwhile gets the threads that are free.
                finished, _ = wait(pending, timeout=IDLE, return_when=FIRST_COMPLETED)
                crew.tend()
                for future in finished:
                    del pending[future]
                    if (error := future.exception()) is not None:
                        trouble.append(error)
                if trouble:
                    raise trouble[0]
            except Exception as error:  # the loop's edge: it goes on when the database is back
                log.error("worker.failed", error=type(error).__name__, exc_info=error)
                trouble = trouble or [error]
                stop.wait(AFTER_TROUBLE)
        self._looked_at = float("-inf")
        left = crew.close(seconds=self._drain)
        if left:
            raise Unfinished(f"{left} cases were being worked on {self._drain:g} s after the process was told to stop")

    def is_able(self) -> bool:
        """Does `run` look for work, and can it begin some?"""
        return self._crew is not None and time.monotonic() - self._looked_at < SILENT and self._crew.has_room

    def _top_up(self, crew: Crew, pending: _Pending, *, case: int | None = None, since: datetime | None = None) -> None:
        """Claim a few ahead, in one transaction, so that no thread waits for the next claim."""
        at_work = max(0, len(pending) - crew.slow)
        if at_work >= self._threads:
            return
        limit = 2 * self._threads - at_work
        for lease in claim(self._context, limit=limit, case=case, since=since, but=crew.clogged):
            pending[crew.submit(partial(self._advance, lease))] = lease

    def _advance(self, lease: Lease) -> None:
        try:
            with self._isolation.among(alone=lease.is_suspect):
                if lease.is_suspect:
                    keep_apart(self._context, lease)
                self._runner.advance(lease)
        except BaseException as error:  # whatever it is, it concerns this run
            raise contained(error) from error

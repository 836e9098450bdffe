"""The dispatcher on SQLite: a pool of threads in this process calls `advance` for every ready run.

The ready row is the queue. A case that waits for a person is a row and takes nothing here.
"""

import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from threading import Event

import structlog

from bot.worker.isolation import Isolation
from bot.worker.port import SILENT
from bot.worker.threads import DRAIN, SLOW, ThreadPool, Unfinished
from store.db.changes import Changes
from store.db.database import Unavailable
from store.db.process_locks import exclusive
from workflows.engine.case.leases import Lease, claim
from workflows.engine.context import Context
from workflows.engine.declare.calls.author_threads import contained
from workflows.engine.run.recovery import keep_apart, take_back
from workflows.engine.run.runner import Runner
from workflows.engine.run.waking import LOOK, awaken, is_any_waiting
from workflows.engine.sources import follow_ups

log = structlog.get_logger()

IDLE = 0.2
"""Seconds between two questions whether anything was committed; to look for ready runs takes the lock to write."""
_LOOK = 5.0
"""Seconds after which ready runs are looked for whatever was committed."""
AFTER_TROUBLE = 2.0
"""Seconds before the next look after a failed one."""
AWAKENING = 1.0
"""Seconds between two looks for deliveries that need not wait any longer."""


class _Pending:
    """The leases taken here whose work has not ended, or has not been looked at since."""

    def __init__(self) -> None:
        self._leases: dict[Future[object], Lease] = {}
        # To wait for the first of many futures touches each of them, every time.
        self._ended: SimpleQueue[Future[object]] = SimpleQueue()

    def __len__(self) -> int:
        return len(self._leases)

    @property
    def runs(self) -> list[int]:
        """The runs of the leases."""
        return [lease.run for lease in self._leases.values()]

    @property
    def runs_at_work(self) -> list[int]:
        """The runs of the leases whose work was begun and has not ended."""
        return [lease.run for future, lease in list(self._leases.items()) if future.running()]

    def add(self, future: "Future[object]", lease: Lease) -> None:
        """Note whose lease the work of a future is."""
        self._leases[future] = lease
        future.add_done_callback(self._ended.put)

    def take_ended(self) -> list["Future[object]"]:
        """Return the work that has ended, and forget it; wait a moment where there is none yet."""
        found: list[Future[object]] = []
        try:
            found.append(self._ended.get(timeout=IDLE))
            while True:
                found.append(self._ended.get_nowait())
        except Empty:
            for future in found:
                del self._leases[future]
            return found


class Embedded:
    """A pool of threads in the one process that works on a SQLite file."""

    def __init__(
        self,
        context: Context,
        runner: Runner,
        *,
        threads: int,
        slow_after: float = SLOW,
        drain: float = DRAIN,
        owner: str | None = None,
    ) -> None:
        """Start no thread yet. `slow_after`: seconds after which an author's code no longer holds up others.

        `drain`: seconds for begun work to end, when told to stop. `owner`: the workspace, where there are several.
        """
        self._owner = owner
        self._context = context
        self._runner = runner
        self._threads = threads
        self._slow_after = slow_after
        self._drain = drain
        self._isolation = Isolation()
        self._pending = _Pending()
        """The work that `run` began."""
        self._pool: ThreadPool | None = None
        """Threads of `run`."""
        self._looked_at = float("-inf")
        """Time of the last look of `run` for ready runs, by the monotonic clock."""

    @contextmanager
    def alone(self, *, patience: float = 0) -> Iterator[int]:
        """Be the only process that works on the database for the block; yields the number of runs that were taken back.

        `patience`: seconds to wait for another process. Raise `store.db.process_locks.Taken` after that.
        """
        with exclusive(self._context.database, patience=patience):
            yield self.begin()

    def begin(self, *, but: Collection[int] = ()) -> int:
        """Take back the runs of a dead process, within its lock. `but`: runs that are still worked on here."""
        return take_back(self._context, but=but)

    @property
    def left(self) -> Collection[int]:
        """Runs that are still worked on here, after `run` has ended."""
        return self._pending.runs_at_work

    def drain(
        self, *, case: int | None = None, since: datetime | None = None, done: Callable[[], None] = lambda: None
    ) -> int:
        """Work until no run is ready, within `alone`; returns the number of runs that were advanced.

        `case`: only runs of this case. `since`: only runs that wait for their delivery, or came or changed since.
        `done`: called after each. An interruption lets go of runs that were not begun; they are taken back at the next
        start.
        """
        advanced, pool = 0, self._new_pool()
        pending = _Pending()
        try:
            while True:
                self._top_up(pool, pending, case=case, since=since)
                if not pending and (awaken(self._context) or follow_ups.look(self._context)):
                    self._top_up(pool, pending, case=case, since=since)
                if not pending:
                    return advanced
                finished = pending.take_ended()
                pool.refill()
                for future in finished:
                    future.result()
                    advanced += 1
                    done()
        finally:
            pool.close(seconds=self._drain)

    def run(self, stop: Event) -> None:
        """Work on ready runs until told to stop, within `alone`; begun work is finished.

        Raise `Unfinished` where that takes too long.
        """
        pool = self._pool = self._new_pool()
        pending = self._pending = _Pending()
        trouble: list[BaseException] = []
        awakened = claimed = float("-inf")
        is_any_held = has_changed = True
        with Changes(self._context.database) as made:
            while not stop.is_set():
                try:
                    self._looked_at = time.monotonic()
                    changed = made.are_there()
                    if trouble:
                        # A run whose outcome could not be noted is treated as if its worker had died; the loss counts
                        # against the run unless the database was the cause.
                        died = not all(isinstance(error, Unavailable) for error in trouble)
                        take_back(self._context, died=died, but=pending.runs)
                        trouble.clear()
                    has_changed = has_changed or changed
                    # What waits becomes due by the clock; where nothing waits, only a commit makes it wait. A deadline
                    # of a review need not be kept to the second.
                    waited = time.monotonic() - awakened
                    if waited >= LOOK or ((is_any_held or has_changed) and waited >= AWAKENING):
                        awakened, has_changed = time.monotonic(), False
                        is_any_held = True
                        changed = bool(awaken(self._context)) or changed
                        is_any_held = is_any_waiting(self._context)
                    if changed or pending or pool.clogged or time.monotonic() - claimed >= _LOOK:
                        claimed = time.monotonic()
                        self._top_up(pool, pending)
                    if not pending:
                        stop.wait(IDLE)
                        continue
                    # The wait is short, so that runs that become ready meanwhile get the free threads.
                    finished = pending.take_ended()
                    pool.refill()
                    for future in finished:
                        if (error := future.exception()) is not None:
                            trouble.append(error)
                    if trouble:
                        raise trouble[0]
                except Exception as error:  # the loop's edge: it goes on when the database is back
                    log.error("worker.failed", error=type(error).__name__, exc_info=error)
                    trouble = trouble or [error]
                    claimed = float("-inf")
                    stop.wait(AFTER_TROUBLE)
        self._looked_at = float("-inf")
        left = pool.close(seconds=self._drain)
        if left:
            raise Unfinished(f"{left} cases were still in work {self._drain:g} s after the process was told to stop")

    def is_able(self) -> bool:
        """Tell whether `run` looks for work, and begins some, now or once a thread is free."""
        return self._pool is not None and time.monotonic() - self._looked_at < SILENT and self._pool.goes_on

    def _new_pool(self) -> ThreadPool:
        return ThreadPool(self._threads, slow_after=self._slow_after, owner=self._owner)

    def _top_up(
        self, pool: ThreadPool, pending: _Pending, *, case: int | None = None, since: datetime | None = None
    ) -> None:
        """Lease a few runs ahead, in one transaction, so that no thread waits for the next lease."""
        at_work = max(0, len(pending) - pool.slow)
        if at_work >= self._threads:
            return
        limit = 2 * self._threads - at_work
        for lease in claim(self._context, limit=limit, case=case, since=since, but=pool.clogged):
            pending.add(pool.submit(partial(self._advance, lease)), lease)

    def _advance(self, lease: Lease) -> None:
        try:
            with self._isolation.among(alone=lease.is_suspect):
                if lease.is_suspect:
                    keep_apart(self._context, lease)
                self._runner.advance(lease)
        except BaseException as error:  # whatever the error, it concerns this run
            raise contained(error) from error

"""Calls `advance` for every run that is ready: a pool of threads in this process.

The ready row is the queue. A case that waits for a person is a row and nothing here.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime
from threading import Event

import structlog

from bot.dispatching.company import Company
from store.exclusive import exclusive
from workflows.engine.claiming import Claimed, claim
from workflows.engine.context import Context
from workflows.engine.recovery import keep_apart, take_back
from workflows.engine.runner import Runner
from workflows.engine.waiting import awaken

log = structlog.get_logger()

IDLE = 0.2
"""Seconds between two looks for what is ready."""
AFTER_TROUBLE = 2.0
"""Seconds before the next look where one failed."""
AWAKENING = 1.0
"""Seconds between two looks for deliveries that need not wait any longer."""


class Embedded:
    """A pool of threads in the one process that works on a SQLite file."""

    def __init__(self, context: Context, runner: Runner, *, threads: int) -> None:
        self._context = context
        self._runner = runner
        self._threads = threads
        self._company = Company()

    @contextmanager
    def alone(self, *, patience: float = 0) -> Iterator[int]:
        """Be the only process that works on the database for the block; yields how many runs were taken back.

        `patience`: seconds for which another process is waited for. Raise `store.exclusive.Taken` then.
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
        advanced = 0
        with self._pool() as (pool, pending):
            while True:
                pending = self._top_up(pool, pending, case=case, since=since)
                if not pending and not awaken(self._context):
                    return advanced
                if not pending:
                    pending = self._top_up(pool, pending, case=case, since=since)
                    if not pending:
                        return advanced
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in finished:
                    future.result()
                    advanced += 1
                    done()

    def run(self, stop: Event) -> None:
        """Work on whatever becomes ready until told to stop, within `alone`; what was begun then is finished."""
        in_trouble, looked = False, float("-inf")
        with self._pool() as (pool, pending):
            while not stop.is_set():
                try:
                    if in_trouble and not pending:
                        # What could not be noted is as if a worker had died in the midst of it.
                        take_back(self._context, died=False)
                        in_trouble = False
                    if not in_trouble and time.monotonic() - looked >= AWAKENING:
                        looked = time.monotonic()
                        awaken(self._context)
                    if not in_trouble:
                        pending = self._top_up(pool, pending)
                    if not pending:
                        stop.wait(IDLE)
                        continue
                    # A short wait, so that what becomes ready meanwhile gets the threads that are free.
                    finished, pending = wait(pending, timeout=IDLE, return_when=FIRST_COMPLETED)
                    for future in finished:
                        future.result()
                except Exception as error:  # the loop's edge: it goes on when the database is back
                    log.error("worker.failed", error=type(error).__name__, exc_info=error)
                    in_trouble = True
                    stop.wait(AFTER_TROUBLE)

    @contextmanager
    def _pool(self) -> Iterator[tuple[ThreadPoolExecutor, set[Future[None]]]]:
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="worker")
        try:
            yield pool, set()
        finally:
            pool.shutdown(cancel_futures=True)

    def _top_up(
        self,
        pool: ThreadPoolExecutor,
        pending: set[Future[None]],
        *,
        case: int | None = None,
        since: datetime | None = None,
    ) -> set[Future[None]]:
        """Claim a few ahead, in one transaction, so that no thread waits for the next claim."""
        if len(pending) >= self._threads:
            return pending
        claimed = claim(self._context, limit=2 * self._threads - len(pending), case=case, since=since)
        return pending | {pool.submit(self._advance, run) for run in claimed}

    def _advance(self, claimed: Claimed) -> None:
        with self._company.among(alone=claimed.is_suspect):
            if claimed.is_suspect:
                keep_apart(self._context, claimed)
            self._runner.advance(claimed)

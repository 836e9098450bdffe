"""Calls `advance` for every run that is ready: a pool of threads in this process.

The ready row is the queue. A case that waits for a person is a row and nothing here.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import datetime

from store.exclusive import exclusive
from workflows.engine.claiming import claim
from workflows.engine.context import Context
from workflows.engine.recovery import take_back
from workflows.engine.runner import Runner


class Dispatcher:
    """The embedded dispatcher: one process, several threads."""

    def __init__(self, context: Context, runner: Runner, *, threads: int) -> None:
        self._context = context
        self._runner = runner
        self._threads = threads

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
        pool = ThreadPoolExecutor(self._threads, thread_name_prefix="worker")
        pending: set[Future[None]] = set()
        try:
            while True:
                # A few are claimed ahead, in one transaction, so that no thread waits for the next claim.
                if len(pending) < self._threads:
                    claimed = claim(self._context, limit=2 * self._threads - len(pending), case=case, since=since)
                    pending |= {pool.submit(self._runner.advance, run) for run in claimed}
                if not pending:
                    return advanced
                finished, pending = wait(pending, return_when=FIRST_COMPLETED)
                for future in finished:
                    future.result()
                    advanced += 1
                    done()
        finally:
            pool.shutdown(cancel_futures=True)

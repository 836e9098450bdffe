"""The threads in which the API asks the engine: a bounded number, so that slow callers never keep others waiting."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from handlers.web.api.problems import unavailable
from store.db.time_limits import time_limit

T = TypeVar("T")

WAITING = 1_000
"""Calls that may wait for a thread."""
DATABASE_SECONDS = 10.0
"""For which the database is waited for, at each statement."""


class Work:
    """A pool of threads. It is asked from the server's loop."""

    def __init__(self, *, threads: int, waiting: int = WAITING) -> None:
        """Set the limits: calls at once, and those that may wait. A thread begins when it is first needed."""
        self._executor = ThreadPoolExecutor(threads, thread_name_prefix="api")
        self._most = threads + waiting
        self._under_way = 0

    async def done(self, call: Callable[[], T]) -> T:
        """Return what a call in a thread returns, or raise what it raises. Raise `Problem` where too many wait."""
        if self._under_way >= self._most:
            raise unavailable("too many requests are under way; send it again later")
        self._under_way += 1
        future = asyncio.get_running_loop().run_in_executor(self._executor, _limited, call)
        # Not at the end of this method: a thread works on where nobody waits any more.
        future.add_done_callback(self._ended)
        return await asyncio.shield(future)

    def close(self) -> None:
        """Wait for what is under way."""
        self._executor.shutdown()

    def _ended(self, future: "asyncio.Future[T]") -> None:
        self._under_way -= 1
        if not future.cancelled():
            future.exception()


def _limited(call: Callable[[], T]) -> T:
    with time_limit(DATABASE_SECONDS):
        return call()

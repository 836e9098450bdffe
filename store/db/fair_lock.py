"""Whose turn it is to write.

SQLite has one writer at a time, and its busy timeout is a lottery: under load an unlucky thread waits for seconds.
PostgreSQL takes many, but Python runs one thread at a time: of many transactions at once each is slow, and a person
waits for all of them. The threads of one process therefore queue up here first, in order of arrival, and a person's
click goes before the workers.
"""

from collections import deque
from collections.abc import Callable
from threading import Lock


class TookTooLong(RuntimeError):
    """The turn did not come in time."""


class FairLock:
    """A fair lock with two queues, for one at a time or a few. Not reentrant."""

    def __init__(self, at_once: int = 1) -> None:
        self._guard = Lock()
        self._free = at_once
        self._urgent: deque[Lock] = deque()
        self._patient: deque[Lock] = deque()

    def wait(
        self,
        *,
        urgent: bool = False,
        patience: float | None = None,
        interrupted: Callable[[], None] | None = None,
    ) -> None:
        """Wait for the turn; it is the caller's then, who has to pass it on.

        `patience`: seconds for which it is waited for; None: without end. Raise `TookTooLong` then. `interrupted`:
        called with the turn where it came to somebody who was interrupted meanwhile; by default it is passed on.
        """
        with self._guard:
            if self._free:
                self._free -= 1
                return
            called = Lock()
            called.acquire()
            queue = self._urgent if urgent else self._patient
            queue.append(called)
        # The one before passes the turn on by releasing this lock, so nobody can slip in between.
        try:
            if called.acquire(timeout=-1 if patience is None else patience):
                return
        except BaseException:
            if not self._leave(queue, called):
                (interrupted or self.pass_on)()
            raise
        if self._leave(queue, called):
            raise TookTooLong(f"the turn to write did not come within {patience:g} s")

    def pass_on(self) -> None:
        """Give the turn to the next."""
        with self._guard:
            if not self._call():
                self._free += 1

    def hand_over(self) -> bool:
        """Give the turn to the next; False where nobody waits for it: it stays the caller's."""
        with self._guard:
            return self._call()

    def _call(self) -> bool:
        queue = self._urgent or self._patient
        if not queue:
            return False
        queue.popleft().release()
        return True

    def _leave(self, queue: deque[Lock], called: Lock) -> bool:
        """Wait no longer; False where the turn came at the last moment."""
        with self._guard:
            if called.acquire(blocking=False):
                return False
            queue.remove(called)
            return True

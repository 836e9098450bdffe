"""A lock that threads get in the order of their arrival, those that a person waits for first.

SQLite has one writer at a time, and its busy timeout is a lottery: under load an unlucky thread waits for seconds.
PostgreSQL takes many writers, but Python runs one thread at a time: many transactions at once are all slow, and a
person waits for all of them. So the threads of one process queue here before they write.
"""

from collections import deque
from collections.abc import Callable
from threading import Lock


class TookTooLong(RuntimeError):
    """The lock was not free in time."""


class FairLock:
    """A fair lock with two queues, for one holder at a time or a few. Not reentrant."""

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
        """Wait for the lock; the caller then holds it, and has to pass it on.

        `patience`: seconds to wait; None: without end. Raise `TookTooLong` after that. `interrupted`: called where a
        thread gets the lock after its wait was interrupted; by default the lock is passed on.
        """
        with self._guard:
            if self._free:
                self._free -= 1
                return
            called = Lock()
            called.acquire()
            queue = self._urgent if urgent else self._patient
            queue.append(called)
        # The holder before passes the lock on by releasing `called`, so no other thread can slip in between.
        try:
            if called.acquire(timeout=-1 if patience is None else patience):
                return
        except BaseException:
            if not self._leave(queue, called):
                (interrupted or self.pass_on)()
            raise
        if self._leave(queue, called):
            raise TookTooLong(f"the lock to write was not free within {patience:g} s")

    def pass_on(self) -> None:
        """Give the lock to the next thread."""
        with self._guard:
            if not self._call():
                self._free += 1

    def hand_over(self) -> bool:
        """Give the lock to the next thread; False where none waits: the caller then keeps it."""
        with self._guard:
            return self._call()

    def _call(self) -> bool:
        queue = self._urgent or self._patient
        if not queue:
            return False
        queue.popleft().release()
        return True

    def _leave(self, queue: deque[Lock], called: Lock) -> bool:
        """Leave the queue; False where the lock came at the last moment."""
        with self._guard:
            if called.acquire(blocking=False):
                return False
            queue.remove(called)
            return True

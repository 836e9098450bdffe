"""Whose turn it is to write to SQLite.

SQLite has one writer at a time, and its busy timeout is a lottery: under load an unlucky thread waits for seconds. The
threads of one process therefore queue up here first, in order of arrival, and a person's click goes before the workers.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class TookTooLong(RuntimeError):
    """The turn did not come in time."""


class Turns:
    """A fair lock with two queues. Not reentrant."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._taken = False
        self._urgent: deque[Lock] = deque()
        self._patient: deque[Lock] = deque()

    @contextmanager
    def turn(self, *, urgent: bool = False, patience: float | None = None) -> Iterator[None]:
        """Wait for the turn and hold it for the block.

        `patience`: seconds for which it is waited for; None: without end. Raise `TookTooLong` then.
        """
        self._wait(urgent, -1 if patience is None else patience)
        try:
            yield
        finally:
            self._pass_on()

    def _wait(self, urgent: bool, patience: float) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            called = Lock()
            called.acquire()
            queue = self._urgent if urgent else self._patient
            queue.append(called)
        # The one before passes the turn on by releasing this lock, so nobody can slip in between.
        if called.acquire(timeout=patience):
            return
        with self._guard:
            if called.acquire(blocking=False):
                return  # it came at the last moment
            queue.remove(called)
        raise TookTooLong(f"the turn to write did not come within {patience:g} s")

    def _pass_on(self) -> None:
        with self._guard:
            queue = self._urgent or self._patient
            if queue:
                queue.popleft().release()
            else:
                self._taken = False

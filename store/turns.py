"""Whose turn it is to write to SQLite.

SQLite has one writer at a time, and its busy timeout is a lottery: under load an unlucky thread waits for seconds. The
threads of one process therefore queue up here first, in order of arrival, and a person's click goes before the workers.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class Turns:
    """A fair lock with two queues. Not reentrant."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._taken = False
        self._urgent: deque[Lock] = deque()
        self._patient: deque[Lock] = deque()

    @contextmanager
    def turn(self, *, urgent: bool = False) -> Iterator[None]:
        """Wait for the turn and hold it for the block."""
        self._wait(urgent)
        try:
            yield
        finally:
            self._pass_on()

    def _wait(self, urgent: bool) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            called = Lock()
            called.acquire()
            (self._urgent if urgent else self._patient).append(called)
        # The one before passes the turn on by releasing this lock, so nobody can slip in between.
        called.acquire()

    def _pass_on(self) -> None:
        with self._guard:
            queue = self._urgent or self._patient
            if queue:
                queue.popleft().release()
            else:
                self._taken = False

"""The worker threads of this process: a fixed number at once, with spare ones for those whose code does not return.

A thread cannot be ended, and the end of the process waits for none of these: their runs are taken back like those of a
dead worker.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Condition, Thread

import structlog

from workflows.engine.declare.calls import author_threads

SLOW = 15.0
"""Seconds after which a piece of an author's code no longer holds up others."""
SPARE = 2
"""Number of spare threads for each thread."""
DRAIN = 20.0
"""Seconds for begun work to end when the process is told to stop."""


class Unfinished(RuntimeError):
    """The work was cut off when the process was told to stop. It is taken back at the next start."""


@dataclass(frozen=True, kw_only=True)
class _Task:
    """A call for a thread."""

    call: Callable[[], object]
    future: "Future[object]"

    def do(self) -> None:
        """Make the call, and put its outcome into the future."""
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            result = self.call()
        except BaseException as error:  # noqa: BLE001  # told by the future; the thread goes on
            self.future.set_exception(error)
        else:
            self.future.set_result(result)


class ThreadPool:
    """Threads that do the calls that they are given, in order."""

    def __init__(self, threads: int, *, slow_after: float = SLOW, owner: str | None = None) -> None:
        """Start no thread yet. `threads`: number of calls at once. `slow_after`: seconds until a call is slow.

        `owner`: whose calls alone count as slow here, where there are several in the process.
        """
        self._owner = owner
        self._threads = threads
        self._slow_after = slow_after
        self._changed = Condition()
        self._waiting: deque[_Task] = deque()
        self._members: list[Thread] = []
        self._busy = 0
        self._is_closed = False

    def submit(self, call: Callable[[], object]) -> "Future[object]":
        """Queue a call. Raise `RuntimeError` once closed."""
        task = _Task(call=call, future=Future())
        with self._changed:
            if self._is_closed:
                raise RuntimeError("the workers were told to stop")
            self._waiting.append(task)
            self._start_threads()
            self._changed.notify()
        return task.future

    def refill(self) -> None:
        """Start threads for the calls that wait, as far as slow calls and dead threads leave room."""
        with self._changed:
            self._start_threads()
            if self._waiting:
                self._changed.notify_all()

    @property
    def slow(self) -> int:
        """Number of calls that have not returned for a while, up to the number of spare threads."""
        return min(sum(author_threads.slow(self._slow_after, owner=self._owner).values()), SPARE * self._threads)

    @property
    def clogged(self) -> frozenset[str]:
        """Workflows that begin nothing more, since half of the threads wait for their code."""
        most = max(1, self._threads // 2)
        slow = author_threads.slow(self._slow_after, owner=self._owner)
        return frozenset(name for name, number in slow.items() if number >= most)

    @property
    def goes_on(self) -> bool:
        """True if a call can be begun, now or once another one ends: not each thread waits for slow code."""
        slow = sum(author_threads.slow(self._slow_after, owner=self._owner).values())
        with self._changed:
            return self._has_room() or slow < self._busy

    def close(self, *, seconds: float) -> int:
        """Begin nothing more, and wait for begun calls; returns the number that has not ended after `seconds`."""
        with self._changed:
            self._is_closed = True
            for task in self._waiting:
                task.future.cancel()
            self._waiting.clear()
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._busy == 0, timeout=seconds)
            return self._busy

    def _has_room(self) -> bool:
        # To count the slow calls takes a lock of each.
        return self._busy < self._threads or self._busy - self.slow < self._threads

    def _start_threads(self) -> None:
        self._members = [member for member in self._members if member.is_alive()]
        idle = len(self._members) - self._busy
        while idle < len(self._waiting) and len(self._members) < (1 + SPARE) * self._threads:
            member = Thread(target=self._serve, name=f"worker-{len(self._members)}", daemon=True)
            member.start()
            self._members.append(member)
            idle += 1

    def _serve(self) -> None:
        if self._owner is not None:
            author_threads.belong_to(self._owner)
            structlog.contextvars.bind_contextvars(workspace=self._owner)
        while (task := self._next()) is not None:
            try:
                task.do()
            finally:
                with self._changed:
                    self._busy -= 1
                    # This thread takes the next call itself; only who closes the pool waits for its end.
                    if self._is_closed:
                        self._changed.notify_all()

    def _next(self) -> _Task | None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or (bool(self._waiting) and self._has_room()))
            if not self._waiting:
                return None
            self._busy += 1
            return self._waiting.popleft()

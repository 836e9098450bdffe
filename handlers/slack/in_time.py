"""Answers to a modal whose work may take longer than Slack waits: the work goes on, and the person is told so."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Timer

SECONDS = 2.0
"""Seconds that a modal waits for the work. Slack waits for 3 in all."""


class InTime:
    """One answer, given either by the work or, once it takes too long, for it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_work: bool | None = None

    def is_for_work(self) -> bool:
        """Tell whether the work still gives the answer. Asked once, it stays so."""
        with self._lock:
            if self._by_work is None:
                self._by_work = True
            return self._by_work

    def is_late(self) -> bool:
        """Tell whether the person was told that it takes longer."""
        return not self.is_for_work()

    def give_up(self) -> bool:
        """Tell whether it is to be said that the work takes longer: it has not claimed the answer before."""
        with self._lock:
            if self._by_work is None:
                self._by_work = False
                return True
            return False


@contextmanager
def in_time(late: Callable[[], object], *, seconds: float | None = None) -> Iterator[InTime]:
    """Do work in the block; `late` is called once where it takes too long before it claims the answer."""
    claim = InTime()

    def tell() -> None:
        if claim.give_up():
            late()

    timer = Timer(SECONDS if seconds is None else seconds, tell)
    timer.daemon = True
    timer.start()
    try:
        yield claim
    finally:
        timer.cancel()

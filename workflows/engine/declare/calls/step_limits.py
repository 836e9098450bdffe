"""The limits of a step's calls: so many at once, and each within its time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import BoundedSemaphore

from workflows.errors import BadDeclaration, TryAgain
from workflows.tools.deadlines import within

LONGEST_LIMIT = 86_400.0
"""Seconds of the longest time limit that can be declared."""
LONGEST_WAIT = 600.0
"""Seconds that a call waits for a free place where the step declares no time-out."""
_inside: ContextVar[frozenset[int]] = ContextVar("countersign_steps_inside", default=frozenset())
"""The limits in which this thread holds a place. A step that calls itself needs no second place."""


TIME_LIMIT = f"more than 0 and at most {LONGEST_LIMIT:.0f} seconds"


def is_time_limit(seconds: float) -> bool:
    """Tell whether code can be given so many seconds."""
    return 0 < seconds <= LONGEST_LIMIT


class Limits:
    """The limits of one step, in this process."""

    def __init__(self, step: str, *, timeout: float | None, at_once: int | None) -> None:
        """Raise `BadDeclaration` for a limit that lets nothing through, or is none."""
        if timeout is not None and not is_time_limit(timeout):
            raise BadDeclaration(f"step {step}: timeout has to be {TIME_LIMIT}, not {timeout}")
        if at_once is not None and at_once < 1:
            raise BadDeclaration(f"step {step}: at_once has to be 1 or more, not {at_once}")
        self._step = step
        self._timeout = timeout
        self._at_once = at_once
        self._places = BoundedSemaphore(at_once) if at_once is not None else None

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Make a call in the block. Raise `TryAgain` where no place gets free in time."""
        with self._place(), within(self._timeout):
            yield

    @contextmanager
    def _place(self) -> Iterator[None]:
        if self._places is None or id(self) in _inside.get():
            yield
            return
        # A call that hangs may never give its place back.
        if not self._places.acquire(timeout=self._timeout or LONGEST_WAIT):
            raise TryAgain(f"step {self._step}: {self._at_once} calls of it are being made, and none ended in time")
        token = _inside.set(_inside.get() | {id(self)})
        try:
            yield
        finally:
            _inside.reset(token)
            self._places.release()

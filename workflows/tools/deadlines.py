"""Deadlines for code that waits. No thread can be ended from outside, so the waiting code has to check them.

`workflows.tools.http` does. A deadline holds for the code in its block, in the same thread. A thread that is started in
the block does not know the deadline.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_until: ContextVar[float | None] = ContextVar("countersign_deadline", default=None)
"""The deadline, on the monotonic clock."""


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """Give the block so many seconds from now; None: no limit of its own. An earlier deadline around it stays."""
    left = seconds_left()
    if seconds is None or (left is not None and left <= seconds):
        yield
        return
    token = _until.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _until.reset(token)


def seconds_left() -> float | None:
    """Return the seconds until the deadline, 0 where it has passed; None where there is none."""
    until = _until.get()
    return None if until is None else max(until - time.monotonic(), 0.0)

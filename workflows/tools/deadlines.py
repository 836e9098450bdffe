"""Until when something has to be done. Nobody can end a thread from outside, so whoever waits has to look here.

`workflows.tools.http` does. A deadline belongs to the code that is called in its block, in the same thread: one that is
started in the block does not know it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_until: ContextVar[float | None] = ContextVar("countersign_deadline", default=None)
"""On the monotonic clock."""


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """Give the block so many seconds from now; None: no limit of its own. An earlier deadline outside it stays."""
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
    """How long until the deadline, 0 where it has passed; None where there is none."""
    until = _until.get()
    return None if until is None else max(until - time.monotonic(), 0.0)

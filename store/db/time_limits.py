"""Time limits for the database while somebody waits for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_hurry: ContextVar[float | None] = ContextVar("countersign_hurry", default=None)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Limit each statement of this thread to some seconds for the block. Raise `Unavailable` after that."""
    token = _hurry.set(seconds)
    try:
        yield
    finally:
        _hurry.reset(token)


def seconds() -> float | None:
    """Return the seconds that a statement may take here; None: no limit."""
    return _hurry.get()

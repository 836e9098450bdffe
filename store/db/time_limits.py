"""How long the database may take, where somebody waits for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_hurry: ContextVar[float | None] = ContextVar("countersign_hurry", default=None)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Have no statement of this thread take longer for the block: somebody waits. Raise `Unavailable` in it then."""
    token = _hurry.set(seconds)
    try:
        yield
    finally:
        _hurry.reset(token)


def seconds() -> float | None:
    """Seconds that a statement may take here; None: as long as it takes."""
    return _hurry.get()

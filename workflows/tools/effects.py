"""Effects in other systems without an idempotency key, as far as our own client knows of them.

An error that says that nothing was done is about one call only. It does not undo the earlier calls of the same code, so
the journal asks here before it tries the whole again.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_had: ContextVar[list[str] | None] = ContextVar("countersign_effects", default=None)


@contextmanager
def noted() -> Iterator[list[str]]:
    """Collect, for the block and this thread, the systems in which something was or may have been done without a key.

    Notes in an inner block belong to the inner block only.
    """
    had: list[str] = []
    token = _had.set(had)
    try:
        yield had
    finally:
        _had.reset(token)


def note(who: str) -> None:
    """Note that another system did, or may have done, something without a key. `who`: the system's name."""
    had = _had.get()
    if had is not None:
        had.append(who)

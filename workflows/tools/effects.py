"""What was had done in other systems without a key, as far as our own client knows.

Where an error says that nothing was done, it speaks of one call. What the same code had done before is not undone by
it, so whoever would make the whole again asks here.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_had: ContextVar[list[str] | None] = ContextVar("countersign_effects", default=None)


@contextmanager
def noted() -> Iterator[list[str]]:
    """Collect who did, or may have done, something without a key for the block, in this thread.

    What a block inside it notes belongs to that one alone.
    """
    had: list[str] = []
    token = _had.set(had)
    try:
        yield had
    finally:
        _had.reset(token)


def note(who: str) -> None:
    """Note that another system did, or may have done, what it was asked without a key. `who`: its name."""
    had = _had.get()
    if had is not None:
        had.append(who)

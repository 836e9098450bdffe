"""The points at which a process may die, or not hear what came of what it did. In production nothing happens there.

A test has them watched: it ends the process at one of them, or has what was just done look as if it had failed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum


class Failpoint(StrEnum):
    """What is about to be done, or was just done."""

    COMMIT = "commit"
    AUDIT = "audit"
    """A row of the audit, in the midst of its transaction."""
    STEP = "step"
    """A step's or the model's call."""
    EFFECT = "effect"
    """An attempt at a delivery."""
    MESSAGE = "message"
    """A call to Slack by the sender."""
    ACK = "ack"
    """Slack is told that something was heard."""
    RECOVERY = "recovery"
    """A run that a dead worker held is taken back."""


class Side(StrEnum):
    """Where of a seam."""

    BEFORE = "before"
    AFTER = "after"


Watcher = Callable[[Failpoint, Side, str], None]
"""Called at each seam; the text says what it is about. What it raises goes through, as if the thing itself had."""


def _nobody(_seam: Failpoint, _side: Side, _about: str) -> None:
    pass


_watcher: Watcher = _nobody


def before(seam: Failpoint, about: str = "") -> None:
    """It is about to be done."""
    _watcher(seam, Side.BEFORE, about)


def after(seam: Failpoint, about: str = "") -> None:
    """It was done."""
    _watcher(seam, Side.AFTER, about)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Have all seams of this process watched for the block. For tests."""
    global _watcher  # there is one process, and it dies as a whole
    previous, _watcher = _watcher, watcher
    try:
        yield
    finally:
        _watcher = previous

"""Failpoints: the places where a test ends the process, or makes an act look as if it had failed.

In production nothing happens there. They stand before and after everything that lasts: a commit, a call, a message.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum


class Failpoint(StrEnum):
    """The kind of act that a failpoint stands before or after."""

    COMMIT = "commit"
    AUDIT = "audit"
    """A row of the audit trail, inside its transaction."""
    STEP = "step"
    """A call of a step or of the model."""
    EFFECT = "effect"
    """An attempt at a delivery."""
    MESSAGE = "message"
    """A call to Slack by the sender."""
    ACK = "ack"
    """The acknowledgement of a payload to Slack."""
    FETCH = "fetch"
    """A look for cases of a scheduled source."""
    SEAL = "seal"
    """The adding of a seal, and the publishing of its head."""
    DEPLOYMENT = "deployment"
    """The change of the version that a workflow uses, and each act on the way to it."""
    SHADOW = "shadow"
    """A question to a version that is only watched."""
    BATCH = "batch"
    """The sending of a batch of questions, and the keeping of its results."""
    RECOVERY = "recovery"
    """The taking back of a run that a dead worker held."""


class Side(StrEnum):
    """The side of the act: before it is done, or after."""

    BEFORE = "before"
    AFTER = "after"


Watcher = Callable[[Failpoint, Side, str], None]
"""Function called at each failpoint; its text names the object. An error that it raises looks like one of the act."""


def _nobody(_seam: Failpoint, _side: Side, _about: str) -> None:
    pass


_watcher: Watcher = _nobody


def before(seam: Failpoint, about: str = "") -> None:
    """Pass the failpoint before an act."""
    _watcher(seam, Side.BEFORE, about)


def after(seam: Failpoint, about: str = "") -> None:
    """Pass the failpoint after an act."""
    _watcher(seam, Side.AFTER, about)


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Call `watcher` at all failpoints of this process for the block. For tests."""
    global _watcher  # there is one process, and it dies as a whole
    previous, _watcher = _watcher, watcher
    try:
        yield
    finally:
        _watcher = previous

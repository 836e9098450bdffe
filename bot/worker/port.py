"""The port of a dispatcher: it calls `advance` for each ready run, at least once."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from datetime import datetime
from threading import Event
from typing import Protocol

SILENT = 30.0
"""Seconds without a look for work after which a dispatcher no longer counts as working."""


class Dispatcher(Protocol):
    """A dispatcher of ready runs."""

    def alone(self, *, patience: float = 0) -> AbstractContextManager[int]:
        """Be entitled to work on the database for the block; yields the number of runs taken back from a dead process.

        `patience`: seconds to wait for another process, where only one may work. Raise `store.db.process_locks.Taken`
        after that.
        """
        ...

    def begin(self, *, but: Collection[int] = ()) -> int:
        """Take back the runs of a dead process, for a caller that is entitled already; returns their number.

        `but`: runs that threads of this process still work on, for a dispatcher that was told to stop.
        """
        ...

    @property
    def left(self) -> Collection[int]:
        """Runs that are still worked on here, after `run` has ended."""
        ...

    def drain(
        self, *, case: int | None = None, since: datetime | None = None, done: Callable[[], None] = lambda: None
    ) -> int:
        """Work until no run is ready, within `alone`; returns the number of runs that were advanced.

        `case`: meant are the runs of this case. `since`: meant are runs that wait for their delivery, or came or
        changed since. Others may be advanced too. `done`: called after each.
        """
        ...

    def run(self, stop: Event) -> None:
        """Work on ready runs until told to stop, within `alone`; begun work is finished.

        Raise `bot.worker.threads.Unfinished` where that takes too long.
        """
        ...

    def is_able(self) -> bool:
        """Tell whether `run` looks for work, and begins some, now or once a thread is free."""
        ...

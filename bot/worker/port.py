"""What a dispatcher is: it calls `advance` for each run that is ready, at least once."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from threading import Event
from typing import Protocol

SILENT = 30.0
"""Seconds without a look for work after which a dispatcher no longer counts as at work."""


class Dispatcher(Protocol):
    """Has runs advanced."""

    def alone(self, *, patience: float = 0) -> AbstractContextManager[int]:
        """Be entitled to work on the database for the block; yields how many runs a dead process left and were taken
        back.

        `patience`: seconds for which another process is waited for, where only one may work. Raise
        `store.db.process_locks.Taken` then.
        """
        ...

    def drain(
        self, *, case: int | None = None, since: datetime | None = None, done: Callable[[], None] = lambda: None
    ) -> int:
        """Work until nothing is ready, within `alone`; returns how many runs were advanced.

        `case`: this one's runs are what it is about. `since`: runs that wait for their delivery, or came or were
        changed since, are. Others may be advanced too. `done`: called after each.
        """
        ...

    def run(self, stop: Event) -> None:
        """Work on whatever becomes ready until told to stop, within `alone`; what was begun then is finished.

        Raise `bot.worker.threads.Unfinished` where that takes too long.
        """
        ...

    def is_able(self) -> bool:
        """Does `run` look for work, and can it begin some?"""
        ...

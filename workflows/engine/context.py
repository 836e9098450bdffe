"""What every use case of the engine works with. Made once, in `bot/app.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from store.database import Database
from workflows.engine.registry import Registry

Clock = Callable[[], datetime]
"""Tells the time, aware and in UTC."""

SYSTEM = "countersign"
"""The actor where no person is."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """The database, the workflows, the time, and whose rows these are."""

    database: Database
    registry: Registry
    clock: Clock
    team: int

"""What every use case of the engine works with. Made once, in `bot/app.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from store.db.database import Database
from store.governance.teams import Restores
from workflows.engine.declare.registry import Registry

Clock = Callable[[], datetime]
"""Tells the time, aware and in UTC."""

SYSTEM = "countersign"
"""The actor where no person is."""


NEVER = Restores(number=0, at=None)
"""The database was never a backup."""
QUEUE_LIMIT = 100_000
"""How many cases may be to be worked on."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """The database, the workflows, the time, and whose rows these are."""

    database: Database
    registry: Registry
    clock: Clock
    team: int
    queue_limit: int = QUEUE_LIMIT
    """How many cases may be to be worked on; more are not taken in. Those that wait for people do not count."""
    restores: Restores = NEVER
    """How often, and when, the database was said to be a backup. What is older may have been delivered since that was
    made, and numbers were given out again.
    """

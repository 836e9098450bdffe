"""The numbers that /metrics tells: those of all processes from the database, and this one's requests to models."""

import time
from importlib.metadata import version

from bot.app import App
from handlers.web.offered_metrics import Watched
from store.db.time_limits import time_limit
from workflows.engine.read.metrics import numbers_view

_WITHIN = 4.0
"""Seconds within which the database has to answer each question."""


def watched(app: App) -> Watched:
    """Read the numbers. Raise `store.db.database.Unavailable`."""
    began = time.perf_counter()
    with time_limit(_WITHIN):
        view = numbers_view(app.context)
    return Watched(
        view=view,
        requests=app.models.traffic.counts(),
        version=version("countersign-bot"),
        database=app.context.database.dialect,
        seconds=time.perf_counter() - began,
    )

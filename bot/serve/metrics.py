"""The numbers that /metrics tells: those of all processes from the database, and those that this one counts."""

import time
from collections.abc import Mapping
from contextlib import suppress
from importlib.metadata import version
from zoneinfo import ZoneInfo

from bot import logs
from bot.app import App
from bot.serve.digest_jobs import late, planned
from handlers.web.health import Check
from handlers.web.offered_metrics import Watched
from store.db.time_limits import time_limit
from workflows.engine.read.metrics import numbers_view

_WITHIN = 4.0
"""Seconds within which the database has to answer each question."""


def watched(app: App, *, checks: Mapping[str, Check], is_sender: Check) -> Watched:
    """Read the numbers. `checks`: those of /readyz. Raise `store.db.database.Unavailable`."""
    began, context, settings = time.perf_counter(), app.context, app.settings
    with time_limit(_WITHIN):
        view = numbers_view(context)
        plan = planned(settings, known=[workflow.name for workflow in context.registry])
        digests = late(context, plan, zone=ZoneInfo(settings.timezone), at=view.at)
    return Watched(
        view=view,
        digests_late=len(digests),
        checks={name: _holds(check) for name, check in checks.items()},
        is_sender=is_sender(),
        logged=logs.counted(),
        requests=app.models.traffic.counts(),
        version=version("countersign-bot"),
        database=context.database.dialect,
        seconds=time.perf_counter() - began,
    )


def _holds(check: Check) -> bool:
    with suppress(Exception):  # whatever is wrong with it, it does not hold
        return check()
    return False

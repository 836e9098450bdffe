"""The numbers that /metrics tells: those of all processes from the database, and those that this one counts."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from zoneinfo import ZoneInfo

from bot import logs
from bot.app import App
from bot.serve.digest_jobs import late, planned
from handlers.web.health import Check
from handlers.web.offered_metrics import OfProcess, Reading, Watched
from store.db.time_limits import time_limit
from workflows.engine.read.metrics import numbers_view

_WITHIN = 4.0
"""Seconds within which the database has to answer each question."""


def watched(app: App, *, checks: Mapping[str, Check], is_sender: Check) -> Reading:
    """Read the numbers. `checks`: those of /readyz. Raise `store.db.database.Unavailable`."""
    return Reading(each={"": _of_team(app, is_sender=is_sender)}, process=_of_process(checks))


def watched_each(
    apps: Callable[[], Mapping[str, App]], *, checks: Mapping[str, Check], sends: Callable[[str], bool]
) -> Reading:
    """Read the numbers of each workspace that is served. Raise `store.db.database.Unavailable`.

    `sends`: tells whether this process sends to the people of a workspace.
    """
    each = {workspace: _of_team(app, is_sender=partial(sends, workspace)) for workspace, app in apps().items()}
    return Reading(each=each, process=_of_process(checks), are_several=True)


def _of_process(checks: Mapping[str, Check]) -> OfProcess:
    return OfProcess(checks={name: _holds(check) for name, check in checks.items()}, logged=logs.counted())


def _of_team(app: App, *, is_sender: Check) -> Watched:
    began, context, settings = time.perf_counter(), app.context, app.settings
    with time_limit(_WITHIN):
        view = numbers_view(context)
        plan = planned(settings, known=[workflow.name for workflow in context.registry])
        digests = late(context, plan, zone=ZoneInfo(settings.timezone), at=view.at)
    return Watched(
        view=view,
        digests_late=len(digests),
        is_sender=is_sender(),
        requests=app.models.traffic.counts(),
        version=version("countersign-bot"),
        database=context.database.dialect,
        seconds=time.perf_counter() - began,
    )


def _holds(check: Check) -> bool:
    with suppress(Exception):  # whatever is wrong with it, it does not hold
        return check()
    return False

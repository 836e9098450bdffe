"""The server of several workspaces in one process: what they share, and the `Workspaces` that are each served alone."""

from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from functools import partial
from threading import Event

import structlog

from bot.app import Process
from bot.serve.api import ApiServer
from bot.serve.health import answering_health
from bot.serve.install import InstallServer
from bot.serve.metrics import watched_each
from bot.serve.server import answers, author_code, hear, heed_upgrades, watch_stuck
from bot.serve.threads import STOPS_WITHIN, Loop, running
from bot.serve.workspaces import Workspaces
from bot.settings import Settings
from bot.slack.request_url import Url, url_of_many
from bot.slack.socket import Socket, socket_of_many
from bot.slack.switchboard import Switchboard
from bot.slack.workspace import hearing_of
from store.db.changes import asked_together
from store.db.process_locks import exclusive, in_one_session

log = structlog.get_logger()

_AFTER = 5.0
"""Seconds that the process has beyond those of its workspaces, to say which one did not stop."""


def hearing_for(settings: Settings, switchboard: Switchboard) -> Socket | Url:
    """Return what hears all workspaces. Raise `bot.slack.workspace.NoWorkspace` where nothing could be heard."""
    at = hearing_of(settings)
    if at.http is not None:
        return url_of_many(switchboard, at.http)
    return socket_of_many(switchboard, app_token=at.app_token, api_url=settings.slack_api_url, address=at.first)


def serve_several(
    process: Process,
    stop: Event,
    *,
    workspaces: Workspaces,
    switchboard: Switchboard,
    hearing: Socket | Url | None,
    api: ApiServer | None = None,
    install: InstallServer | None = None,
    worker: bool = True,
    started: Callable[[], None] = lambda: None,
) -> bool:
    """Serve until `stop` is set; False where something of the process ended before, or did not end in time.

    A workspace that is broken does not make the process unready while another one is well: whoever watches would take
    away all of them. /readyz counts those in trouble. Raise `store.db.process_locks.Taken` as `server.serve` does.
    """
    settings, database = process.settings, process.database
    loops = [
        Loop(run=partial(watch_stuck, lambda: settings.threads * max(1, workspaces.number))),
        Loop(run=workspaces.run),
    ]
    ended: list[str] = []
    loops.append(Loop(run=partial(heed_upgrades, database, ended)))
    is_running = Event()
    with ExitStack() as held:
        alive = {"loops": lambda: not ended}
        ready = {
            "started": is_running.is_set,
            "not stopping": lambda: not stop.is_set(),
            "database": lambda: answers(database),
            "hearing": lambda: hearing is None or hearing.is_connected,
            "api": lambda: api is None or api.is_answering,
            "workspaces": workspaces.is_ready,
        }
        told = {
            **author_code(),
            "workspaces served": lambda: workspaces.number,
            "workspaces in trouble": lambda: workspaces.in_trouble,
        }
        watching = partial(watched_each, workspaces.apps, checks={**alive, **ready}, sends=workspaces.sends)
        metrics = watching if settings.metrics else None
        held.enter_context(
            answering_health(settings.health_address, alive=alive, ready=ready, told=told, metrics=metrics)
        )
        held.enter_context(in_one_session(database))
        held.enter_context(asked_together(database))
        if worker and database.file is not None:
            held.enter_context(exclusive(database))
        held.callback(switchboard.close)
        if hearing is not None:
            held.callback(hearing.close)
            loops.append(Loop(run=partial(hear, hearing), ends=True))
        if install is not None:
            held.callback(install.close)
        if api is not None:
            held.callback(api.close)
        with (
            running(stop, *loops, ended=ended, within=STOPS_WITHIN + _AFTER),
            api.answering(stop) if api is not None else nullcontext(),
            install.answering() if install is not None else nullcontext(),
        ):
            is_running.set()
            started()
            stop.wait()
            log.info("stopping")
    log.info("stopped")
    return not ended

"""The server of one workspace: the worker, the sender, the schedule and Slack's socket in one process.

It stops in the order that loses nothing: it begins nothing new and finishes what it began, then waits until no click is
in flight, and closes the socket last. Work that does not end within a while is cut off.
"""

from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from datetime import date
from datetime import time as time_of_day
from functools import partial
from threading import Event
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.app import App
from bot.serve import fetches
from bot.serve.api import ApiServer
from bot.serve.digest_jobs import daily, planned
from bot.serve.fetches import Fetches
from bot.serve.health import answering_health
from bot.serve.loops import LoopsOfTeam
from bot.serve.metrics import watched
from bot.serve.schedule import Daily, Schedule, Turn
from bot.serve.threads import Loop, running
from bot.slack.request_url import Url
from bot.slack.socket import Socket
from bot.slack.wiring import Slack
from bot.worker.threads import SLOW
from store.db import migration
from store.db.database import Database, Unavailable, Upgrading
from store.db.schema_lock import UPGRADING, OtherSchema
from store.db.time_limits import time_limit
from workflows.engine.context import Clock
from workflows.engine.declare.calls import author_threads
from workflows.engine.health import watch as health
from workflows.engine.review.form import drafts, second_look
from workflows.engine.sources.heard import messages
from workflows.engine.sources.programs import handing_in
from workflows.quality.improvements.finding import find
from workflows.quality.improvements.telling import tell

log = structlog.get_logger()

STUCK_FOR_EACH = 4
"""Threads that may hang in authors' code, for each of ours; with more the process ends, to be started anew."""
_LOOK = 1.0
"""Seconds between two looks at them."""
_UPGRADES = 2.0
"""Seconds between two looks whether the database is to be upgraded."""
_ANSWERS_WITHIN = 1.5
"""Seconds within which the database has to answer a health check."""


def serve(
    app: App,
    stop: Event,
    *,
    slack: Slack | None,
    api: ApiServer | None = None,
    worker: bool = True,
    schedule: Schedule | None = None,
    spans: Callable[[Event], None] | None = None,
    started: Callable[[], None] = lambda: None,
) -> bool:
    """Serve until `stop` is set; False where a loop ended before, or did not end in time.

    `api`: the HTTP API, where one is wanted. `spans`: the loop that sends spans, where some are wanted. `started`:
    called when everything runs. Raise `store.db.process_locks.Taken` where only one process may work on the database,
    and another one does.
    """
    of_team = LoopsOfTeam(app, slack=slack, worker=worker, spans=spans)
    loops = [Loop(run=partial(watch_stuck, lambda: app.settings.threads)), *of_team.loops]
    ended: list[str] = []
    loops.append(Loop(run=partial(heed_upgrades, app.context.database, ended)))
    is_running = Event()
    with ExitStack() as held:
        # Health is answered first and ends last, so that a supervisor sees how far the process is.
        alive = {"loops": lambda: not ended}
        ready = {
            "started": is_running.is_set,
            "not stopping": lambda: not stop.is_set(),
            "database": lambda: answers(app.context.database),
            "hearing": lambda: slack is None or slack.hearing.is_connected,
            "posting": of_team.posts,
            "slack": lambda: slack is None or (slack.hearing.is_connected and of_team.posts()),
            "worker": of_team.works,
            "api": lambda: api is None or api.is_answering,
            "follow-ups": of_team.makes_follow_ups,
        }
        address = app.settings.health_address
        watching = partial(watched, app, checks={**alive, **ready}, is_sender=of_team.is_sender)
        metrics = watching if app.settings.metrics else None
        held.enter_context(answering_health(address, alive=alive, ready=ready, told=author_code(), metrics=metrics))
        if worker:
            taken_back = held.enter_context(app.dispatcher.alone())
            if taken_back:
                log.info("runs.taken_back", runs=taken_back)
        if slack is not None:
            held.callback(slack.hearing.close)
            # Work on cases continues while Slack cannot be reached.
            loops.append(Loop(run=partial(hear, slack.hearing), ends=True))
        if api is not None:
            held.callback(api.close)
        with running(stop, *loops, ended=ended), api.answering(stop) if api is not None else nullcontext():
            if schedule is not None:
                schedule.start()
            is_running.set()
            started()
            stop.wait()
            log.info("stopping")
            if schedule is not None:
                schedule.stop()
    log.info("stopped")
    return not ended


def author_code() -> dict[str, Callable[[], int]]:
    """Return what is told of authors' code that does not return."""
    return {"given up and running": lambda: len(author_threads.stuck()), "slow": _slow}


def schedule_of(app: App, *, clock: Clock | None = None) -> Schedule:
    """Return the schedule of the digests, of a daily sweep, and of looks for cases where a workflow has any.

    `clock`: another clock than the context's, for what is daily.
    """
    zone = ZoneInfo(app.settings.timezone)

    def swept(_: date) -> None:
        drafts.sweep(app.context)
        messages.sweep(app.context)
        health.forget(app.context)
        handing_in.sweep(app.context)

    def improved(_: date) -> None:
        for workflow in app.context.registry:
            find(app.context, workflow.name)
        tell(app.context)

    at = time_of_day.fromisoformat(app.settings.digest_at)
    sweep = Daily(name="sweep", at=at, make=swept)
    improving = Daily(name="improvements", at=at, make=improved)
    wanted = planned(app.settings, known=[workflow.name for workflow in app.context.registry])
    digests = [daily(app.context, one, zone=zone) for one in wanted]
    looks = Fetches(app)
    turn = Turn(name="fetches", every=fetches.EVERY, begin=looks.turn, stop=looks.stop)
    turns = [turn] if any(workflow.fetches for workflow in app.context.registry) else []
    return Schedule([sweep, *digests, improving], zone=zone, clock=clock or app.context.clock, turns=turns)


def heed_upgrades(database: Database, ended: list[str], stop: Event) -> None:
    """Stop where the database is to be upgraded, or was: the next version goes on.

    Code that is not 0 has a supervisor start the process again, with the version that is installed then.
    """
    while not stop.wait(_UPGRADES):
        try:
            why = migration.why_to_end(database)
        except OtherSchema as error:
            why = str(error)
        except Upgrading:
            why = UPGRADING
        except (DBAPIError, Unavailable):
            continue  # The other loops say so.
        if why is not None:
            log.warning("serve.ends", why=why)
            ended.append(why)
            stop.set()


def hear(hearing: Socket | Url, stop: Event) -> None:
    """Connect to Slack, once what the first press may need is loaded: it has three seconds in all."""
    second_look.prepare()
    hearing.connect(stop)


def answers(database: Database) -> bool:
    """Tell whether a database answers at once."""
    with time_limit(_ANSWERS_WITHIN), database.read() as session:
        session.execute(text("SELECT 1"))
    return True


def watch_stuck(threads: Callable[[], int], stop: Event) -> None:
    """Raise `RuntimeError` where so many threads hang that only a new process helps. `threads`: the number of ours."""
    while not stop.wait(_LOOK):
        stuck = author_threads.stuck()
        if len(stuck) > STUCK_FOR_EACH * threads():
            where = sorted({f"{one.what} of {one.workflow}" for one in stuck})
            raise RuntimeError(f"{len(stuck)} threads hang in authors' code: {', '.join(where)}")


def _slow() -> int:
    """Count the pieces of authors' code that have been running for a while."""
    return sum(author_threads.slow(SLOW).values())

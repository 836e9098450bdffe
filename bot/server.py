"""`serve`: the worker, the sender, the schedule and Slack's socket in one process, until it is told to stop.

It stops in the order that loses nothing: first it begins nothing new and finishes what it began, then it waits until no
click is in flight, and last it lets go of the socket.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import time
from functools import partial
from threading import Event, Thread
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.app import App
from bot.health import answering_health
from bot.schedule import Schedule
from bot.slack import Slack
from store.database import Unavailable, hurried
from store.exclusive import SENDER, Taken, exclusive
from workflows.engine import digests

log = structlog.get_logger()

_TURN = 2.0
"""Seconds between two attempts to become the sender."""
_ANSWERS_WITHIN = 1.5
"""Seconds within which the database has to answer a look at our health."""


def serve(
    app: App,
    stop: Event,
    *,
    slack: Slack | None,
    worker: bool = True,
    schedule: Schedule | None = None,
    started: Callable[[], None] = lambda: None,
) -> bool:
    """Serve until `stop` is set; False where a loop ended before. `started`: called when everything runs.

    Raise `store.exclusive.Taken` where only one process may work on the database, and another one does.
    """
    loops: list[Callable[[Event], None]] = []
    ended: list[str] = []
    running = Event()
    with ExitStack() as held:
        # It answers first and ends last: what watches us learns how far we are.
        alive = {"loops": lambda: not ended}
        ready = {
            "started": running.is_set,
            "not stopping": lambda: not stop.is_set(),
            "database": lambda: _answers(app),
            "slack": lambda: slack is None or slack.hearing.is_connected,
        }
        held.enter_context(answering_health(app.settings.health_address, alive=alive, ready=ready))
        if worker:
            taken_back = held.enter_context(app.dispatcher.alone())
            if taken_back:
                log.info("runs.taken_back", runs=taken_back)
            loops.append(app.dispatcher.run)
        if slack is not None:
            held.callback(slack.hearing.close)
            # The work goes on while Slack is not to be reached.
            loops += [slack.hearing.connect, partial(_send, app, slack)]
        with _threads(stop, *loops, ended=ended):
            if schedule is not None:
                schedule.start()
            running.set()
            started()
            stop.wait()
            log.info("stopping")
            if schedule is not None:
                schedule.stop()
    log.info("stopped")
    return not ended


def schedule_of(app: App) -> Schedule:
    """What makes the summary of the day."""
    zone = ZoneInfo(app.settings.timezone)
    return Schedule(
        lambda today: digests.make(app.context, today=today, zone=zone),
        at=time.fromisoformat(app.settings.digest_at),
        zone=zone,
        clock=app.context.clock,
    )


def _send(app: App, slack: Slack, stop: Event) -> None:
    """Send, as long as this process is the one that does. Another one takes over when it ends."""
    while not stop.is_set():
        try:
            with exclusive(app.context.database, name=SENDER) as is_held:
                slack.sender.run(stop, entitled=is_held)
        except Taken:
            stop.wait(_TURN)
        except (DBAPIError, Unavailable) as error:
            log.warning("sender.without_database", error=type(error).__name__)
            stop.wait(_TURN)


def _answers(app: App) -> bool:
    with hurried(_ANSWERS_WITHIN), app.context.database.read() as session:
        session.execute(text("SELECT 1"))
    return True


@contextmanager
def _threads(stop: Event, *loops: Callable[[Event], None], ended: list[str]) -> Iterator[None]:
    """Have these loops run for the block; they are told to stop at its end, and waited for.

    `ended`: gets the names of those that end by an error.
    """
    threads = [Thread(target=_guarded, args=(loop, stop, ended)) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _guarded(loop: Callable[[Event], None], stop: Event, ended: list[str]) -> None:
    """Run a loop. Where one ends by an error, all stop: a process that does half its work looks alive."""
    try:
        loop(stop)
    except Exception as error:  # the loops' edge: the process ends and says why
        log.error("loop.ended", loop=str(loop), error=type(error).__name__, exc_info=error)
        ended.append(str(loop))
        stop.set()

"""`serve`: the worker, the sender, the schedule and Slack's socket in one process, until it is told to stop.

It stops in the order that loses nothing: first it begins nothing new and finishes what it began, then it waits until no
click is in flight, and last it lets go of the socket.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import structlog

from bot.app import App
from bot.slack import Slack

log = structlog.get_logger()


def serve(app: App, slack: Slack, stop: Event, *, started: Callable[[], None] = lambda: None) -> bool:
    """Serve until `stop` is set; False where a loop ended before. `started`: called when everything runs.

    Raise `store.exclusive.Taken` where another process works on the database.
    """
    with app.dispatcher.alone() as taken_back:
        if taken_back:
            log.info("runs.taken_back", runs=taken_back)
        try:
            # The work goes on while Slack is not to be reached.
            with _threads(stop, app.dispatcher.run, slack.sender.run, slack.hearing.connect) as ended:
                slack.schedule.start()
                started()
                stop.wait()
                log.info("stopping")
                slack.schedule.stop()
        finally:
            slack.hearing.close()
    log.info("stopped")
    return not ended


@contextmanager
def _threads(stop: Event, *loops: Callable[[Event], None]) -> Iterator[list[str]]:
    """Have these loops run for the block; they are told to stop at its end, and waited for.

    Yields the names of those that ended by an error.
    """
    ended: list[str] = []
    threads = [Thread(target=_guarded, args=(loop, stop, ended), name=loop.__qualname__) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        yield ended
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _guarded(loop: Callable[[Event], None], stop: Event, ended: list[str]) -> None:
    """Run a loop. Where one ends by an error, all stop: a process that does half its work looks alive."""
    try:
        loop(stop)
    except Exception as error:  # the loops' edge: the process ends and says why
        log.error("loop.ended", loop=loop.__qualname__, error=type(error).__name__, exc_info=error)
        ended.append(loop.__qualname__)
        stop.set()

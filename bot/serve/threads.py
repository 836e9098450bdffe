"""The loops of a server: each in a thread of its own, until they are told to stop.

Where one ends by itself, all are told to stop: what does half its work looks alive.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event, Thread

import structlog

log = structlog.get_logger()

STOPS_WITHIN = 30.0
"""Seconds that the loops have to end when told to stop; the dispatcher has 20 of these for begun work."""


@dataclass(frozen=True, kw_only=True)
class Loop:
    """A loop that runs until it is told to stop."""

    run: Callable[[Event], None]
    ends: bool = False
    """True if it may end before, when its work is done."""


@contextmanager
def running(
    stop: Event, *loops: Loop, ended: list[str], workspace: str | None = None, within: float = STOPS_WITHIN
) -> Iterator[None]:
    """Run these loops for the block; at its end they are told to stop, and waited for.

    `ended`: gets the names of loops that ended by an error, before their time, or not in time. `workspace`: whose
    loops they are, for the log, where there are several. `within`: seconds that they have.
    """
    threads = [Thread(target=_guarded, args=(loop, stop, ended, workspace), daemon=True) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        until = time.monotonic() + within
        for thread, loop in zip(threads, loops, strict=True):
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                log.error("loop.cut_off", loop=str(loop.run))
                ended.append(str(loop.run))


def _guarded(loop: Loop, stop: Event, ended: list[str], workspace: str | None) -> None:
    """Run a loop. Where one ends by itself, all stop."""
    if workspace is not None:
        structlog.contextvars.bind_contextvars(workspace=workspace)
    try:
        loop.run(stop)
        if loop.ends or stop.is_set():
            return
        log.error("loop.ended", loop=str(loop.run), error=None)
    except BaseException as error:  # the loops' edge: the process ends and says why
        log.error("loop.ended", loop=str(loop.run), error=type(error).__name__, exc_info=error)
    ended.append(str(loop.run))
    stop.set()

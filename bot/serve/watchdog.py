"""The watchdog: ends a process that no longer runs Python code, so that its supervisor starts it again.

A regular expression that runs for minutes, or a library's C code, may hold the interpreter: then no Python thread runs,
no signal is heard and no health check answered. A thread of faulthandler needs no interpreter. Its timer is restarted
again and again. Where that stops, it writes the position of each thread (no values) to standard error, and ends the
process with 1. A process that was stopped for longer (SIGSTOP, a machine that slept) ends when it continues.
"""

import faulthandler
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import structlog

log = structlog.get_logger()

_WINDINGS = 4
"""Number of restarts of the timer within its time."""


@contextmanager
def ending_if_frozen(seconds: float) -> Iterator[None]:
    """End the process where no Python code ran for so many seconds in the block; 0: never."""
    stderr = sys.__stderr__
    if not seconds or stderr is None:
        yield
        return
    stop = Event()

    def wind() -> None:
        while True:
            faulthandler.dump_traceback_later(seconds, exit=True, file=stderr)
            if stop.wait(seconds / _WINDINGS):
                return

    winding = Thread(target=wind, name="watchdog", daemon=True)
    winding.start()
    try:
        yield
    finally:
        stop.set()
        winding.join()
        faulthandler.cancel_dump_traceback_later()


@contextmanager
def ending_after(stop: Event, *, seconds: float) -> Iterator[None]:
    """End the process with 1 where the block does not end within so many seconds after `stop` is set."""
    over = Event()

    def wait() -> None:
        stop.wait()
        if not over.wait(seconds):
            log.error("stopping.forced", seconds=seconds)
            for stream in (sys.stdout, sys.stderr):
                stream.flush()
            os._exit(1)

    waiting = Thread(target=wait, name="last-call", daemon=True)
    waiting.start()
    try:
        yield
    finally:
        over.set()
        stop.set()
        waiting.join()

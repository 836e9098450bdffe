"""The supervisor: starts a worker again while it is killed or ends with an error; prints the number of starts.

`python -m tests.chaos.supervisor TIMES`. All is imported once, and each start is a fork: that is quicker than as many
new processes, and they end as really.
"""

import os
import sys

from bot import discovery
from bot.app import opened
from bot.serve.watchdog import ending_if_frozen
from bot.settings import settings


def work() -> None:
    """Work until no run is ready."""
    with opened(settings()) as app, app.dispatcher.alone(), ending_if_frozen(app.settings.frozen_seconds):
        app.dispatcher.drain()


def supervise(times: int) -> int:
    """Start the worker until it ends by itself, at most so many times; returns the number of starts."""
    for start in range(1, times + 1):
        child = os.fork()
        if child == 0:
            work()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.waitstatus_to_exitcode(status) == 0:
            return start
    return times + 1


if __name__ == "__main__":
    # Loading the library is the slowest part of a start.
    discovery.library()
    sys.stdout.write(str(supervise(int(sys.argv[1]))))

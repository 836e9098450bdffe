"""Starts a worker again as long as it is killed or ends with an error; prints how often it was started.

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
    """Work until nothing is ready."""
    with opened(settings()) as app, app.dispatcher.alone(), ending_if_frozen(app.settings.frozen_seconds):
        app.dispatcher.drain()


def supervise(times: int) -> int:
    """Start it until it ends by itself, at most so many times; returns how often that was."""
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
    # What a start takes longest for.
    discovery.library()
    sys.stdout.write(str(supervise(int(sys.argv[1]))))

"""Waiting for what something else is about to do, for as long as a slow machine with much else to do may need."""

import time
from collections.abc import Callable

LONGEST = 150.0
"""Seconds to wait for another thread, process or program. It measures nothing: it only ends a test that hangs, with a
message of its own, before pytest's time-out of 300 s ends it without one."""
LONGEST_LOOK = 0.25
"""Seconds between two looks at most: who looks all the time takes from others what they need to get there."""


def wait_until(reached: Callable[[], object]) -> None:
    """Wait for what another thread or process is about to do."""
    end, pause = time.monotonic() + LONGEST, 0.01
    while not reached():
        assert time.monotonic() < end, "it never came to that"
        time.sleep(pause)
        pause = min(1.5 * pause, LONGEST_LOOK)

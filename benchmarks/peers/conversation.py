"""Messages between a measured process and its measurer: a JSON line each time, nothing shared."""

import json
import sys
import time


def say(**values: object) -> None:
    """Tell the measurer something. Libraries may print beside it."""
    sys.stdout.write(json.dumps({"bench": values}) + "\n")
    sys.stdout.flush()


def hear() -> str:
    """Wait for an order; returns it. The end of the input ends the process."""
    line = sys.stdin.readline()
    if not line:
        sys.exit("nobody measures any more")
    return line.strip()


def now() -> float:
    """Return the seconds on a clock that all processes of a machine share."""
    return time.time()

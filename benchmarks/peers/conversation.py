"""What a measured process and the one that measures it say to each other: a JSON line each time, nothing shared."""

import json
import sys
import time


def say(**values: object) -> None:
    """Tell the one that measures something. Libraries may print beside it."""
    sys.stdout.write(json.dumps({"bench": values}) + "\n")
    sys.stdout.flush()


def hear() -> str:
    """Wait until there is something to do; returns what. The end of the input is the end of the process."""
    line = sys.stdin.readline()
    if not line:
        sys.exit("nobody measures any more")
    return line.strip()


def now() -> float:
    """Seconds, on a clock that all processes of a machine share."""
    return time.time()

"""New files for their owner alone: what is written there may hold cases, whatever the machine lets others read."""

import os


def for_owner_alone(path: str, flags: int) -> int:
    """Open a file that others on this machine cannot read. It is an `opener` of Python's `open`, with mode `x`."""
    return os.open(path, flags, 0o600)

"""Stopped processes: alive to their system, but they answer nobody."""

import contextlib
import os
import signal
from collections.abc import Iterator

import psutil  # type: ignore[import-untyped]  # ships no types


@contextlib.contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Stop a server with all its processes for the block."""
    parent = psutil.Process(pid)
    everyone = [parent, *parent.children(recursive=True)]
    for process in everyone:
        os.kill(process.pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in everyone:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGCONT)

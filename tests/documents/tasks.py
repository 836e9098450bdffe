"""Tasks that misbehave in the process that opens files, as a hostile file could have it."""

import os
import signal
import socket
import time
from pathlib import Path
from typing import Any

from workflows.documents.refusals import Why, refusal


def repeat(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """Return the file, so often as is asked."""
    return data * int(asked.get("times", 1))


def refuse(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """Refuse the file, with numbers."""
    raise refusal(Why.TOO_MANY_PAGES, found=7, most=3)


def tell(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """Return what can be seen of the process."""
    files = len(os.listdir("/proc/self/fd"))
    return f"{dict(os.environ)} {Path.cwd()} {os.listdir('.')} {files}".encode()


def wait(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """Wait for ever."""
    while True:
        time.sleep(1)


def compute(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """Compute for ever, deaf to what can be ignored."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_IGN)
    while True:
        pass


def grow(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """Take all the memory that there is."""
    taken = []
    while True:
        taken.append(bytearray(16 * 1024 * 1024))


def crash(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """End as broken native code ends."""
    os.kill(os.getpid(), signal.SIGSEGV)
    raise AssertionError


def write(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """Write a file."""
    Path("written").write_bytes(data)
    return b"written"


def connect(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """Reach a server on this machine."""
    try:
        socket.create_connection(("127.0.0.1", int(asked["port"])), timeout=5).close()
    except OSError:
        return b"no"
    return b"yes"


def lie(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """Answer what no task answers, as one does that was taken over."""
    os.write(3, data)
    os._exit(0)


def leave_behind(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """Start programs that go on: one in its group, one that leaves it."""
    pids = []
    for leaves in (False, True):
        pid = os.fork()
        if pid == 0:
            if leaves:
                os.setsid()
            time.sleep(600)
            os._exit(0)
        pids.append(pid)
    return " ".join(map(str, pids)).encode()


def end_zygote(data: bytes, asked: dict[str, Any]) -> bytes:  # Any: JSON
    """End the process that forks."""
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(600)
    raise AssertionError

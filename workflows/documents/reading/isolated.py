"""Work on files in a process of its own, with limits on its time, memory, and the size of what it answers.

    found = isolated.run("workflows.documents.reading.files.read", data, asked={"pages": 100}, bounds=Bounds())

A task is named and not given, so that this process never imports what opens files. It gets the file and what is asked,
and answers with bytes. Those are untrusted: whoever opened a hostile file may be its puppet. Nothing is unpickled; the
caller validates what it gets.
"""

import contextlib
import json
import math
import os
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import weakref
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import IO, Any

import structlog

from workflows.documents.refusals import DocumentRefused, Why, refusal

log = structlog.get_logger()
_START = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from workflows.documents.reading.zygote import serve
serve(int(sys.argv[2]), sys.argv[3])
"""
_STARTING = 60.0
"""Seconds that the first import may take on a slow machine."""
_ENDING = 10.0
"""Seconds in which a child has to be gone after it was given up."""
_TRIES = 2
"""Of a file whose process went away under it, for whatever reason."""
_CHUNK = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """The limits of one piece of work."""

    seconds: float = 60.0
    """Of time, and of its processor's time."""
    memory: int = 1024 * 1024 * 1024
    """Bytes of address space, of the process and of each program that it starts."""
    answer: int = 64 * 1024 * 1024
    """Bytes of what it answers."""
    programs: bool = False
    """True if it may start programs."""


@dataclass(frozen=True, kw_only=True)
class _Zygote:
    process: subprocess.Popen[bytes]
    control: socket.socket
    root: Path
    owner: int
    """The process that started it."""


class Isolated:
    """A process that opens files, a child for each. It is started by the first file, and anew after its end."""

    def __init__(self, *, at_once: int | None = None, patience: float = 30.0) -> None:
        """`at_once`: files that are open at a time; left out, one for each processor, and at most 4.

        `patience`: seconds that another file waits for its turn before it is refused as `Why.BUSY`.
        """
        self.at_once = at_once or min(os.cpu_count() or 1, 4)
        self._free, self._patience = BoundedSemaphore(self.at_once), patience
        self._lock = Lock()
        self._zygote: _Zygote | None = None
        self._end: weakref.finalize[..., Isolated] | None = None

    def run(
        self,
        task: str,
        data: bytes,
        *,
        asked: Mapping[str, Any] | None = None,  # Any: JSON
        bounds: Bounds | None = None,
        patience: float | None = None,
    ) -> bytes:
        """Return what a task answers about a file. Raise `DocumentRefused`.

        `task`: the full name of a function of ours that takes the file and what is asked, and returns bytes.
        `patience`: seconds to wait for its turn, where it is not the usual.
        """
        if not self._free.acquire(timeout=self._patience if patience is None else patience):
            raise refusal(Why.BUSY)
        try:
            return self._tried(task, data, asked or {}, bounds or Bounds())
        except OSError as error:
            # This machine has no room for a file or a process: that is no fault of the file's.
            log.error("documents.no_process", error=str(error))
            raise refusal(Why.BUSY) from error
        finally:
            self._free.release()

    def close(self) -> None:
        """End the process. The next file starts another one."""
        with self._lock:
            self._forget()

    def _tried(self, task: str, data: bytes, asked: Mapping[str, Any], bounds: Bounds) -> bytes:  # Any: JSON
        """Return the answer. Raise `DocumentRefused`, or `OSError` where no process could be had."""
        work: _Work | None = None
        with _file(task, data, asked, bounds) as file:
            for _ in range(_TRIES):
                work = self._once(file, bounds)
                done = work.answer() if work else None
                if done is not None:
                    return done
        if work is None or not work.began:
            raise OSError("the process that opens files ended before it opened one")
        raise refusal(Why.BROKEN)

    def _once(self, file: IO[bytes], bounds: Bounds) -> "_Work | None":
        """Return what came of one try; None where there was no zygote to hand it to."""
        life, of_zygote = socket.socketpair()
        out, of_child = socket.socketpair()
        with life, of_zygote, out, of_child:
            with self._lock:
                zygote = self._running()
                try:
                    socket.send_fds(zygote.control, [b"f"], [of_zygote.fileno(), of_child.fileno(), file.fileno()])
                except OSError:
                    self._forget()
                    return None
            of_zygote.close()
            of_child.close()
            work = _Work(life, out, bounds)
            work.follow()
        if work.status is None:
            with self._lock:
                if self._zygote is zygote:
                    self._forget()
        return work

    def _running(self) -> _Zygote:
        zygote = self._zygote
        if zygote and zygote.owner == os.getpid() and zygote.process.poll() is None:
            return zygote
        self._forget()
        self._zygote = _started()
        self._end = weakref.finalize(self, _ended, self._zygote)
        return self._zygote

    def _forget(self) -> None:
        if self._end:
            self._end()
        self._zygote = self._end = None


class _Work:
    """One piece of work as this process sees it: whether it began, how it ended, and what it answered."""

    def __init__(self, life: socket.socket, out: socket.socket, bounds: Bounds) -> None:
        self._life, self._out, self._bounds = life, out, bounds
        self._said, self._parts, self._size = b"", list[bytes](), 0
        self._given_up: Why | None = None
        self._until = time.monotonic() + _STARTING
        self.began = False
        """True if a child has the file."""
        self.status: int | None = None
        """Return code of the child, as `subprocess` has it; None while nobody said so."""

    def follow(self) -> None:
        """Read until it is over. Give up what is late, or says too much."""
        with selectors.DefaultSelector() as heard:
            heard.register(self._life, selectors.EVENT_READ)
            heard.register(self._out, selectors.EVENT_READ)
            while self.status is None:
                left = self._until - time.monotonic()
                if left <= 0:
                    if self._given_up:
                        return  # not even that helps: the zygote itself has to go
                    self._give_up(Why.TOO_SLOW if self.began else Why.BUSY)
                    continue
                for key, _ in heard.select(left):
                    if key.fileobj is self._life:
                        if not self._hear():
                            return
                    elif not self._take():
                        heard.unregister(self._out)
        self._out.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while self._take():
                pass

    def answer(self) -> bytes | None:
        """Return what it answered; None where nobody knows how it ended. Raise `DocumentRefused`."""
        if self._given_up:
            raise refusal(self._given_up)
        if self.status is None:
            return None
        if self.status in (-signal.SIGALRM, -signal.SIGXCPU):
            raise refusal(Why.TOO_SLOW)
        head, newline, body = b"".join(self._parts).partition(b"\n")
        if self.status != 0 or not newline:
            raise refusal(Why.BROKEN)
        refused = _refused(head)
        if refused:
            raise refused
        return body

    def _hear(self) -> bool:
        try:
            said = self._life.recv(4096)
        except ConnectionError:
            said = b""
        self._said += said
        if not self.began and self._said.startswith(b"started "):
            self.began = True
            self._until = time.monotonic() + self._bounds.seconds
        if b"ended " in self._said and self._said.endswith(b"\n"):
            self.status = int(self._said.rpartition(b"ended ")[2])
        return bool(said)

    def _take(self) -> bool:
        try:
            part = self._out.recv(_CHUNK)
        except ConnectionError:
            part = b""
        self._size += len(part)
        if self._size > self._bounds.answer:
            self._parts.clear()
            if not self._given_up:
                self._give_up(Why.TOO_SLOW)
        elif part:
            self._parts.append(part)
        return bool(part)

    def _give_up(self, why: Why) -> None:
        self._given_up = why
        self._until = time.monotonic() + _ENDING
        with contextlib.suppress(OSError):  # it is gone already
            self._life.shutdown(socket.SHUT_WR)


def _refused(head: bytes) -> DocumentRefused | None:
    """Return the refusal that a child says; None if it says none. Nothing that it says reaches a person as it is."""
    try:
        said = json.loads(head)
        if not said:
            return None
        numbers = (said["found"], said["most"])
        found, most = (each if isinstance(each, int) and 0 <= each < math.inf else None for each in numbers)
        return refusal(Why(said["why"]), found=found, most=most)
    except (ValueError, KeyError, TypeError, RecursionError):
        return refusal(Why.BROKEN)


def _file(task: str, data: bytes, asked: Mapping[str, Any], bounds: Bounds) -> IO[bytes]:  # Any: JSON
    """Return a file without a name that holds what is to be done, and the document."""
    file: IO[bytes]
    if sys.platform == "linux":
        file = open(os.memfd_create("document"), "w+b")  # noqa: SIM115 (the caller closes it)
    else:
        file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    file.write(json.dumps({"task": task, "asked": asked, "bounds": asdict(bounds)}).encode() + b"\n")
    file.write(data)
    file.flush()
    return file


def _started() -> _Zygote:
    root = Path(tempfile.mkdtemp(prefix="countersign-files-"))
    ours, its = socket.socketpair()
    path = [str(Path(place).resolve()) for place in sys.path]
    command = [sys.executable, "-I", "-c", _START, json.dumps(path), str(its.fileno()), str(root)]
    try:
        process = subprocess.Popen(  # noqa: S603 (ourselves, and paths of ours)
            command,
            pass_fds=[its.fileno()],
            env={},
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        ours.close()
        root.rmdir()
        raise
    finally:
        its.close()
    return _Zygote(process=process, control=ours, root=root, owner=os.getpid())


def _ended(zygote: _Zygote) -> None:
    zygote.control.close()
    if zygote.owner != os.getpid():
        return  # it belongs to the process from which this one was forked
    try:
        zygote.process.wait(timeout=2.0)
    except subprocess.TimeoutExpired:
        zygote.process.kill()
        zygote.process.wait()
    shutil.rmtree(zygote.root, ignore_errors=True)


@lru_cache(maxsize=1)
def shared() -> Isolated:
    """Return the one of this process: however many teams it serves, so many files are open at a time."""
    return Isolated()

"""The process in which files are opened: it imports what reads them once, and forks itself for each file.

It opens no file itself, so that none can touch the next one; each is opened by a child with limits, which ends with it.
It is alone in its thread, so that a fork is safe. It ends, and its children with it, when the process that started it
does.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import resource
import selectors
import shutil
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from workflows.documents.refusals import DocumentRefused, Why

READY = (
    "lxml.etree",
    "pypdfium2",
    "PIL.JpegImagePlugin",
    "PIL.PngImagePlugin",
    "PIL.TiffImagePlugin",
    "workflows.documents.pictures.drawing",
    "workflows.documents.reading.files",
    "workflows.documents.reading.ocr",
)
"""Modules that are imported before the first fork."""
_OPEN_FILES = 64
_DIES_WITH_PARENT, _ADOPTS = 1, 36
"""PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER of Linux."""
_WITHOUT_NETWORK = 0x10000000 | 0x40000000
"""CLONE_NEWUSER and CLONE_NEWNET of Linux."""

Task = Callable[[bytes, dict[str, Any]], bytes]  # Any: JSON
"""A task of a child: a file and what is asked of it in, bytes out. It raises `DocumentRefused`."""


@dataclass(frozen=True, kw_only=True)
class _Child:
    pid: int
    life: socket.socket
    folder: Path


def serve(control: int, root: str) -> None:
    """Fork a child for each file that is handed over on a socket, until that is closed."""
    for name in READY:
        importlib.import_module(name)
    if sys.platform == "linux":
        system = ctypes.CDLL(None, use_errno=True)
        system.prctl(_ADOPTS, 1)
        # Where the system does not allow it, there is a network; nothing here uses it either way.
        system.unshare(_WITHOUT_NETWORK)
    gc.collect()
    gc.freeze()
    _Zygote(socket.socket(fileno=control), Path(root)).serve()


class _Zygote:
    def __init__(self, control: socket.socket, root: Path) -> None:
        self._control, self._root, self._made = control, root, 0
        self._children: dict[int, _Child] = {}
        self._heard = selectors.DefaultSelector()
        self._heard.register(control, selectors.EVENT_READ)
        ended, self._wake = socket.socketpair()
        for end in (ended, self._wake):
            end.setblocking(False)
        self._heard.register(ended, selectors.EVENT_READ)
        self._ended = ended
        signal.set_wakeup_fd(self._wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def serve(self) -> None:
        while True:
            for key, _ in self._heard.select():
                if key.fileobj is self._control:
                    sent, descriptors, _, _ = socket.recv_fds(self._control, 1, 3)
                    if not sent:
                        return self._leave()
                    self._fork(*descriptors)
                elif key.fileobj is self._ended:
                    with contextlib.suppress(BlockingIOError):
                        self._ended.recv(4096)
                else:  # who wants the result gives it up
                    self._heard.unregister(key.fileobj)
                    _kill(key.data)
            self._reap()

    def _fork(self, life: int, out: int, file: int) -> None:
        folder = self._root / str(self._made)
        self._made += 1
        folder.mkdir(mode=0o700)
        own = os.getpid()
        pid = os.fork()
        if pid == 0:
            _live(own, folder, out=out, file=file)
        with contextlib.suppress(OSError):  # it has done so itself, or ended
            os.setpgid(pid, pid)
        os.close(out)
        os.close(file)
        child = _Child(pid=pid, life=socket.socket(fileno=life), folder=folder)
        self._children[pid] = child
        self._heard.register(child.life, selectors.EVENT_READ, pid)
        self._tell(child, f"started {pid}\n")

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            child = self._children.pop(pid, None)
            if child is None:
                continue
            _kill(pid)  # programs that it started
            self._end_strays()
            shutil.rmtree(child.folder, ignore_errors=True)
            with contextlib.suppress(KeyError):
                self._heard.unregister(child.life)
            self._tell(child, f"ended {os.waitstatus_to_exitcode(status)}\n")
            child.life.close()

    def _end_strays(self) -> None:
        """End programs that left the group of the child that started them, and were adopted."""
        with contextlib.suppress(OSError):  # a system that does not list them
            listed = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
            for pid in {int(one) for one in listed} - set(self._children):
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)

    def _tell(self, child: _Child, line: str) -> None:
        with contextlib.suppress(OSError):  # nobody wants to know
            child.life.send(line.encode(), socket.MSG_DONTWAIT)

    def _leave(self) -> None:
        for pid in self._children:
            _kill(pid)
        shutil.rmtree(self._root, ignore_errors=True)


def _kill(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)


def _live(parent: int, folder: Path, *, out: int, file: int) -> NoReturn:
    """Be the child: take on the limits, read one file, write what was found, and end."""
    code = 1
    try:
        os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        die_with_parent()
        if os.getppid() == parent:
            os.dup2(out, 1)
            os.dup2(file, 0)
            os.closerange(3, os.sysconf("SC_OPEN_MAX") if sys.platform != "linux" else _highest() + 1)
            os.chdir(folder)
            code = _work()
    finally:
        os._exit(code)


def _highest() -> int:
    return max(int(name) for name in os.listdir("/proc/self/fd"))


def die_with_parent() -> None:
    """Have this process killed when the one that started it ends. Elsewhere than on Linux its own alarm does so."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_DIES_WITH_PARENT, signal.SIGKILL)


def _work() -> int:
    with open(0, "rb", closefd=False) as file:
        file.seek(0)
        wanted = json.loads(file.readline())
        data = file.read()
    answer = os.dup(1)  # what a library prints is no answer
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nowhere, standard)
    os.close(nowhere)
    _limit(wanted["bounds"])
    try:
        module, _, name = wanted["task"].rpartition(".")
        task: Task = getattr(importlib.import_module(module), name)
        head, body = {}, task(data, wanted["asked"])
    except DocumentRefused as refused:
        head, body = {"why": refused.why, "found": refused.found, "most": refused.most}, b""
    except (MemoryError, RecursionError):
        head, body = {"why": Why.TOO_SLOW, "found": None, "most": None}, b""
    _write(answer, json.dumps(head).encode() + b"\n" + body)
    return 0


def _limit(bounds: dict[str, Any]) -> None:  # Any: JSON
    seconds = int(bounds["seconds"]) + 1
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(seconds + 5)
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_FSIZE: 0,  # nothing is written to files
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_AS: bounds["memory"],
    }
    if not bounds["programs"]:
        limits[resource.RLIMIT_NPROC] = 0
    for which, most in limits.items():
        with contextlib.suppress(ValueError, OSError):  # a system that does not have this one
            resource.setrlimit(which, (most, most))


def _write(answer: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(answer, left) :]

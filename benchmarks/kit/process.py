"""A measured process and its measurer: a JSON line each time it has something to say."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from types import TracebackType
from typing import Any

from benchmarks.kit.environment import ROOT

Said = Mapping[str, Any]
"""Message of a measured process; its keys are agreed between the two."""
_TICKS = os.sysconf("SC_CLK_TCK")


class Failed(RuntimeError):
    """A measured process ended before its time."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """The size of a process."""

    threads: int
    megabytes: float
    """Resident."""
    cpu: float
    """Seconds of a core that it has used."""


def size(process: int) -> Size:
    """Return the present size of a process. Linux only."""
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    )
    return Size(
        threads=int(status["Threads"]), megabytes=int(status["VmRSS"].split()[0]) / 1024, cpu=_times(process)[0]
    )


def cpu(process: int) -> float:
    """Return the seconds of a core that a process and all that it started have used, the ended included. Linux only."""
    while True:
        before = _times(process)
        total = sum(sum(_times(one)) for one in family(process))
        # What ends meanwhile moves into its parent's sum, and would count twice or not at all.
        if before[1] == _times(process)[1]:
            return total


def family(process: int) -> list[int]:
    """Return a process and all below it."""
    parents = {int(stat.parent.name): _fields(stat) for stat in Path("/proc").glob("[0-9]*/stat")}
    found = [process]
    for one in found:
        found += [child for child, fields in parents.items() if fields and int(fields[1]) == one]
    return found


def peak(process: int) -> float:
    """Return the most resident megabytes that a process has had."""
    status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")) / 1024


def _times(process: int) -> tuple[float, float]:
    """Return the seconds of a core that a process has used, and those of its children that ended."""
    fields = _fields(Path(f"/proc/{process}/stat"))
    if not fields:
        return 0.0, 0.0
    own, ended = int(fields[11]) + int(fields[12]), int(fields[13]) + int(fields[14])
    return own / _TICKS, ended / _TICKS


def _fields(stat: Path) -> list[str]:
    """Return the fields behind a process's name; none where it is gone."""
    try:
        # The name in parentheses may hold spaces; what follows it does not.
        return stat.read_text(encoding="utf-8").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


class Measured(AbstractContextManager["Measured"]):
    """A process that waits for orders."""

    def __init__(
        self, command: Sequence[str], *, environment: Mapping[str, str] | None = None, folder: Path = ROOT
    ) -> None:
        self._errors = TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  # closed where the process ends
        self._process = subprocess.Popen(  # noqa: S603  # our own command
            command,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(folder)} | dict(environment or {}),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
        )

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def tell(self, what: str) -> None:
        """Give an order."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{what}\n")
        self._process.stdin.flush()

    def said(self) -> Said:
        """Wait for the next message. Raise `Failed` where the process ends instead."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith('{"bench"'):
                words: Said = json.loads(line)["bench"]
                return words
        self._process.wait()
        self._errors.seek(0)
        raise Failed(f"{self._process.args!r} ended with {self._process.returncode}: {self._errors.read()[-2000:]}")

    def ask(self, what: str) -> Said:
        """Give an order, and wait for the answer."""
        self.tell(what)
        return self.said()

    def stop(self) -> None:
        """End the process as an operator does."""
        self._process.terminate()
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        if kind is None:
            try:
                self._process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.stop()
        else:
            self.stop()
        self._process.stdin.close()
        self._process.stdout.close()
        self._errors.close()

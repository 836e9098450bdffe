"""Faults at failpoints: the process ends there, or an act looks as if it had failed.

A crossing is one pass through a failpoint on one side. Crossings of one label are numbered by themselves, so that the
work of another thread changes none of the numbers.
"""

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from threading import Lock

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from store.db.failpoints import Failpoint, Side
from workflows import OutcomeUnknown
from workflows.engine.declare.calls.author_threads import Ended


class Died(Ended):
    """The process ends here. No code of the product or of an author catches it."""


class Kind(StrEnum):
    """Kind of a fault. After the act, an error or a timeout concerns something that was done."""

    CRASH = "crash"
    ERROR = "error"
    TIMEOUT = "timeout"


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """One pass through a failpoint."""

    seam: Failpoint
    side: Side
    about: str
    nth: int
    """Number of the crossing, from 1, among those with the same failpoint, side and text."""

    def __str__(self) -> str:
        return f"{self.side} {self.seam} {self.about} #{self.nth}"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault at a crossing."""

    at: Crossing
    kind: Kind
    times: int = 1
    """Number of crossings of this label in a row that it hits."""

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"


KINDS: dict[Failpoint, tuple[Kind, ...]] = {
    # To the product a statement that timed out is like any other error of the database.
    Failpoint.COMMIT: (Kind.CRASH, Kind.ERROR),
    Failpoint.AUDIT: (Kind.CRASH, Kind.ERROR),
    Failpoint.STEP: (Kind.CRASH, Kind.ERROR, Kind.TIMEOUT),
    Failpoint.EFFECT: (Kind.CRASH, Kind.ERROR, Kind.TIMEOUT),
    Failpoint.MESSAGE: (Kind.CRASH, Kind.ERROR, Kind.TIMEOUT),
    Failpoint.ACK: (Kind.CRASH, Kind.ERROR),
    Failpoint.FETCH: (Kind.CRASH, Kind.ERROR),
    Failpoint.SEAL: (Kind.CRASH, Kind.ERROR),
    Failpoint.RECOVERY: (Kind.CRASH, Kind.ERROR),
    Failpoint.DEPLOYMENT: (Kind.CRASH, Kind.ERROR),
    Failpoint.SHADOW: (Kind.CRASH, Kind.ERROR),
    Failpoint.BATCH: (Kind.CRASH, Kind.ERROR),
}
"""Kinds of faults that can happen at each failpoint."""


def error_at(seam: Failpoint, kind: Kind) -> Exception:
    """Return the error that is raised at a failpoint."""
    match seam:
        case Failpoint.COMMIT | Failpoint.AUDIT | Failpoint.SEAL | Failpoint.RECOVERY | Failpoint.DEPLOYMENT:
            if kind is Kind.TIMEOUT:
                return NoConnection("no connection was free in time")
            return OperationalError("COMMIT", {}, sqlite3.OperationalError("database is locked"))
        case Failpoint.EFFECT:
            return OutcomeUnknown("no answer") if kind is Kind.TIMEOUT else ConnectionError("connection reset")
        case Failpoint.MESSAGE:
            return TimeoutError("timed out") if kind is Kind.TIMEOUT else _server_error()
        case Failpoint.STEP | Failpoint.ACK | Failpoint.FETCH | Failpoint.SHADOW | Failpoint.BATCH:
            return TimeoutError("timed out") if kind is Kind.TIMEOUT else ConnectionError("connection reset")


def _server_error() -> SlackApiError:
    """Return Slack's answer to a call that broke halfway."""
    said = {"ok": False, "error": "internal_error"}
    answer = SlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, data=said, headers={}, status_code=500
    )
    return SlackApiError("500", answer)  # type: ignore[no-untyped-call]  # the SDK leaves it untyped


@dataclass(kw_only=True)
class Watching:
    """A watcher of all failpoints of a process that makes the faults happen. After a crash it raises until started."""

    faults: list[Fault] = field(default_factory=list)
    crossings: list[Crossing] = field(default_factory=list)
    fired: list[Fault] = field(default_factory=list)
    died: bool = False
    _numbers: Counter[tuple[Failpoint, Side, str]] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, seam: Failpoint, side: Side, about: str) -> None:
        """Note a crossing, and raise its fault, if it has one."""
        with self._lock:
            if self.died:
                # Another thread of a process that has ended.
                raise Died
            self._numbers[seam, side, about] += 1
            here = Crossing(seam=seam, side=side, about=about, nth=self._numbers[seam, side, about])
            self.crossings.append(here)
            fault = next((fault for fault in self.faults if _hits(fault, here)), None)
            if fault is None:
                return
            self.fired.append(fault)
            self.died = fault.kind is Kind.CRASH
        if fault.kind is Kind.CRASH:
            raise Died
        raise error_at(seam, fault.kind)

    def started(self) -> None:
        """Begin another process."""
        self.died = False

    def number(self, seam: Failpoint, side: Side, about: str) -> int:
        """Return the number of crossings of a label."""
        with self._lock:
            return self._numbers[seam, side, about]


def _hits(fault: Fault, here: Crossing) -> bool:
    at = fault.at
    same = (at.seam, at.side, at.about) == (here.seam, here.side, here.about)
    return same and at.nth <= here.nth < at.nth + fault.times

"""Where something goes wrong, and what: the process ends there, or what was done looks as if it had failed.

A crossing is one pass through a seam on one side. Those of one label are numbered by themselves, so that what another
thread does in between moves none of them.
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
from workflows.engine.declare.author_threads import Ended


class Died(Ended):
    """The process ends here. No code of the product or of an author catches it."""


class Kind(StrEnum):
    """What goes wrong. On the far side of a seam, an error or a timeout is about something that was done."""

    CRASH = "crash"
    ERROR = "error"
    TIMEOUT = "timeout"


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """One pass through a seam."""

    seam: Failpoint
    side: Side
    about: str
    nth: int
    """From 1, of those with the same seam, side and text."""

    def __str__(self) -> str:
        return f"{self.side} {self.seam} {self.about} #{self.nth}"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something that goes wrong at a crossing."""

    at: Crossing
    kind: Kind
    times: int = 1
    """At how many crossings of this label in a row."""

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"


KINDS: dict[Failpoint, tuple[Kind, ...]] = {
    # A statement that timed out is to the product what any other error of the database is.
    Failpoint.COMMIT: (Kind.CRASH, Kind.ERROR),
    Failpoint.AUDIT: (Kind.CRASH, Kind.ERROR),
    Failpoint.STEP: (Kind.CRASH, Kind.ERROR, Kind.TIMEOUT),
    Failpoint.EFFECT: (Kind.CRASH, Kind.ERROR, Kind.TIMEOUT),
    Failpoint.MESSAGE: (Kind.CRASH, Kind.ERROR, Kind.TIMEOUT),
    Failpoint.ACK: (Kind.CRASH, Kind.ERROR),
    Failpoint.RECOVERY: (Kind.CRASH, Kind.ERROR),
}
"""What can go wrong at a seam."""


def error_at(seam: Failpoint, kind: Kind) -> Exception:
    """What is raised there."""
    match seam:
        case Failpoint.COMMIT | Failpoint.AUDIT | Failpoint.RECOVERY:
            if kind is Kind.TIMEOUT:
                return NoConnection("no connection was free in time")
            return OperationalError("COMMIT", {}, sqlite3.OperationalError("database is locked"))
        case Failpoint.EFFECT:
            return OutcomeUnknown("no answer") if kind is Kind.TIMEOUT else ConnectionError("connection reset")
        case Failpoint.MESSAGE:
            return TimeoutError("timed out") if kind is Kind.TIMEOUT else _server_error()
        case Failpoint.STEP | Failpoint.ACK:
            return TimeoutError("timed out") if kind is Kind.TIMEOUT else ConnectionError("connection reset")


def _server_error() -> SlackApiError:
    """Slack's answer to a call that broke halfway."""
    said = {"ok": False, "error": "internal_error"}
    answer = SlackResponse(
        client=None, http_verb="POST", api_url="", req_args={}, data=said, headers={}, status_code=500
    )
    return SlackApiError("500", answer)  # type: ignore[no-untyped-call]  # the SDK leaves it untyped


@dataclass(kw_only=True)
class Watching:
    """Watches all seams of a process, and has the faults happen. Ended once, it stays ended until it is started."""

    faults: list[Fault] = field(default_factory=list)
    crossings: list[Crossing] = field(default_factory=list)
    fired: list[Fault] = field(default_factory=list)
    died: bool = False
    _numbers: Counter[tuple[Failpoint, Side, str]] = field(default_factory=Counter)
    _lock: Lock = field(default_factory=Lock)

    def __call__(self, seam: Failpoint, side: Side, about: str) -> None:
        """What happens at a seam."""
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
        """Another process begins."""
        self.died = False

    def number(self, seam: Failpoint, side: Side, about: str) -> int:
        """How often a seam was passed."""
        with self._lock:
            return self._numbers[seam, side, about]


def _hits(fault: Fault, here: Crossing) -> bool:
    at = fault.at
    same = (at.seam, at.side, at.about) == (here.seam, here.side, here.about)
    return same and at.nth <= here.nth < at.nth + fault.times

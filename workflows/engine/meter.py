"""The meter: how the calls of other systems went in this process, until they are added to the rows that all share.

A call is counted when it is over, whatever becomes of its case. Nothing waits for the database here: what was counted
since the last look is written in one transaction of its own, and is lost where the process dies before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock

from workflows.tools.calls import Called, CallOutcome

SLOT = timedelta(minutes=5)
"""Time that is counted together."""
MOST = 100
"""Systems that are counted by their names within a slot. A name is an author's, and there are few; where names are made
from cases, further ones are left out.
"""
LONGEST = 100
"""Characters of a system's name."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A system, and the beginning of the time that is counted together."""

    system: str
    began: datetime


@dataclass(frozen=True, kw_only=True)
class Counts:
    """The calls of one system."""

    answered: int = 0
    failed: int = 0
    broken: int = 0
    """Answers of another form than agreed: they are not among the answered ones."""
    milliseconds: float = 0.0
    """Sum over the calls that were answered in one form or the other."""
    last_ok_at: datetime | None = None
    last_bad_at: datetime | None = None
    error: str | None = None
    """Type of the last error."""

    @property
    def total(self) -> int:
        """Number of the calls."""
        return self.answered + self.failed + self.broken


def slot_of(at: datetime) -> datetime:
    """Return the beginning of the slot that a time is in."""
    return at - timedelta(minutes=at.minute % 5, seconds=at.second, microseconds=at.microsecond)


class Meter:
    """The counts that are not written yet. Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: dict[Slot, Counts] = {}
        self._names: set[str] = set()
        """Systems that were counted in the present slot, also those whose counts were taken since."""
        self._began: datetime | None = None

    def count(self, made: Iterable[Called], *, at: datetime) -> None:
        """Count calls that are over."""
        with self._lock:
            began = slot_of(at)
            if began != self._began:
                self._began, self._names = began, set()
            for called in made:
                slot = Slot(system=called.system.strip()[:LONGEST], began=began)
                if slot.system and (slot.system in self._names or len(self._names) < MOST):
                    self._names.add(slot.system)
                    self._counts[slot] = added(self._counts.get(slot, Counts()), of(called, at=at))

    def take(self) -> Mapping[Slot, Counts]:
        """Return what was counted, and forget it."""
        with self._lock:
            taken, self._counts = self._counts, {}
            return taken

    def put_back(self, taken: Mapping[Slot, Counts]) -> None:
        """Count again what was taken and could not be written."""
        with self._lock:
            for slot, counts in taken.items():
                self._counts[slot] = added(counts, self._counts.get(slot, Counts()))


def of(called: Called, *, at: datetime) -> Counts:
    """Return one call as counts."""
    match called.outcome:
        case CallOutcome.ANSWERED:
            return Counts(answered=1, milliseconds=called.milliseconds, last_ok_at=at)
        case CallOutcome.FAILED:
            return Counts(failed=1, last_bad_at=at, error=called.error)
        case CallOutcome.BROKEN:
            return Counts(broken=1, milliseconds=called.milliseconds, last_bad_at=at, error=called.error)


def added(one: Counts, later: Counts) -> Counts:
    """Return two counts together."""
    return replace(
        one,
        answered=one.answered + later.answered,
        failed=one.failed + later.failed,
        broken=one.broken + later.broken,
        milliseconds=one.milliseconds + later.milliseconds,
        last_ok_at=later.last_ok_at or one.last_ok_at,
        last_bad_at=later.last_bad_at or one.last_bad_at,
        error=later.error or one.error,
    )

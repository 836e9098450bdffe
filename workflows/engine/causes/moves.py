"""The table of a cause's moves, and the rules by which a failure moves it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from store.states import CauseState

_C = CauseState

CAUSE_MOVES: Mapping[CauseState, frozenset[CauseState]] = {
    _C.OPEN: frozenset({_C.MENDING, _C.IGNORED, _C.RESOLVED}),
    _C.MENDING: frozenset({_C.MENDING, _C.IGNORED, _C.RESOLVED}),  # MENDING: another person took it over
    _C.IGNORED: frozenset({_C.OPEN, _C.MENDING, _C.RESOLVED}),
    _C.RESOLVED: frozenset(
        {
            _C.REGRESSED,
            _C.OPEN,  # a run that had begun before it closed by itself fails after all, or a person opens it again
        }
    ),
    _C.REGRESSED: frozenset({_C.MENDING, _C.IGNORED, _C.RESOLVED}),
}


class Why(StrEnum):
    """The reasons for a move that no person made."""

    TIME = "time"
    COUNT = "count"
    RATE = "rate"
    BACK = "back"
    LEFT = "left"
    """A run failed that had begun before the cause closed by itself."""
    THROUGH = "through"
    """No failed run of it is left."""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A cause as it stands with a failure that was just counted."""

    state: CauseState
    count: int
    in_hour: int
    """Its failures in this hour of the clock."""
    resolved_at: datetime | None
    by_itself: bool
    """True if nobody resolved it, but no failed run was left."""
    ignored_until: datetime | None
    ignored_count: int | None
    ignored_rate: int | None


def why_reopened(cause: Standing, *, began: datetime, at: datetime) -> Why | None:
    """Return why a failure opens a cause that somebody was done with; None where it does not.

    `began`: when the attempt began that failed. `at`: now.
    """
    match cause.state:
        case CauseState.RESOLVED:
            if cause.resolved_at is None or began > cause.resolved_at:
                return Why.BACK
            # What a person called resolved is not brought back by what was under way; but nobody looked at this.
            return Why.LEFT if cause.by_itself else None
        case CauseState.IGNORED:
            if cause.ignored_until is not None and at >= cause.ignored_until:
                return Why.TIME
            if cause.ignored_count is not None and cause.count > cause.ignored_count:
                return Why.COUNT
            if cause.ignored_rate is not None and cause.in_hour > cause.ignored_rate:
                return Why.RATE
    return None

"""The rules of a system's state: when it is in trouble, when it is down, and when it is well again. Pure.

They are argued in decision 0045. Between the share at which trouble begins and the one at which it ends is a band in
which nothing changes, and it ends only after a quiet time: so that nobody is told of each change of the weather.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from store.states import Health

WINDOW = timedelta(minutes=15)
"""Time that is looked at, in slots of five minutes: the present one and the two before."""
FEW = 5
"""Bad calls below which nothing is said: one case that is tried again and again makes three in a row."""
SHARE_BAD = 4
"""It is in trouble where one in so many calls, or more, is bad."""
MANY = 10
"""Bad calls, with none answered, from which a system that has no outages of its own is down."""
SHARE_WELL = 20
"""It is well again where at most one in so many calls is bad, and some were answered."""
QUIET = timedelta(minutes=5)
"""It is well again, too, where a call was answered after the last bad one, and that is so long ago."""
SAME = timedelta(minutes=30)
"""Time after its end within which a trouble that comes back is the same one, with the same message."""
UNUSED = timedelta(days=1)
"""Time without any call after which a trouble is over, since nobody needs the system."""

DAYS = (14, 3)
"""Days before the end of what lets us use a system at which people are warned, each time once."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The calls of a system within the window, counted."""

    answered: int = 0
    failed: int = 0
    broken: int = 0
    """Answers of another form than agreed. They are not among the answered ones."""
    last_ok_at: datetime | None = None
    last_bad_at: datetime | None = None

    @property
    def bad(self) -> int:
        """Number of calls that failed or were answered in another form than agreed."""
        return self.failed + self.broken

    @property
    def total(self) -> int:
        """Number of all calls."""
        return self.answered + self.bad


def next_state(now: Health, of: Figures, *, at: datetime, is_watched: bool) -> Health:
    """Return the state of a system after these calls.

    `is_watched`: its outages are told by others, who know more than figures: it never counts as down here.
    """
    if now is Health.WELL:
        return Health.TROUBLED if of.bad >= FEW and of.bad * SHARE_BAD >= of.total else now
    if _is_well(of, at=at):
        return Health.WELL
    if now is Health.TROUBLED and not is_watched and not of.answered and not of.broken and of.failed >= MANY:
        return Health.DOWN
    return now


def _is_well(of: Figures, *, at: datetime) -> bool:
    if of.last_ok_at is None or not of.answered:
        return False
    if of.answered >= FEW and of.bad * SHARE_WELL <= of.total:
        return True
    return of.last_bad_at is None or (of.last_ok_at > of.last_bad_at and at - of.last_bad_at >= QUIET)

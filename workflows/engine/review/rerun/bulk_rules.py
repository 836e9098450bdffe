"""The rules of a bulk rerun: how many cases it tries first, how its waves grow, and when it stops by itself. Pure."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from store.states import BulkState

TRIAL = 5
"""Cases that are tried first."""
MOST = 50
"""Most reruns of one bulk rerun that are under way at a time. New cases wait behind no more than these."""
FEW = 3
"""Runs that stopped again, or altogether, up to which a wave goes on."""
SHARE_AGAIN = 20
"""It stops where more than one in so many of its runs that ended stopped for the same cause."""
SHARE_STOPPED = 4
"""It stops where more than one in so many of its runs that ended stopped at all."""
PAUSE = timedelta(minutes=10)
"""Pause after which a rerun begins by itself, where a person says no other."""
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=1)
"""The pauses that a person may choose."""
WAITS_AT_MOST = timedelta(hours=2)
"""Time after which a rerun that waits for a system is tried all the same. Where only its cases call the system, nothing
else would ever show that it is well.
"""


class WhyStopped(StrEnum):
    """The reasons why a bulk rerun stopped."""

    PERSON = "person"
    BACK_IN_TRIAL = "back_in_trial"
    """A run of the trial stopped for the same cause."""
    NONE_THROUGH = "none_through"
    """All of the trial stopped for another cause."""
    BACK = "back"
    """Later ones stopped for the same cause, and they are more than a small share."""
    OTHERWISE = "otherwise"
    """Many stopped for other causes."""
    NONE_LEFT = "none_left"
    """No failed case was left when it was to begin by itself."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A bulk rerun as it stands."""

    state: BulkState
    wave: int
    begun: int
    under_way: int
    through: int
    again: int
    """Number of its runs that stopped for the same cause."""
    otherwise: int
    """Number of its runs that stopped for another one."""
    is_any_left: bool
    """True if there is a run that it did not come to yet."""


@dataclass(frozen=True, kw_only=True)
class Begin:
    """Begin so many reruns. They are of the wave with this number."""

    number: int
    wave: int
    state: BulkState


@dataclass(frozen=True, kw_only=True)
class End:
    """End it. `why`: None where all is done."""

    why: WhyStopped | None = None


def next_move(now: Progress) -> Begin | End | None:
    """Return what a bulk rerun does next; None where it waits for the runs that are under way."""
    return _in_trial(now) if now.state is BulkState.TRIAL else _in_waves(now)


def size_of(wave: int) -> int:
    """Return the most reruns that are under way in a wave. Waves grow, as a target that is just back may be weak."""
    return int(min(TRIAL * 2 ** (min(wave, 10) - 1), MOST))


def _in_trial(now: Progress) -> Begin | End | None:
    if now.again:
        return End(why=WhyStopped.BACK_IN_TRIAL)
    if now.begun < TRIAL and now.is_any_left:
        return Begin(number=TRIAL - now.begun, wave=1, state=BulkState.TRIAL)
    if now.under_way:
        return None
    if now.otherwise and not now.through:
        return End(why=WhyStopped.NONE_THROUGH)
    return _next_wave(now)


def _in_waves(now: Progress) -> Begin | End | None:
    stopped = now.again + now.otherwise
    ended = now.through + stopped
    if now.again > FEW and now.again * SHARE_AGAIN > ended:
        return End(why=WhyStopped.BACK)
    if stopped > FEW and stopped * SHARE_STOPPED > ended:
        return End(why=WhyStopped.OTHERWISE)
    return _next_wave(now)


def _next_wave(now: Progress) -> Begin | End | None:
    """Begin the next wave once at least half of the last one ended: a few slow ones keep nobody waiting."""
    if not now.is_any_left:
        return None if now.under_way else End()
    if now.under_way * 2 > size_of(now.wave):
        return None
    wave = now.wave + 1
    return Begin(number=size_of(wave) - now.under_way, wave=wave, state=BulkState.WAVES)

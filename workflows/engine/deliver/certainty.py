"""What an attempt at a delivery says of the next one: whether it may be made, and when. Pure.

Where the target knows our key, whatever may pass can be made again: it is applied only once. Elsewhere only what is
certain not to have happened can, and of that only what the target may take later.
"""

from datetime import timedelta
from http.client import HTTPException
from random import Random

from workflows.errors import InputBroken, NotDone, OutcomeUnknown, OutputBroken, TimeLimitPassed, TryAgain

FIRST = timedelta(seconds=30)
"""The pause after the first attempt in vain; it doubles with each."""
LONGEST = timedelta(hours=4)
"""The longest pause of one delivery, and the longest that a target is waited for because it asks to be."""
LONGEST_PROBE = timedelta(minutes=15)
"""The longest pause between two probes of a target that is down: one small request for all that wait."""
GIVEN_UP_AFTER = timedelta(days=3)
"""How long a delivery waits before its next failure is its last. It fails visibly then."""
TOLD_AFTER = timedelta(hours=1)
"""How long a delivery is tried in vain before that is told once; where its target is down, that is told instead."""
_JITTER = 0.25
"""How much longer than that a pause may be, as a part of it: many that failed together do not come back together."""

_MENDED_BY_NOBODY = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
"""Errors of the operating system that say that something is wrong here, and not that the other system is away."""
_PASSING_STATUS = frozenset({408, 425, 429})

_random = Random()  # noqa: S311  # spreads pauses, and keeps no secret


def may_work_later(error: BaseException, *, keyed: bool) -> bool:
    """May an attempt that ended in this error be made again by itself, with a chance to succeed?

    `keyed`: the target knows our key. An answer of another form than agreed does not pass by itself, nor does a bug.
    """
    if isinstance(error, TryAgain):
        return True
    if not keyed or isinstance(error, (NotDone, OutputBroken)):
        return False
    if isinstance(error, OutcomeUnknown):
        return True
    # What other clients raise: those of the standard library and of `requests` are errors of the operating system.
    status = _status(error)
    if status is not None:
        return status in _PASSING_STATUS or status >= 500
    return isinstance(error, (OSError, HTTPException)) and not isinstance(error, _MENDED_BY_NOBODY)


def may_work_at_once(error: BaseException) -> bool:
    """May an attempt under a key be made again in the same go?

    A target that says when to come back is not pressed, and code that did not return would keep one more thread.
    """
    if isinstance(error, (TryAgain, TimeLimitPassed)) or asked_pause(error) is not None:
        return False
    return may_work_later(error, keyed=True)


def has_answered(error: BaseException) -> bool:
    """Is the target up, although it did not do what it was asked?"""
    return isinstance(error, NotDone) and not isinstance(error, (TryAgain, InputBroken))


def asked_pause(error: BaseException) -> timedelta | None:
    """How long the target asked to wait; None where it did not."""
    after = getattr(error, "after", None)
    # A number that no pause has, such as 1e300, is more than a timedelta takes.
    return timedelta(seconds=min(max(after, 0.0), LONGEST.total_seconds())) if isinstance(after, int | float) else None


def pause(times: int, *, asked: timedelta | None = None, longest: timedelta = LONGEST) -> timedelta:
    """How long to wait after so many attempts in vain, from 1 on: growing, jittered, and as long as was asked for."""
    growing = min(FIRST * (1 << min(times - 1, 20)), longest) * (1 + _random.uniform(0, _JITTER))
    return max(growing, asked) if asked is not None else growing


def _status(error: BaseException) -> int | None:
    """The HTTP status that another client's error tells of; None where it tells of none."""
    found = getattr(error, "code", None)
    if not isinstance(found, int):
        found = getattr(getattr(error, "response", None), "status_code", None)
    return found if isinstance(found, int) and 100 <= found < 600 else None

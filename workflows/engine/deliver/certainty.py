"""Rules for the next attempt at a delivery: whether it may be made after an error, and when. Pure.

Where the target knows our key, a delivery may be attempted again after any error that may pass: it is applied only
once. Without a key it may be attempted again only where it certainly did not happen and the target may take it later.
"""

from datetime import timedelta
from http.client import HTTPException
from random import Random

from workflows.errors import InputBroken, NotDone, OutcomeUnknown, OutputBroken, TimeLimitPassed, TryAgain
from workflows.retry_after import plausible

FIRST = timedelta(seconds=30)
"""The backoff after the first attempt at a delivery that failed; it doubles with each further one."""
LONGEST = timedelta(hours=4)
"""The longest backoff of one delivery, and the longest wait that a target may ask for."""
LONGEST_PROBE = timedelta(minutes=15)
"""The longest backoff between two probes of a target that is down. A probe is one small request for all that wait."""
GIVEN_UP_AFTER = timedelta(days=3)
"""Time after which the next failure of a waiting delivery is its last. It then fails visibly."""
TOLD_AFTER = timedelta(hours=1)
"""Time after which people are told, once, that a delivery keeps failing. Where its target is down, they are told that
instead.
"""
_JITTER = 0.25
"""The random part that a backoff is longer by, at most, so that deliveries which failed together do not come back
together.
"""

_MENDED_BY_NOBODY = (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError, PermissionError)
"""Errors of the operating system that mean a fault here, and not an outage of the other system."""
_PASSING_STATUS = frozenset({408, 425, 429})

_random = Random()  # noqa: S311  # spreads the backoffs; it protects no secret


def may_work_later(error: BaseException, *, keyed: bool) -> bool:
    """Tell whether a delivery may be attempted again automatically after this error, with a chance to succeed.

    `keyed`: the target knows our key. An answer of another form than agreed does not pass by itself, and neither does a
    bug.
    """
    if isinstance(error, TryAgain):
        return True
    if not keyed or isinstance(error, (NotDone, OutputBroken)):
        return False
    if isinstance(error, OutcomeUnknown):
        return True
    # Errors of other clients: those of the standard library and of `requests` are subclasses of OSError.
    status = _status(error)
    if status is not None:
        return status in _PASSING_STATUS or status >= 500
    return isinstance(error, (OSError, HTTPException)) and not isinstance(error, _MENDED_BY_NOBODY)


def may_work_at_once(error: BaseException) -> bool:
    """Tell whether a delivery under a key may be attempted again at once.

    It may not where the target says when to come back, or where code did not return and would take up one more thread.
    """
    if isinstance(error, (TryAgain, TimeLimitPassed)) or asked_wait(error) is not None:
        return False
    return may_work_later(error, keyed=True)


def has_answered(error: BaseException) -> bool:
    """Tell whether the target is up, although it did not do what it was asked."""
    return isinstance(error, NotDone) and not isinstance(error, (TryAgain, InputBroken))


def asked_wait(error: BaseException) -> timedelta | None:
    """Return the time that the target asked to wait; None where it did not ask."""
    after = plausible(getattr(error, "after", None))
    return None if after is None else min(timedelta(seconds=after), LONGEST)


def backoff(times: int, *, asked: timedelta | None = None, longest: timedelta = LONGEST) -> timedelta:
    """Return the backoff after so many failed attempts at a delivery, from 1 on: growing, jittered, and at least as
    long as asked.
    """
    growing = min(FIRST * (1 << min(times - 1, 20)), longest) * (1 + _random.uniform(0, _JITTER))
    return max(growing, asked) if asked is not None else growing


def _status(error: BaseException) -> int | None:
    """Return the HTTP status in another client's error; None where it has none."""
    found = getattr(error, "code", None)
    if not isinstance(found, int):
        found = getattr(getattr(error, "response", None), "status_code", None)
    return found if isinstance(found, int) and 100 <= found < 600 else None

"""Retry-After: the seconds that a server asks to wait, given as a number or as a date (RFC 9110, section 10.2.3).

The header is untrusted text. The wait is never negative, endless or no number. Callers have shorter limits of their
own.
"""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 86_400.0
"""Seconds of the longest wait. A longer one is cut to this."""

_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
"""Some servers send a fraction, which the standard does not have."""
_LONGEST_DATE = 40
"""Characters. The longest form of a date has 34."""


def seconds_asked(said: str, *, date: str = "", now: datetime) -> float | None:
    """Return the seconds in a `Retry-After`, at most `LONGEST`; None where it is neither a number nor a date.

    `date`: the `Date` of the same answer. A date is compared with it, because our clock may be wrong; with `now` only
    where it is missing or broken.
    """
    said = said.strip(" \t")
    if _SECONDS.fullmatch(said):
        return min(float(said), LONGEST)  # more digits than a float has are infinity
    until = _moment(said)
    if until is None:
        return None
    return min(max((until - (_moment(date) or now)).total_seconds(), 0.0), LONGEST)


def plausible(after: object) -> float | None:
    """Return the seconds that somebody's error names, from 0 to `LONGEST`; None where it names no number."""
    if not isinstance(after, int | float) or isinstance(after, bool):
        return None
    seconds = min(max(after, 0.0), LONGEST)
    return None if math.isnan(seconds) else seconds


def _moment(said: str) -> datetime | None:
    """Return the moment in a date of HTTP, in any of its three forms; None where it is none."""
    if not said.isascii() or len(said) > _LONGEST_DATE:
        return None
    try:
        moment = parsedate_to_datetime(said)
        # The form without a time zone is in UTC, too.
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None

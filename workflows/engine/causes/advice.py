"""Advice about reruns: whether a failure passes by itself, by the type of its error and by how its reruns went. Pure.

Only reruns with the same version of the code count: one that went through after a mend says nothing of the next outage.
"""

import re
from enum import StrEnum

FEW = 3
"""Reruns below which their history says little."""
SHARE = 4
"""A failure passes where at most one rerun in so many came back, and does not where at most one in so many went
through.
"""
_PASSING = re.compile(
    r"TryAgain|NotConfirmed|Time(?:d)?out|Connect(?:ion)?(?:Error|Refused|Reset|Aborted|Closed)|RateLimit|TooManyRequests"
    r"|Overloaded|ServiceUnavailable|BrokenPipe|(?:Read|Write|Network|RemoteProtocol)Error|IncompleteRead",
    re.IGNORECASE,
)
"""Types of errors of networks and of systems that are busy, of our own and of common clients.

An author's type that only has such a word in it counts as well: the trial says whether it is so.
"""


class Advice(StrEnum):
    """Advice about reruns of a cause, by what is known of them."""

    HELPS = "helps"
    """Most of its reruns went through."""
    BY_TYPE = "by_type"
    """Errors of its type mostly pass, and too few reruns say otherwise."""
    MIXED = "mixed"
    """Some reruns went through, and some did not."""
    IN_VAIN = "in_vain"
    """Nearly all reruns came back."""


def advice(error: str, *, through: int, back: int) -> Advice | None:
    """Return the advice for a type of error and these reruns; None where nothing is known."""
    total = through + back
    if total >= FEW:
        if back * SHARE <= total:
            return Advice.HELPS
        return Advice.IN_VAIN if through * SHARE <= total else Advice.MIXED
    return Advice.BY_TYPE if _PASSING.search(error) is not None else None


def is_offered(given: Advice | None) -> bool:
    """Tell whether a rerun after a pause is worth a button."""
    return given in (Advice.HELPS, Advice.BY_TYPE)

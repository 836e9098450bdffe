"""The narrow launch: a workflow looks at a share of its cases, and people get the others as if there were no workflow.

A case is inside or outside by a keyed hash of the team's secret and its number, so that all runs of it, and all
processes, agree, and nobody who hands cases in can choose. A larger share contains a smaller one. Pure.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256

STEPS = (0.1, 0.25, 0.5, 1.0)
"""Shares that are offered, from the narrowest to all cases."""
_BITS = 53
"""Bits of a draw: as many as a float holds exactly."""


def share_in_force(declared: float | None, *, chosen: float | None) -> float | None:
    """Return the share of the cases that a workflow looks at; None: all of them.

    `declared`: where it begins. `chosen`: what people set since; None: nobody did.
    """
    share = chosen if chosen is not None else declared
    return None if share is None or share >= 1 else share


def is_outside(seed: str, case: int, share: float | None) -> bool:
    """Tell whether a case is outside a share. The same seed and case always give the same answer."""
    if share is None:
        return False
    digest = hmac.digest(seed.encode(), f"scope/{case}".encode(), sha256)
    return (int.from_bytes(digest[:8]) >> (64 - _BITS)) / (1 << _BITS) >= share


def next_step(share: float | None) -> float | None:
    """Return the next larger share that is offered; None where it looks at all cases."""
    return None if share is None else next((step for step in STEPS if step > share), None)


@dataclass(frozen=True, kw_only=True)
class ShareView:
    """The share of its cases that a workflow looks at."""

    workflow: str
    row: int | None
    """None where it took in no case yet, and nobody set anything."""
    share: float | None
    """Above 0 and below 1; None: it looks at all of them."""
    declared: float | None
    """Share with which it begins, as its declaration says."""
    before: float | None = None
    """The share that it had, where it was just changed; None otherwise, or where that was all cases."""
    changed: bool = False
    """True if it was just changed."""

    @property
    def next(self) -> float | None:
        """The next larger share that is offered; None where it looks at all cases."""
        return next_step(self.share)

    @property
    def version(self) -> int:
        """The share in ten-thousandths: a button carries it, so that it does nothing once the share is another."""
        return round((1.0 if self.share is None else self.share) * 10_000)

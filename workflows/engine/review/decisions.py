"""What a person can decide."""

from enum import StrEnum

MAX_REASON = 3_000
"""Characters in the reason for a rejection."""


class DecisionKind(StrEnum):
    """What a person decided."""

    APPROVED = "approved"
    EDITED = "edited"
    ANSWERED = "answered"
    """There was no proposal."""
    REJECTED = "rejected"


class Follows(StrEnum):
    """What follows a rejection."""

    BY_HAND = "by_hand"
    """An empty form; the review stays open."""
    CLOSE = "close"
    """Nothing is delivered; the system of record may be told."""
    PROPOSE_AGAIN = "propose_again"
    """The model is asked anew."""

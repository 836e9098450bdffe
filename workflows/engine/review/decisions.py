"""The decisions that a person can make."""

from enum import StrEnum

MAX_REPORT = 2_000
"""Most characters of a report that something was wrong."""
MAX_REASON = 3_000
"""Most characters of the reason for a rejection."""
AND_MORE = ": "
"""Stands between a reason that was chosen and what a person wrote beside it."""


def reason_of(preset: str, text: str) -> str:
    """Return the reason of a rejection: the chosen one, the written one, or both."""
    return AND_MORE.join(part for part in (preset.strip(), text.strip()) if part) if preset else text


MAX_QUESTION = 1_000
"""Most characters of a question to the source of a case."""
MAX_ANSWER = 10_000
"""Most characters of its answer."""


class DecisionKind(StrEnum):
    """The kind of a person's decision."""

    APPROVED = "approved"
    EDITED = "edited"
    ANSWERED = "answered"
    """Decided with a person's own values, where there was no proposal."""
    REJECTED = "rejected"
    ASKED = "asked"
    """The source of the case is asked; it decides nothing yet."""
    UPHELD = "upheld"
    """What was delivered, and reported as wrong, was right: it stays."""


class Follows(StrEnum):
    """The consequence of a rejection."""

    BY_HAND = "by_hand"
    """A person gets an empty form; the review stays open."""
    CLOSE = "close"
    """Nothing is delivered; the system of record may be told of the rejection."""
    PROPOSE_AGAIN = "propose_again"
    """The model is asked again."""

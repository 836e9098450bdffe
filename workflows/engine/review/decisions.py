"""The decisions that a person can make, and the lapses that take their place."""

from collections.abc import Sequence
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


def preset_of(reason: str, presets: Sequence[str]) -> str | None:
    """Return the declared reason that a person chose; None for one in their own words."""
    if reason in presets:
        return reason
    return next((preset for preset in presets if reason.startswith(f"{preset}{AND_MORE}")), None)


MAX_QUESTION = 1_000
"""Most characters of a question to the source of a case."""
MAX_ANSWER = 10_000
"""Most characters of its answer."""


class DecisionKind(StrEnum):
    """The kind of a person's decision, or of the lapse that ended a review."""

    APPROVED = "approved"
    EDITED = "edited"
    ANSWERED = "answered"
    """Decided with a person's own values, where there was no proposal."""
    REJECTED = "rejected"
    ASKED = "asked"
    """The source of the case is asked; it decides nothing yet."""
    UPHELD = "upheld"
    """The delivery that was reported as wrong was right: it stays."""
    LAPSED = "lapsed"
    """Nobody answered in time, and the workflow has its proposals delivered then. No person decided it."""
    EXPIRED = "expired"
    """Nobody answered in time, and the workflow has its cases closed then. No person decided it."""


LAPSES = frozenset({DecisionKind.LAPSED, DecisionKind.EXPIRED})
"""Kinds that are no decisions of a person."""
NO_ANSWER = "No answer in time"
"""The reason of a lapse that closes a case."""


class WhyHeld(StrEnum):
    """The reason why a review does not lapse, although its workflow has a rule for it."""

    NO_PROPOSAL = "no_proposal"
    RULE = "rule"
    """The proposal breaks a never, or a never could not be asked."""
    SECOND = "second"
    """The values need a second person, or a first one has approved them and waits for another."""
    FORM = "form"
    """The proposal does not fit the present form."""
    PAUSED = "paused"
    """The workflow is paused: nothing is resolved without a person meanwhile."""
    DELIVERED = "delivered"
    """It is about something that was delivered: a correction, or a report that it was wrong."""
    REPORTED = "reported"
    """Somebody reported the case as wrong."""
    HANDED = "handed"
    """The source of the case proposed it, and the workflow has a person decide that."""
    CHARTER = "charter"
    """The charter of the workflow is not signed, or not complete: nothing is delivered without a person meanwhile."""
    ERROR = "error"
    """The workflow's own code failed."""


class Follows(StrEnum):
    """The consequence of a rejection."""

    BY_HAND = "by_hand"
    """A person gets an empty form; the review stays open."""
    CLOSE = "close"
    """Nothing is delivered; the system of record may be told of the rejection."""
    PROPOSE_AGAIN = "propose_again"
    """The model is asked again."""

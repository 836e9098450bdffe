"""The names of the states that rows are in. How they may follow each other is the engine's business.

Knows no database: whoever draws a row names its state too.
"""

from enum import StrEnum


class RunState(StrEnum):
    """Where a run stands."""

    READY = "ready"
    """To be taken up by a worker."""
    RUNNING = "running"
    WAITING = "waiting"
    """For a person. Nothing is held meanwhile."""
    HOLDING = "holding"
    """Resolved, its delivery kept for later: until its workflow is resumed, its target can be tried again, or an older
    delivery of its case is made."""
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    CLOSED = "closed"
    """Rejected by a person, with no effect to be had."""
    FAILED = "failed"
    DOUBTFUL = "doubtful"
    """Its delivery may have happened or not; a person has to look."""
    SUPERSEDED = "superseded"
    """A rerun or a newer revision took its place."""
    PARKED = "parked"
    """Its journal and the code do not fit together; an engineer has to look."""


class ReviewState(StrEnum):
    """Where a review stands."""

    OPEN = "open"
    AWAITING_SECOND = "awaiting_second"
    DECIDED = "decided"
    ASKED = "asked"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    INTENDED = "intended"
    """Recorded, not yet attempted."""
    WAITING = "waiting"
    """Not made so far, and made again by itself: its target may take it later, or its target is down."""
    ATTEMPTING = "attempting"
    APPLIED = "applied"
    FAILED = "failed"
    DOUBTFUL = "doubtful"


class OutboxState(StrEnum):
    """Where an intent to show something stands."""

    DUE = "due"
    HELD = "held"
    """A card for which the channel has no room yet."""
    ATTEMPTING = "attempting"
    SENT = "sent"
    DEAD = "dead"


class StepState(StrEnum):
    """How an attempt at a step ended. A step that did not end has no row."""

    FINISHED = "finished"
    FAILED = "failed"


class Resolution(StrEnum):
    """How a run was resolved."""

    ALONE = "alone"
    BY_PERSON = "by_person"
    REJECTED = "rejected"


ENDED = frozenset({RunState.DELIVERED, RunState.CLOSED, RunState.SUPERSEDED})
"""Run states in which nobody has anything left to do."""

STOPPED = frozenset({RunState.FAILED, RunState.DOUBTFUL, RunState.PARKED})
"""Run states that wait for somebody to mend something."""

BUSY = (RunState.RUNNING, RunState.DELIVERING)
"""Run states in which a worker holds the run."""

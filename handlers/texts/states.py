"""The words for states, decisions and consequences."""

from collections.abc import Mapping

from store.states import DeliveryState, ReviewState, RunState
from workflows.engine.review.decisions import DecisionKind, Follows

RUN: Mapping[str, str] = {
    RunState.READY: "to be worked on",
    RunState.RUNNING: "being worked on",
    RunState.WAITING: "waits for a person",
    RunState.HOLDING: "recorded, its delivery held",
    RunState.DELIVERING: "being delivered",
    RunState.DELIVERED: "delivered",
    RunState.CLOSED: "closed",
    RunState.FAILED: "failed",
    RunState.DOUBTFUL: "in doubt",
    RunState.SUPERSEDED: "superseded",
    RunState.PARKED: "parked",
}
"""State of a case, by the state of its newest run."""
REVIEW: Mapping[str, str] = {
    ReviewState.OPEN: "Waits for a decision",
    ReviewState.AWAITING_SECOND: "Waits for a second decision",
    ReviewState.DECIDED: "Decided",
    ReviewState.ASKED: "Waits for an answer to a question",
    ReviewState.SUPERSEDED: "Superseded",
    ReviewState.EXPIRED: "Expired",
}
DECISION: Mapping[str, str] = {
    DecisionKind.APPROVED: "approved",
    DecisionKind.EDITED: "edited",
    DecisionKind.ANSWERED: "filled in",
    DecisionKind.REJECTED: "rejected",
    DecisionKind.ASKED: "asked about",
    DecisionKind.UPHELD: "found right",
    DecisionKind.LAPSED: "taken as proposed",
    DecisionKind.EXPIRED: "closed",
}
FOLLOWS: Mapping[str, str] = {
    Follows.BY_HAND: "to be filled in by hand",
    Follows.CLOSE: "the case closes",
    Follows.PROPOSE_AGAIN: "to be proposed again",
}
DELIVERY: Mapping[str, str] = {
    DeliveryState.INTENDED: "is recorded",
    DeliveryState.ATTEMPTING: "is being made",
    DeliveryState.WAITING: "waits for its target",
    DeliveryState.APPLIED: "applied",
    DeliveryState.FAILED: "failed",
    DeliveryState.DOUBTFUL: "in doubt",
}
"""State of a delivery, to follow the word "delivery"."""

"""Blind reviews: people decide without seeing the proposal of the run, and both are compared afterwards.

The proposal is kept with its run like any other, and the review is opened without it. Nobody is shown it before the
review is decided for good: also a decision that can still be taken back keeps it hidden, so that nobody looks and then
decides anew. Afterwards both may be seen.
"""

from datetime import datetime

from store import schema
from store.states import ReviewState
from workflows.engine.deliver.graces import is_in_grace

HIDDEN = "hidden until it is decided"
"""Stands in the place of what is hidden, in the data of a case."""


def hides(review: schema.Review, run: schema.Run, *, at: datetime) -> bool:
    """Tell whether the proposal of a review's run is hidden: it is blind, and not decided for good."""
    return review.blind and (review.state != ReviewState.DECIDED or is_in_grace(run, at=at))


def is_open_blind(review: schema.Review, newest: schema.Run, *, at: datetime) -> bool:
    """Tell whether what the run of a review proposed is hidden, among all runs of its case.

    A review that was superseded, or waits for an answer, keeps it hidden until its case has an answer for good.
    `newest`: the newest run of the case.
    """
    return review.blind and (newest.resolution is None or is_in_grace(newest, at=at))

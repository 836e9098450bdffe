"""The reference in the modal of a session: ids and numbers, within Slack's limit, and read back as they were."""

import pytest

from handlers.slack import limits
from handlers.slack.ids import Listed
from handlers.slack.progress import Progress
from workflows.engine.review.decisions import DecisionKind


def test_it_is_read_as_it_was_written_with_the_place_that_it_belongs_to() -> None:
    progress = Progress().with_decision(DecisionKind.APPROVED, 7).with_skipped(8)
    progress = progress.with_decision(DecisionKind.REJECTED, 9).with_decision(DecisionKind.UPHELD, 10)
    listed = Listed(among="C0SUPPORT", progress=progress)
    assert Listed.read(str(listed)) == listed
    assert progress.by_kind == {DecisionKind.APPROVED: 1, DecisionKind.REJECTED: 1, DecisionKind.UPHELD: 1}
    assert progress.not_again == {8, 9}
    assert Listed.read(str(Listed(among="C0SUPPORT"))).progress is None


def test_a_decision_that_was_taken_back_counts_no_longer() -> None:
    progress = Progress().with_decision(DecisionKind.APPROVED, 7).with_decision(DecisionKind.EDITED, 8)
    assert progress.without_decision(8) == Progress().with_decision(DecisionKind.APPROVED, 7)
    assert progress.without_decision(99) == progress


def test_however_long_a_session_is_slack_takes_it() -> None:
    """The numbers stay right; of the ids, the oldest are left out."""
    progress = Progress()
    for number in range(1_000):
        progress = progress.with_decision(DecisionKind.APPROVED, 10**11 + number).with_skipped(10**11 + number)
    carried = str(Listed(among="C0123456789", progress=progress))
    assert len(carried) < limits.PRIVATE_METADATA - 100
    assert Listed.read(carried).progress == progress
    assert progress.decided == 1_000
    assert progress.skipped[-1] == 10**11 + 999


@pytest.mark.parametrize(
    "text", ["", "x", "1_2", "1-2-3-4-5_a7_x", "1-2-3-4_a7_8", "-1-0-0-0-0__", "9999999-0-0-0-0__"]
)
def test_what_no_modal_of_ours_carries_means_the_beginning(text: str) -> None:
    assert Progress.read(text) == Progress()

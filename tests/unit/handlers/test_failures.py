"""Failures, in the words for those who fix them."""

from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.slack.blocks.drawing import Drawn
from handlers.slack.blocks.paragraphs import fitted
from handlers.slack.blocks.paragraphs import told as shown
from handlers.texts.failures import failures, nowhere, unsent, wrong_clock
from store.states import RunState
from tests.unit.handlers.cases import LURES, NOW, failed, failure, few, keys
from tests.unit.handlers.slack import message
from workflows.engine.review.views import FailureView


def drawn_of(views: Sequence[FailureView]) -> Drawn:
    """Return the message about failures as Slack shows it."""
    return fitted(lambda room: failures(views, room))


@few
@given(st.lists(failed, min_size=1, max_size=4) | st.lists(failed, min_size=30, max_size=60))
def test_whatever_failed_slack_takes_it_and_it_pings_nobody(views: list[FailureView]) -> None:
    told = message(drawn_of(views))
    doubtful = [view for view in views if view.state == "doubtful"]
    for some in (doubtful, [view for view in views if view not in doubtful]):
        if len(views) > 5 and len(some) > 20:
            assert f"and {len(some) - 20} more" in told
    if len(views) <= 5:
        named = "Case {} " if len(views) <= 2 else "{}"
        assert all(named.format(view.case) in told for view in views)
        assert "/rerun" in told or len(doubtful) == len(views)
        assert "settle" in told or not doubtful


@pytest.mark.parametrize("letter", ["x", "é", "я", "の", "\N{PILE OF POO}", "\N{RIGHT-TO-LEFT OVERRIDE}", '"', "\n"])
def test_it_keeps_within_the_limits_of_a_message(letter: str) -> None:
    worst = [
        failure(
            10**12 + place,
            key=letter * 255 if letter.isprintable() else "x" * 255,
            workflow=f"x{place}" * 30,
            state=RunState.DOUBTFUL,
            step="x" * 100,
            error="X" * 80,
            message=letter * 4_000,
        )
        for place in range(1_000)
    ]
    for number in (1, 2, 5, 6, 1_000):
        message(drawn_of(worst[:number]))


def test_one_failure_says_what_where_why_and_how_to_go_on() -> None:
    drawn = drawn_of([failure()])
    assert drawn.text == "Case 17 (triage) failed: it took too long"
    assert message(drawn).splitlines() == [
        "Case 17 failed at step look_up",
        "triage · T-17 · 2026-11-19 09:30 UTC",
        "TimeoutError: it took too long",
        "What led to it: /countersign case 17. Again: /rerun 17",
    ]


def test_what_may_have_been_delivered_is_looked_at_and_not_simply_run_again() -> None:
    told = message(drawn_of([failure(state=RunState.DOUBTFUL, step=None)]))
    assert "is in doubt: its delivery may have happened or not" in told
    assert "countersign settle 17 happened (or not-happened)" in told
    assert "/rerun" not in told


@pytest.mark.parametrize("state", list(RunState))
def test_a_failure_is_told_for_what_it_is_now(state: RunState) -> None:
    """It may have been run again since it was written down."""
    how = {"failed": "failed", "parked": "is parked", "doubtful": "is in doubt"}.get(state, "it went on since")
    drawn = drawn_of([failure(state=state)])
    assert how in message(drawn)
    assert how in drawn.text


def test_many_are_summed_up_by_cause_and_counted_in_full() -> None:
    many = [failure(case, error="KeyError" if case % 3 else "TimeoutError") for case in range(1, 31)]
    drawn = drawn_of(many)
    assert drawn.text == "30 cases stopped"
    assert message(drawn).splitlines() == [
        "30 cases stopped",
        "20 × triage, look_up: KeyError",
        "10 × triage, look_up: TimeoutError",
        f"Stopped: cases {', '.join(str(case) for case in range(1, 21))} and 10 more",
        "What it said: /countersign case NUMBER. Once it is repaired: /rerun NUMBER",
    ]


def test_causes_that_are_left_out_are_counted() -> None:
    told = message(drawn_of([failure(case, error=f"Error{case}") for case in range(13)]))
    assert "and 3 more causes" in told


def test_among_many_what_is_in_doubt_is_not_simply_run_again() -> None:
    """A rerun of what may have been delivered is refused: the summary has to say what to do instead."""
    told = message(drawn_of([failure(case, state=RunState.DOUBTFUL, step="deliver") for case in range(10)]))
    assert "settle" in told


@pytest.mark.parametrize("lure", LURES)
def test_a_message_of_an_error_stays_in_its_quote(lure: str) -> None:
    drawn = drawn_of([failure(message=f"{lure}Case 9 failed")])
    message(drawn)
    (block,) = drawn.blocks
    elements = block["elements"]
    assert isinstance(elements, list)
    assert [element["type"] for element in elements] == [
        "rich_text_section",
        "rich_text_section",
        "rich_text_quote",
        "rich_text_section",
    ]


@pytest.mark.parametrize("channel", ["C0SUPPORT", "G0SUPPORT", "#support-review", "support", "failures", "<!channel>"])
def test_a_channel_that_cannot_be_posted_to_is_named_however_it_was_written(channel: str) -> None:
    """A workflow may name its channel as it likes; a name that Slack does not know is just what has to be told."""
    drawn = shown(nowhere(channel, "channel_not_found", 1_200, face="Slack", owners=[]))
    told = message(drawn)
    assert "(channel_not_found); 1,200 messages wait for it." in told
    assert channel in told
    assert "Slack refuses messages to" in drawn.text


def test_one_message_that_waits_is_one() -> None:
    assert "1 message waits" in message(shown(nowhere("C0SUPPORT", "is_archived", 1, face="Slack", owners=[])))


@given(keys, keys, keys)
def test_a_message_that_was_given_up_is_named(name: str, subject: str, code: str) -> None:
    drawn = shown(unsent(name, subject, code))
    assert "See countersign doctor." in message(drawn)


def test_a_failure_has_its_time_in_the_readers_zone() -> None:
    drawn = drawn_of([failure()])
    assert f"'timestamp': {int(NOW.timestamp())}" in str(drawn.blocks)


def test_a_summary_for_a_date_to_come_names_it_and_the_clock() -> None:
    told = message(shown(wrong_clock(date(2028, 1, 1), NOW)))
    assert "A summary was made for 2028-01-01, which is in the future: the clock says 2026-" in told

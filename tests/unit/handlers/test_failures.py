"""Failures, in the words for those who fix them."""

from datetime import date

import pytest
from hypothesis import given

from handlers.slack.blocks.parts.drawing import Drawn
from handlers.slack.blocks.parts.paragraphs import fitted
from handlers.slack.blocks.parts.paragraphs import told as shown
from handlers.texts.operations.failures import failure as told_of
from handlers.texts.operations.failures import nowhere, unsent, wrong_clock
from store.states import RunState
from tests.unit.handlers.cases import LURES, NOW, failed, failure, few, keys
from tests.unit.handlers.slack import message
from workflows.engine.review.views import FailureView


def drawn_of(view: FailureView) -> Drawn:
    """Return the message about a failure as Slack shows it."""
    return fitted(lambda room: told_of(view, room))


@few
@given(failed)
def test_whatever_failed_slack_takes_it_and_it_pings_nobody(view: FailureView) -> None:
    told = message(drawn_of(view))
    assert f"Case {view.case} " in told
    assert "settle" in told if view.state == "doubtful" else "/rerun" in told


@pytest.mark.parametrize("letter", ["x", "é", "я", "の", "\N{PILE OF POO}", "\N{RIGHT-TO-LEFT OVERRIDE}", '"', "\n"])
def test_it_keeps_within_the_limits_of_a_message(letter: str) -> None:
    key = letter * 255 if letter.isprintable() else "x" * 255
    names = {"workflow": "x" * 100, "state": RunState.DOUBTFUL, "step": "x" * 100, "error": "X" * 80}
    message(drawn_of(failure(10**12, key=key, message=letter * 4_000, **names)))


def test_one_failure_says_what_where_why_and_how_to_go_on() -> None:
    drawn = drawn_of(failure())
    assert drawn.text == "Case 17 (triage) failed: it took too long"
    assert message(drawn).splitlines() == [
        "Case 17 failed at step look_up",
        "triage · T-17 · 2026-11-19 09:30 UTC",
        "TimeoutError: it took too long",
        "What led to it: /countersign case 17. Again: /rerun 17",
    ]


def test_what_may_have_been_delivered_is_looked_at_and_not_simply_run_again() -> None:
    told = message(drawn_of(failure(state=RunState.DOUBTFUL, step=None)))
    assert "is in doubt: its delivery may have happened or not" in told
    assert "countersign settle 17 happened (or not-happened)" in told
    assert "/rerun" not in told


@pytest.mark.parametrize("state", list(RunState))
def test_a_failure_is_told_for_what_it_is_now(state: RunState) -> None:
    """It may have been run again since it was written down."""
    how = {"failed": "failed", "parked": "is parked", "doubtful": "is in doubt"}.get(state, "it went on since")
    drawn = drawn_of(failure(state=state))
    assert how in message(drawn)
    assert how in drawn.text


@pytest.mark.parametrize("lure", LURES)
def test_a_message_of_an_error_stays_in_its_quote(lure: str) -> None:
    drawn = drawn_of(failure(message=f"{lure}Case 9 failed"))
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
    drawn = drawn_of(failure())
    assert f"'timestamp': {int(NOW.timestamp())}" in str(drawn.blocks)


def test_a_summary_for_a_date_to_come_names_it_and_the_clock() -> None:
    told = message(shown(wrong_clock(date(2028, 1, 1), NOW)))
    assert "A summary was made for 2028-01-01, which is in the future: the clock says 2026-" in told

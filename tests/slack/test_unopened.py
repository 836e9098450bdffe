"""Slack does not open a modal, or show an answer: nothing is changed or claimed, and the person is told another way.

F74, F29
"""

from collections.abc import Mapping
from typing import Any

import pytest

from bot.sandbox.client import FaultKind
from store import schema
from tests.slack.stage import ANA, SUPPORT, SlackTime, Stage, buttons, words
from tests.waiting import LONGEST

pytestmark = pytest.mark.slow

FAILURES: Mapping[str, Mapping[str, Any]] = {
    "a page of HTML": {"kind": "server_error"},
    "internal_error": {"kind": "refused", "error": "internal_error"},
    "invalid_arguments": {"kind": "refused", "error": "invalid_arguments"},
    "expired_trigger_id": {"kind": "refused", "error": "expired_trigger_id"},
    "429": {"kind": "rate_limited", "seconds": 30},
    "ok false, ratelimited": {"kind": "ok_false_ratelimited"},
    "dropped": {"kind": "dropped"},
}
TOLD = {
    "expired_trigger_id": "Slack took too long to open this. Nothing was changed; try again.",
    "invalid_arguments": "Slack refuses to open this (invalid_arguments), and trying again will not help",
    "429": "Slack limits calls for a moment. Nothing was changed",
    "ok false, ratelimited": "Slack limits calls for a moment. Nothing was changed",
}
PASSING = "Slack could not open this just now. Nothing was changed; try again."


def is_untouched(stage: Stage) -> bool:
    """Was neither anything decided nor claimed?"""
    (review,) = (row for row in stage.world.rows(schema.Review) if isinstance(row, schema.Review))
    return (review.state, review.claimed_by, review.claimed_at) == ("open", None, None)


@pytest.mark.parametrize("how", FAILURES)
def test_a_form_that_slack_does_not_open_claims_nothing_and_the_person_is_told(stage: Stage, how: str) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    for action in ("edit", "reject", "details"):
        stage.running.administrator.fault(method="views.open", **FAILURES[how])
        assert stage.press(ANA, action).acknowledged
        assert TOLD.get(how, PASSING) in stage.told(ANA)
        assert stage.person(ANA).views() == []
    assert is_untouched(stage)
    # And the next press finds it as it was.
    stage.opened(ANA, "edit")
    stage.person(ANA).wait_until(lambda: not is_untouched(stage))


def test_a_slack_that_is_silent_for_ten_seconds_holds_up_no_acknowledgement(stage: Stage) -> None:
    """Here it is silent until the press is acknowledged, however long that takes."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.running.administrator.fault("slow", method="views.open", seconds=LONGEST)
    assert stage.press(ANA, "edit").acknowledged
    assert stage.ears.listeners is not None
    assert not stage.ears.listeners.is_idle, "it waited for Slack before it acknowledged"
    stage.running.administrator.no_faults()
    stage.view(ANA)


def test_of_a_slack_that_is_silent_for_too_long_the_person_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.running.administrator.fault("slow", method="views.open", seconds=LONGEST)
    monkeypatch.setattr(stage.ears.hearing.app.client, "timeout", 0.3)
    stage.press(ANA, "edit")
    assert PASSING in stage.told(ANA)
    assert is_untouched(stage)
    stage.running.administrator.no_faults()


@pytest.mark.parametrize(
    ("refused", "where"),
    [
        (["response_url"], SUPPORT),
        (["response_url", "chat.postEphemeral"], "D0ANA"),
    ],
)
def test_where_the_usual_answer_is_refused_too_there_is_another_way(
    stage: Stage, refused: list[str], where: str
) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    for method in ("views.open", *refused):
        stage.running.administrator.fault("server_error", method=method)
    stage.press(ANA, "edit")
    person = stage.person(ANA)

    def told() -> str | None:
        channels = stage.running.administrator.workspace()["channels"]
        if where not in str(channels):
            return None
        found = [words(message.blocks) for message in person.messages(where)]
        return found[-1] if found and PASSING in found[-1] else None

    assert person.wait_until(told)
    assert is_untouched(stage)


def in_the_list(stage: Stage) -> None:
    """Have Ana look at a review in the list."""
    stage.person(ANA).command(SUPPORT, "/countersign", "queue")
    stage.view(ANA)
    stage.person(ANA).press_in_view("review")
    stage.view(ANA, deep=2)


@pytest.mark.parametrize("how", ["a page of HTML", "429", "dropped"])
def test_in_a_modal_the_person_is_told_in_its_place(stage: Stage, how: str) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    in_the_list(stage)
    stage.running.administrator.fault(method="views.push", **FAILURES[how])
    assert stage.person(ANA).press_in_view("edit").acknowledged
    expected = TOLD.get(how, PASSING)
    stage.person(ANA).wait_until(lambda: expected in words(stage.person(ANA).views()[-1].blocks))
    assert is_untouched(stage)


@pytest.mark.parametrize("kind", ["server_error", "rate_limited"])
def test_a_decision_that_cannot_be_shown_is_told_to_be_recorded(stage: Stage, kind: FaultKind) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    in_the_list(stage)
    stage.running.administrator.fault(kind, method="views.update", seconds=30 if kind == "rate_limited" else None)
    assert stage.person(ANA).press_in_view("approve").acknowledged
    stage.person(ANA).wait_until(
        lambda: "It is recorded; Slack could not show it here." in words(stage.person(ANA).views()[-1].blocks)
    )
    stage.work()
    assert stage.desk.attempts == ["sample/ticket-1"]


def test_a_list_that_cannot_be_opened_is_told_to_who_asked_for_it(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.running.administrator.fault("refused", method="views.open", error="internal_error")
    assert stage.person(ANA).command(SUPPORT, "/countersign", "queue").acknowledged
    assert PASSING in stage.told(ANA)


def test_a_review_that_was_decided_while_its_form_opened_is_told_at_the_submit(
    stage: Stage, slack_time: SlackTime
) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.opened(ANA, "edit")
    stage.press("U0BEN", "approve")
    assert stage.person(ANA).submit({"reply.0.0": "Mine"}).outcome == "updated"
    said = words(stage.view(ANA).blocks)
    assert "Already approved by @U0BEN" in said
    assert "Mine" in said
    assert buttons(stage.view(ANA)) == []

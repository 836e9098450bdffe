"""A payload that Slack sends twice is acted on once, and answered as if it had come once."""

from datetime import timedelta

import pytest

from store import schema
from store.db import failpoints
from store.db.failpoints import Failpoint, Side
from tests.slack.stage import ANA, KIM, SUPPORT, Stage, words

pytestmark = pytest.mark.usefixtures("either_way")


def decisions(stage: Stage) -> list[str]:
    """Return the decisions with their people, as the database keeps them."""
    return [f"{row.by} {row.kind}" for row in stage.world.rows(schema.Decision) if isinstance(row, schema.Decision)]


def inbox(stage: Stage) -> list[str]:
    """The kinds of the events that were taken in."""
    return [row.kind for row in stage.world.rows(schema.InboxRow) if isinstance(row, schema.InboxRow)]


def audited(stage: Stage) -> list[str]:
    return [row.action for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]


def alone_told(stage: Stage, user: str) -> list[str]:
    """All that only this person was told."""
    return [words(message.blocks) for message in stage.person(user).messages(SUPPORT) if message.ephemeral]


def test_a_press_that_arrives_twice_decides_once_and_nobody_is_told_that_it_came_too_late(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.running.administrator.duplicate_envelopes()
    assert stage.press(ANA, "approve").acknowledged
    stage.work()
    assert decisions(stage) == ["U0ANA approved"]
    assert stage.desk.attempts == ["sample/ticket-1"]
    assert alone_told(stage, ANA) == []


def test_a_form_that_arrives_twice_decides_once_and_closes(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.opened(ANA, "edit")
    stage.running.administrator.duplicate_envelopes()
    assert stage.person(ANA).submit({"queue.0.0": "=delivery"}).outcome == "closed"
    stage.work()
    assert decisions(stage) == ["U0ANA edited"]
    assert stage.person(ANA).views() == []


def test_a_rejection_that_arrives_twice_is_one(stage: Stage) -> None:
    """By hand: the review stays open at the next version, which the second one must not touch."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.opened(ANA, "reject")
    stage.running.administrator.duplicate_envelopes()
    assert stage.person(ANA).submit({"reason": "No.", "follows": "by_hand"}).outcome == "closed"
    assert decisions(stage) == ["U0ANA rejected"]
    stage.submit(stage.world.registry.get("sample"), id=2, text="And mine?")
    stage.opened(ANA, "reject")
    stage.running.administrator.duplicate_envelopes()
    assert stage.person(ANA).submit({"reason": "No.", "follows": "fill_in_now"}).outcome == "updated"
    assert decisions(stage) == ["U0ANA rejected"] * 2


def test_a_command_that_arrives_twice_runs_the_case_again_once(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.running.administrator.duplicate_envelopes()
    assert stage.person(KIM).command(SUPPORT, "/rerun", str(case)).acknowledged
    assert len(stage.world.case(case).runs) == 2


def test_a_second_press_of_the_same_person_is_another_one_and_is_answered(stage: Stage) -> None:
    """F20: it is not taken for the first one heard twice."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    assert stage.press(ANA, "approve").acknowledged
    assert stage.press(ANA, "approve").acknowledged
    assert decisions(stage) == ["U0ANA approved"]
    assert "You approved this already" in stage.told(ANA)


def test_a_press_of_which_the_first_try_was_lost_is_taken_the_second_time(stage: Stage) -> None:
    """F19"""
    stage.submit(stage.sample(), id=1, text="Where is my money?")

    def failing(seam: Failpoint, side: Side, _about: str) -> None:
        if (seam, side) == (Failpoint.COMMIT, Side.BEFORE):
            raise OSError("the disk is gone")

    with failpoints.watched(failing), stage.unheard():
        assert not stage.press(ANA, "approve").acknowledged
    assert decisions(stage) == []
    assert stage.press(ANA, "approve").acknowledged
    assert decisions(stage) == ["U0ANA approved"]


def test_an_event_that_comes_again_is_taken_in_once(stage: Stage) -> None:
    """F18"""
    told = stage.running.administrator.send_event("tokens_revoked")
    assert told.acknowledged
    assert stage.running.administrator.send_event_again(told.event_id).acknowledged
    assert inbox(stage) == ["tokens_revoked"]
    assert audited(stage).count("heard.tokens_revoked") == 1


def test_an_event_in_two_envelopes_is_taken_in_once(stage: Stage) -> None:
    stage.running.administrator.duplicate_envelopes()
    assert stage.running.administrator.send_event("app_uninstalled").acknowledged
    assert inbox(stage) == ["app_uninstalled"]


@pytest.mark.parametrize("side", Side)
def test_an_event_that_could_not_be_kept_is_not_acknowledged_and_taken_in_when_it_comes_again(
    stage: Stage, side: Side
) -> None:
    """F1, F19: kept and not acknowledged, or not kept and not acknowledged, it comes again."""

    def failing(seam: Failpoint, at: Side, _about: str) -> None:
        if (seam, at) == (Failpoint.COMMIT, side):
            raise OSError("cut off")

    with failpoints.watched(failing), stage.unheard():
        told = stage.running.administrator.send_event("app_uninstalled")
    assert not told.acknowledged
    assert stage.running.administrator.send_event_again(told.event_id).acknowledged
    assert inbox(stage) == ["app_uninstalled"]
    assert audited(stage).count("heard.app_uninstalled") == 1


def test_a_group_that_changed_is_looked_up_anew_at_once(stage: Stage) -> None:
    """F28: the event is for this process too, and not only kept."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.running.administrator.set_group("S0SUPPORT", ["U0BEN"])
    assert inbox(stage) == ["subteam_members_changed"]
    stage.press(ANA, "approve")
    assert "You are not among the reviewers" in stage.told(ANA)


def test_what_was_heard_a_week_ago_is_forgotten(stage: Stage) -> None:
    stage.running.administrator.send_event("app_uninstalled")
    stage.world.clock.move(timedelta(days=8))
    stage.running.administrator.send_event("tokens_revoked")
    assert inbox(stage) == ["tokens_revoked"]

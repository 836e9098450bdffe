"""Decisions that come too late, twice, or without the right: nothing is recorded, and the person is told why."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import text

from bot.sandbox.client import Outcome
from bot.slack import socket
from bot.slack.dispatch import CLICKS
from handlers.slack import replies
from store import schema
from store.db.database import Database
from tests.slack.stage import ANA, BEN, EVE, KIM, MARIA, REVIEWERS, SUPPORT, SlackTime, Stage, buttons, words
from workflows import Review
from workflows.engine.review import reviews
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns

pytestmark = pytest.mark.slow


def decisions(stage: Stage) -> list[str]:
    """Return the decisions with their people, as the database keeps them."""
    rows = stage.world.rows(schema.Decision)
    return [f"{row.by} {row.kind}" for row in rows if isinstance(row, schema.Decision)]


def test_a_double_click_decides_once(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    with ThreadPoolExecutor(2) as pool:
        pressed = list(pool.map(lambda _: stage.press(ANA, "approve"), range(2)))
    assert all(one.acknowledged for one in pressed)
    stage.work()
    assert decisions(stage) == ["U0ANA approved"]
    assert stage.desk.attempts == ["sample/ticket-1"]
    assert "You approved this already, 2026-11-20 09:00 UTC." in stage.told(ANA)


def test_of_two_reviewers_one_wins_and_the_other_is_told_who(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.opened(BEN, "edit")

    def approve() -> Outcome:
        return stage.press(ANA, "approve")

    def edit() -> Outcome:
        return stage.person(BEN).submit({"queue.0.0": "=delivery", "reply.0.0": "It is on its way"})

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.submit(approve), pool.submit(edit)
        approved, edited = first.result(), second.result()
    assert approved.acknowledged
    assert len(decisions(stage)) == 1
    if decisions(stage) == ["U0ANA approved"]:
        assert edited.outcome == "updated"
        said = words(stage.view(BEN).blocks)
        assert "Already approved by @U0ANA" in said
        assert "It is on its way" in said  # what was typed is handed back
    else:
        assert edited.outcome == "closed"
        assert "Already edited by @U0BEN" in stage.told(ANA)


def test_an_edit_of_a_version_that_was_superseded_is_refused_and_what_was_typed_handed_back(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.opened(ANA, "edit")
    review = stage.world.review(case)
    reviews.reject(stage.world.context, review.id, review.version, by=BEN, reason="wrong", follows=Follows.BY_HAND)
    submitted = stage.person(ANA).submit({"reply.0.0": "A long and careful answer"})
    assert submitted.outcome == "updated"
    said = words(stage.view(ANA).blocks)
    assert "Already rejected by @U0BEN" in said
    assert "A long and careful answer" in said
    assert decisions(stage) == ["U0BEN rejected"]


def test_approve_on_a_card_whose_case_was_rerun_is_refused_and_the_card_drawn_anew(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    reruns.rerun(stage.world.context, case, by="U0KIM")
    assert stage.press(ANA, "approve").acknowledged
    assert "Superseded: the case was run again" in stage.told(ANA)
    assert decisions(stage) == []
    stage.work()
    old, new = stage.cards()
    assert buttons(old) == ["details"]
    assert "approve" in buttons(new)


def test_a_case_that_changed_supersedes_its_card(stage: Stage) -> None:
    sample = stage.sample()
    stage.submit(sample, id=1, text="Where is my money?")
    stage.submit(sample, id=1, text="Never mind, here it is")
    old, new = stage.cards()
    assert old.text.startswith("Superseded: the case changed")
    assert new.text.startswith("Decision needed: Never mind")


def test_a_person_without_the_right_is_refused_told_why_and_audited(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    for action in ("approve", "edit", "reject"):
        assert stage.press(EVE, action).acknowledged
    assert stage.told(EVE) == "You are not among the reviewers of sample. Ask its owner, @U0MARIA."
    assert stage.person(EVE).views() == []
    assert stage.world.state(case) == "waiting"
    audited = [entry.actor for entry in stage.world.case(case).audit if entry.action == "decide.refused"]
    assert audited == [EVE] * 3


@pytest.mark.parametrize("user", [KIM, MARIA])
def test_neither_an_engineer_nor_the_owner_decides_without_being_a_reviewer(stage: Stage, user: str) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.press(user, "approve")
    assert "not among the reviewers" in stage.told(user)
    assert decisions(stage) == []


def test_where_no_reviewers_are_named_nobody_may_decide(stage: Stage) -> None:
    stage.submit(stage.sample(reviewers=None), id=1, text="Where is my money?")
    stage.press(ANA, "approve")
    assert "Sample has no reviewers yet, so nobody may decide it." in stage.told(ANA)
    assert decisions(stage) == []


def test_rights_are_given_by_user_ids_and_by_groups(stage: Stage) -> None:
    stage.submit(stage.sample(reviewers=[EVE, REVIEWERS]), id=1, text="Where is my money?")
    assert stage.press(EVE, "approve").acknowledged
    assert decisions(stage) == ["U0EVE approved"]


def test_whoever_leaves_the_group_between_seeing_and_pressing_may_no_longer_decide(stage: Stage) -> None:
    sample = stage.sample()
    stage.submit(sample, id=1, text="Where is my money?")
    stage.press(ANA, "approve")
    assert decisions(stage) == ["U0ANA approved"]
    stage.submit(sample, id=2, text="And mine?")
    # Slack tells of the change, so that what was known of the group a moment ago is forgotten.
    assert stage.running.administrator.set_group(REVIEWERS, [BEN]).acknowledged

    def is_refused() -> bool:
        stage.press(ANA, "edit")
        return "not among the reviewers" in stage.told(ANA)

    stage.person(ANA).wait_until(is_refused)
    assert decisions(stage) == ["U0ANA approved"]


def test_a_form_opened_with_the_right_cannot_be_submitted_without_it(stage: Stage) -> None:
    stage.submit(stage.sample(reviewers=[ANA]), id=1, text="Where is my money?")
    stage.opened(ANA, "edit")
    stage.world.registry.get("sample").review = Review(post_to=SUPPORT, reviewers=[BEN])
    assert stage.person(ANA).submit({"reply.0.0": "Mine"}).outcome == "updated"
    said = words(stage.view(ANA).blocks)
    assert "You have no right to this, or it no longer exists." in said
    assert "You typed, for Reply\nMine" in said
    assert decisions(stage) == []


def test_a_decision_that_cannot_be_committed_is_not_acknowledged_and_can_be_made_again(stage: Stage) -> None:
    """Commit, then acknowledge: Slack tells the person that it did not work."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    with stage.world.database.write() as session:
        session.connection().exec_driver_sql("ALTER TABLE decisions RENAME TO elsewhere")
    with stage.unheard():
        assert not stage.press(ANA, "approve").acknowledged
    with stage.world.database.write() as session:
        session.connection().exec_driver_sql("ALTER TABLE elsewhere RENAME TO decisions")
    assert stage.press(ANA, "approve").acknowledged
    assert decisions(stage) == ["U0ANA approved"]


def test_a_press_that_the_database_has_no_time_for_is_not_acknowledged_and_can_be_made_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program holds the lock to write: the person is not left waiting, and nothing is half done."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    other = Database(f"sqlite:///{stage.world.database.file}")
    with monkeypatch.context() as patch, other.write() as session:
        patch.setattr(replies, "DATABASE_SECONDS", 0.3)
        session.execute(text("SELECT 1"))
        with stage.unheard():
            assert not stage.press(ANA, "approve").acknowledged
    other.close()
    assert decisions(stage) == []
    assert stage.press(ANA, "approve").acknowledged
    assert decisions(stage) == ["U0ANA approved"]


def test_a_press_that_waited_for_a_thread_until_slack_gave_up_is_not_worked_on(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F33: Slack has told the person that it failed. All threads are busy here, as with a Slack that is slow."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    assert stage.ears.listeners is not None
    free = Event()
    with monkeypatch.context() as patch, stage.unheard():
        patch.setattr(socket, "ACK_SECONDS", 0.2)
        try:
            for _ in range(CLICKS):
                stage.ears.listeners.submit(free.wait)
            assert not stage.press(ANA, "approve").acknowledged
        finally:
            free.set()
        stage.ears.listeners.wait()
    assert decisions(stage) == []
    assert stage.press(ANA, "approve").acknowledged
    assert decisions(stage) == ["U0ANA approved"]


def test_a_form_that_slack_no_longer_lets_us_open_is_answered_in_the_channel(
    stage: Stage, slack_time: SlackTime
) -> None:
    """F29: the right took so long to look up that the trigger expired."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")

    def slow(group: str) -> list[str]:
        slack_time.ahead += 4
        return [ANA]

    stage.ears.only_members(slow)
    assert stage.press(ANA, "edit").acknowledged
    assert "Slack took too long to open this. Nothing was changed; try again." in stage.told(ANA)

"""Reviews are found without their cards by those who may decide them; nobody else learns what there is.

F76, A39, A11
"""

from dataclasses import replace

import pytest

from bot.sandbox.client import ShownView
from store import schema
from tests.sample import sample_workflow
from tests.slack.stage import ANA, BEN, EVE, KIM, MARIA, SUPPORT, Stage, buttons, words
from tests.slack.test_conflicts import decisions
from tests.slack.test_readers import said
from workflows import Autonomy, Second
from workflows.engine.errors import OutcomeUnknown

pytestmark = pytest.mark.slow

NOT_HERE = "You have no right to this, or it no longer exists."


def answered(stage: Stage, user: str, text: str) -> str:
    """The ts of what a person was answered to `/countersign`."""
    said(stage, user, "/countersign", text)
    return [message.ts for message in stage.person(user).messages(SUPPORT) if message.ephemeral][-1]


def asked(stage: Stage, user: str, text: str) -> ShownView:
    """The modal that `/countersign` opens."""
    assert stage.person(user).command(SUPPORT, "/countersign", text).acknowledged
    return stage.view(user)


def deleted(stage: Stage) -> int:
    """A case whose card somebody deleted."""
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.running.administrator.delete_message(SUPPORT, stage.cards()[0].ts)
    return case


def test_a_review_whose_card_was_deleted_is_decided_from_what_its_case_says(stage: Stage) -> None:
    deleted(stage)
    answer = answered(stage, ANA, "case ticket-1")
    stage.person(ANA).press(SUPPORT, answer, "review")
    assert buttons(stage.view(ANA)) == ["approve", "edit", "reject", "details", "assign", "report_wrong"]
    stage.person(ANA).press_in_view("approve")
    assert decisions(stage) == ["U0ANA approved"]


def test_a_second_person_who_is_no_reviewer_finds_what_waits_for_them(stage: Stage) -> None:
    """The case offers it to them, and no more to a reviewer who may only be the first."""
    workflow = stage.sample(reviewers=[ANA, BEN])
    workflow.review = replace(workflow.review, second=Second(by=[KIM]))
    stage.submit(workflow, id=1, text="Where is my money?")
    stage.press(ANA, "approve")
    answer = answered(stage, KIM, "case ticket-1")
    assert stage.person(KIM).press(SUPPORT, answer, "review").acknowledged
    assert buttons(stage.view(KIM))[:3] == ["approve", "edit", "reject"]
    stage.person(KIM).close()
    assert buttons(asked(stage, KIM, "review ticket-1"))[:3] == ["approve", "edit", "reject"]
    answered(stage, BEN, "case ticket-1")
    shown = [message for message in stage.person(BEN).messages(SUPPORT) if message.ephemeral][-1]
    assert "review" not in buttons(shown)
    said(stage, BEN, "/countersign", "review")
    assert "Nothing waits" in stage.told(BEN)


@pytest.mark.parametrize("text", ["review ticket-1", "review", "queue", "Queue"])
def test_what_waits_is_opened_at_any_time_without_a_card(stage: Stage, text: str) -> None:
    deleted(stage)
    view = asked(stage, ANA, text)
    if "review" not in text:
        stage.person(ANA).press_in_view("review")
        view = stage.view(ANA, deep=2)
    if text == "review":
        assert buttons(view) == ["step_edit", "step_reject", "skip", "details"]
    else:
        assert buttons(view) == ["approve", "edit", "reject", "details", "assign", "report_wrong"]


def test_only_who_may_decide_is_offered_to(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    offered = {
        user: "review" in str([message.blocks for message in stage.person(user).messages(SUPPORT) if message.ephemeral])
        for user in (ANA, KIM, MARIA)
        if answered(stage, user, "case 1")
    }
    assert offered == {ANA: True, KIM: False, MARIA: False}


def test_a_doubt_whose_card_was_deleted_is_settled_from_what_its_case_says(stage: Stage) -> None:
    sample = sample_workflow(stage.desk, autonomy=Autonomy.draft(), idempotent=False)
    case = stage.submit(stage.placed(sample), id=1, text="Where is my money?")
    stage.desk.errors.append(OutcomeUnknown("no answer"))
    stage.press(ANA, "approve")
    stage.work()
    answer = answered(stage, ANA, "case ticket-1")
    stage.person(ANA).press(SUPPORT, answer, "happened", confirmed=True)
    assert stage.world.state(case) == "delivered"


def test_there_is_nothing_more_to_review_where_all_is_decided(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.press(ANA, "approve")
    assert said(stage, ANA, "/countersign", "review") == "Nothing waits here any more."
    assert "Nothing waits here any more." in words(asked(stage, ANA, "queue").blocks)


# Who has no part in it


@pytest.mark.parametrize(
    ("command", "known", "unknown"),
    [
        ("/countersign", "case ticket-1", "case ticket-9"),
        ("/countersign", "case 1", "case 9"),
        ("/countersign", "case #1", "case #9"),
        ("/countersign", "review ticket-1", "review ticket-9"),
        ("/rerun", "ticket-1", "ticket-9"),
        ("/rerun", "1 from look_up", "9 from look_up"),
        ("/rerun", "1 from nowhere", "9 from nowhere"),
        ("/countersign", "pause sample it is wrong", "pause simple it is wrong"),
        ("/countersign", "pause sample", "pause simple"),
        ("/countersign", "pause sample --deliveries stop", "pause simple --deliveries stop"),
        ("/countersign", "resume sample", "resume simple"),
        ("/countersign", "propose sample", "propose simple"),
    ],
)
def test_what_is_there_and_what_is_not_are_answered_alike(stage: Stage, command: str, known: str, unknown: str) -> None:
    """A39: and both are audited."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    there = said(stage, EVE, command, known)
    stage.person(EVE).command(SUPPORT, command, unknown)
    absent = stage.person(EVE).wait_until(
        lambda: (
            words(told[1].blocks)
            if len(told := [one for one in stage.person(EVE).messages(SUPPORT) if one.ephemeral]) > 1
            else None
        )
    )
    neutral = there.replace("ticket-1", "X").replace("'1'", "X").replace("#1", "X").replace("sample", "X")
    assert neutral == absent.replace("ticket-9", "X").replace("'9'", "X").replace("#9", "X").replace("simple", "X")
    for secret in ("money", "U0MARIA", "waiting"):
        assert secret not in there
    rows = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    assert [row.actor for row in rows if row.action.endswith(".refused")] == [EVE, EVE]


def test_a_key_that_two_workflows_have_names_only_the_case_that_the_person_may_see(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    other = sample_workflow(stage.desk, autonomy=Autonomy.draft(), name="other")
    stage.submit(stage.placed(other, reviewers=[EVE]), id=1, text="Another's")
    assert "Case 2 other" in said(stage, EVE, "/countersign", "case ticket-1")
    assert "may mean" in said(stage, KIM, "/countersign", "case ticket-1")


def test_the_list_shows_nobody_what_they_may_not_read(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    assert "Only reviewers, engineers and owners" in said(stage, EVE, "/countersign", "queue")
    assert said(stage, EVE, "/countersign", "review") == "Nothing waits here any more."
    assert stage.person(EVE).views() == []


@pytest.mark.parametrize("action", ["approve", "edit", "reject", "details", "review", "correct", "happened", "look"])
def test_a_guessed_number_says_nothing_about_what_is_there(stage: Stage, action: str) -> None:
    """A11, A12: also where the number is that of something, pressed in a channel that does not show it."""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    sending = stage.ears.workspace.sending
    for value in ("1.1", "99.1"):
        button = {"type": "button", "action_id": action, "value": value, "text": {"type": "plain_text", "text": "Go"}}
        blocks = [{"type": "actions", "elements": [button]}]
        ts = str(sending.chat_postMessage(channel="C0FAILURES", text="forged", blocks=blocks)["ts"])
        assert stage.person(EVE).press("C0FAILURES", ts, action).acknowledged
        assert stage.told(EVE, "C0FAILURES") == NOT_HERE
    rows = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    assert [row.actor for row in rows if row.action.endswith(".refused")] == [EVE, EVE]
    assert stage.person(EVE).views() == []
    assert decisions(stage) == []


def test_where_the_card_stands_the_reason_is_told(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.press(EVE, "approve")
    assert stage.told(EVE) == "You are not among the reviewers of sample. Ask its owner, @U0MARIA."


# The list behind a review


def test_the_list_shows_what_waits_still_after_each_decision(stage: Stage) -> None:
    """D9: five are decided one after the other, and then a page of them is gone from the list behind."""
    sample = stage.sample()
    for number in range(1, 8):
        stage.world.submit(sample, id=number, text=f"Question {number}")
    stage.world.work()
    stage.send()
    asked(stage, ANA, "queue")
    stage.person(ANA).press_in_view("review", block_id="review.1.1")
    for decided in range(1, 6):
        stage.person(ANA).wait_until(lambda: buttons(stage.view(ANA, deep=2))[:1] == ["approve"])
        stage.person(ANA).press_in_view("approve")

        def is_fresh(decided: int = decided) -> bool:
            return f"1 to {7 - decided} of {7 - decided}" in words(stage.person(ANA).views()[0].blocks)

        stage.person(ANA).wait_until(is_fresh)
        stage.person(ANA).press_in_view("next_review")
    # The next one is drawn after the acknowledgement.
    stage.person(ANA).wait_until(lambda: buttons(stage.view(ANA, deep=2))[:1] == ["approve"])
    stage.person(ANA).close()
    listed = words(stage.view(ANA).blocks)
    assert "Question 5" not in listed
    assert "Question 6" in listed


def test_the_list_is_drawn_anew_after_an_edit_too(stage: Stage) -> None:
    sample = stage.sample()
    stage.submit(sample, id=1, text="The first")
    stage.submit(sample, id=2, text="The second")
    asked(stage, BEN, "queue")
    stage.person(BEN).press_in_view("review", block_id="review.1.1")
    stage.view(BEN, deep=2)
    stage.person(BEN).press_in_view("edit")
    stage.view(BEN, deep=3)
    assert stage.person(BEN).submit({"reply.0.0": "Mine"}).outcome == "closed"
    stage.person(BEN).wait_until(lambda: "The first" not in words(stage.person(BEN).views()[0].blocks))
    assert "Edited and approved by @U0BEN" in words(stage.view(BEN, deep=2).blocks)
    assert "The second" in words(stage.person(BEN).views()[0].blocks)


def test_a_person_who_fills_in_at_once_in_the_list_finds_review_and_list_as_they_are_then(stage: Stage) -> None:
    sample = stage.sample()
    stage.submit(sample, id=1, text="The first")
    stage.submit(sample, id=2, text="The second")
    asked(stage, BEN, "queue")
    stage.person(BEN).press_in_view("review", block_id="review.1.1")
    stage.view(BEN, deep=2)
    stage.person(BEN).press_in_view("reject")
    stage.view(BEN, deep=3)
    assert stage.person(BEN).submit({"reason": "No.", "follows": "fill_in_now"}).outcome == "updated"
    stage.person(BEN).wait_until(lambda: "Fill in by" in words(stage.person(BEN).views()[1].blocks))
    assert stage.person(BEN).submit({"queue.0.0": "=delivery"}).outcome == "closed"
    stage.person(BEN).wait_until(lambda: "The first" not in words(stage.person(BEN).views()[0].blocks))
    assert "Answered by hand by @U0BEN" in words(stage.view(BEN, deep=2).blocks)
    assert decisions(stage) == ["U0BEN rejected", "U0BEN answered"]

"""Reviewers decide on the card: approve, edit, reject; and what they see of it."""

from dataclasses import replace
from typing import Literal

import pytest
from pydantic import BaseModel, JsonValue

from handlers.slack.blocks.modals import FOLLOWS, PRESET, REASON
from tests.sample import Triage, sample_workflow
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, BEN, EVE, FAILED, Stage, buttons, dict_of, inputs, options, words
from tests.world import sure
from workflows import Autonomy, OutcomeUnknown
from workflows.engine.errors import NotDone
from workflows.engine.review import claims
from workflows.engine.review.doubts import settle
from workflows.engine.review.wrong import corrections


def test_a_card_holds_all_that_is_needed_to_decide(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    (card,) = stage.cards()
    said = words(card.blocks)
    assert card.text == "Decision needed: Where is my money? (sample, ticket-1)"
    for part in (
        "Decide by",
        "Recommendation · 60% sure\nQueue: billing",
        "Where is my money?",
        "Why you are asked",
    ):
        assert part in said
    assert buttons(card) == ["approve", "edit", "reject", "details", "assign", "report_wrong"]
    assert (card.unfurl_links, card.unfurl_media, card.parse) == (False, False, "none")


def test_an_approved_case_is_delivered_and_its_card_says_who_and_when_and_what_came_of_it(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    pressed = stage.press(ANA, "approve")
    assert pressed.acknowledged
    stage.send()
    recorded = words(stage.cards()[0].blocks)
    assert "Approved by @U0ANA" in recorded
    assert "Recorded; being applied." in recorded
    stage.work()
    (card,) = stage.cards()
    assert card.text.startswith("Approved, applied: ")
    assert "Applied: receipt for sample/ticket-1" in words(card.blocks)
    assert buttons(card) == ["details", "correct"]
    assert stage.world.state(case) == "delivered"
    assert stage.desk.applied == {"sample/ticket-1": Triage(queue="billing", reply="We look into it.")}


def test_a_delivery_that_fails_is_told_apart_from_a_decision_that_is_recorded(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.desk.errors.append(NotDone("the desk is closed"))
    stage.press(ANA, "approve")
    stage.work()
    (card,) = stage.cards()
    said = words(card.blocks)
    assert "Approved by @U0ANA" in said
    assert "Apply failed; the decision is kept. An engineer can say /rerun 1." in said
    assert "the desk is closed" in said


@pytest.mark.usefixtures("either_way")
def test_an_edit_is_delivered_and_the_thread_tells_the_difference(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my parcel?")
    form = stage.opened(ANA, "edit")
    assert list(inputs(form)) == ["queue.0.0", "reply.0.0"]
    assert dict_of(form.values["queue.0.0"]["value"]["selected_option"])["value"] == "=billing"
    assert stage.person(ANA).submit({"queue.0.0": "=delivery"}).outcome == "closed"
    stage.work()
    said = words(stage.cards()[0].blocks)
    assert "Edited and approved by @U0ANA" in said
    assert "Queue: delivery\nReply: We look into it." in said
    assert stage.thread() == ["Changed from what was proposed\nQueue: ~billing~ → delivery"]
    assert stage.desk.applied["sample/ticket-1"].queue == "delivery"


def test_an_edit_that_a_rule_bars_is_told_in_the_form_and_changes_nothing(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.opened(ANA, "edit")
    submitted = stage.person(ANA).submit({"reply.0.0": "Here are $100"})
    assert submitted.outcome == "errors"
    assert submitted.errors == {"reply.0.0": "this is barred: never promise money"}
    assert stage.world.state(case) == "waiting"
    assert stage.person(ANA).submit({"reply.0.0": "Patience, please"}).outcome == "closed"


@pytest.mark.usefixtures("either_way")
def test_an_edit_that_runs_into_a_rule_has_to_be_confirmed_with_what_was_typed_kept(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.opened(ANA, "edit")
    assert stage.person(ANA).submit({"queue.0.0": "=safety", "reply.0.0": "Careful!"}).outcome == "updated"
    form = stage.view(ANA)
    assert "This breaks a rule:\nnever answer a safety report alone" in words(form.blocks)
    assert form.values["reply.0.1"]["value"]["value"] == "Careful!"
    assert stage.person(ANA).submit().outcome == "incomplete"
    (box,) = [name for name in inputs(form) if name.startswith("confirm!")]
    assert stage.person(ANA).submit({box: [*options(inputs(form)[box])]}).outcome == "closed"
    stage.work()
    assert "aware of the rule: never answer a safety report alone" in words(stage.cards()[0].blocks)
    assert stage.desk.applied["sample/ticket-1"] == Triage(queue="safety", reply="Careful!")


def test_a_rule_that_the_card_showed_is_approved_with_one_press(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="There is smoke")
    assert "Never: answer a safety report alone" in words(stage.cards()[0].blocks)
    assert stage.press(ANA, "approve").acknowledged
    stage.work()
    assert stage.world.state(case) == "delivered"


def test_an_approval_that_meets_a_new_rule_is_asked_for_and_what_is_safe_is_pressed_first(stage: Stage) -> None:
    """F72: the rule came with another version of the code, while the card stood there."""
    sample = stage.sample()
    case = stage.submit(sample, id=1, text="Where is my money?")
    sample.never("answer on a Friday alone")(lambda ticket, triage: True)

    asked = stage.opened(ANA, "approve")
    assert "never answer on a Friday alone" in words(asked.blocks)
    assert asked.submit is not None
    assert asked.submit["text"] == "Go back"
    assert stage.person(ANA).submit().outcome == "closed"
    assert stage.world.state(case) == "waiting"

    stage.opened(ANA, "approve")
    assert stage.person(ANA).press_in_view("approve_all_the_same").acknowledged
    stage.person(ANA).wait_until(lambda: "Recorded" in words(stage.view(ANA).blocks))
    stage.work()
    assert stage.world.state(case) == "delivered"
    assert "aware of the rule: never answer on a Friday alone" in words(stage.cards()[0].blocks)


class Urgent(Triage):
    """The output as a later version of the code has it."""

    urgency: Literal["low", "high"]


def test_an_approval_after_the_form_changed_opens_the_form_with_what_is_known(stage: Stage) -> None:
    """F72: nothing is recorded, and nothing of what was proposed is lost."""
    sample = stage.sample()
    case = stage.submit(sample, id=1, text="Where is my money?")
    sample.output = Urgent

    form = stage.opened(ANA, "approve")
    assert "the form has changed since this was proposed (Urgency is missing)" in words(form.blocks)
    assert dict_of(form.values["queue.0.0"]["value"]["selected_option"])["value"] == "=billing"
    assert stage.world.state(case) == "waiting"
    assert stage.person(ANA).submit().outcome == "incomplete"
    assert stage.person(ANA).submit({"urgency.0.0": "=high"}).outcome == "closed"
    stage.work()
    assert stage.desk.applied == {
        "sample/ticket-1": Urgent(queue="billing", reply="We look into it.", urgency="high"),
    }


def test_a_form_that_was_opened_before_it_changed_is_drawn_anew_with_what_was_typed(stage: Stage) -> None:
    """F72"""
    sample = stage.sample()
    stage.submit(sample, id=1, text="Where is my money?")
    stage.opened(ANA, "edit")
    sample.output = Urgent
    assert stage.person(ANA).submit({"reply.0.0": "My own words"}).outcome == "updated"
    form = stage.view(ANA)
    assert "The form has changed since you opened it. Nothing is recorded yet" in words(form.blocks)
    assert form.values["reply.0.1"]["value"]["value"] == "My own words"
    assert stage.person(ANA).submit({"urgency.0.1": "=low"}).outcome == "closed"
    stage.work()
    assert stage.desk.applied["sample/ticket-1"].reply == "My own words"


def test_what_was_typed_for_a_field_that_is_gone_stands_in_the_form(stage: Stage) -> None:
    """F72"""

    class Queue(BaseModel):
        queue: Literal["billing", "delivery", "safety"]

    sample = stage.sample()
    case = stage.submit(sample, id=1, text="Where is my money?")
    sample.output, sample.nevers = Queue, ()
    form = stage.opened(ANA, "approve")
    assert "No longer in the form: reply\nWe look into it." in words(form.blocks)
    assert stage.person(ANA).submit().outcome == "closed"
    stage.work()
    assert stage.world.state(case) == "delivered"


def test_a_press_that_was_refused_and_one_that_came_too_late_stand_in_the_audit(stage: Stage) -> None:
    """The audit has the person, the act and the reason, and nothing of the case."""
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.press(EVE, "approve")
    stage.press(ANA, "approve")
    stage.press(BEN, "edit")
    stage.told(BEN)
    refused = [entry for entry in stage.world.case(case).audit if entry.action.endswith(".refused")]
    assert [(entry.actor, entry.action, dict(entry.details)) for entry in refused] == [
        (EVE, "decide.refused", {"wanted": "decide", "why": "no_right"}),
        (BEN, "open.refused", {"wanted": "open", "why": "too_late"}),
    ]


def test_a_rejection_by_hand_leaves_a_form_with_the_refused_values_to_be_corrected(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.opened(ANA, "reject")
    assert stage.person(ANA).submit({REASON: "It is not about money", FOLLOWS: "by_hand"}).outcome == "closed"
    stage.work()
    (card,) = stage.cards()
    said = words(card.blocks)
    assert "Fill in by" in said
    assert "Why you are asked" not in said
    assert "Rejected by @U0ANA" in said
    assert "It is not about money" in said
    form = stage.opened(BEN, "edit")
    assert form.title["text"] == "Fill in case 1"
    assert "These are the values that were refused." in words(form.blocks)
    assert "Refused: billing." in str(form.blocks)
    assert dict_of(form.values["queue.0.0"]["value"]["selected_option"])["value"] == "=billing"
    assert stage.person(BEN).submit({"queue.0.0": "=delivery"}).outcome == "closed"
    stage.work()
    assert "Answered by hand by @U0BEN" in words(stage.cards()[0].blocks)
    assert stage.world.state(case) == "delivered"


def test_a_person_who_rejects_and_fills_in_at_once_gets_the_form_in_the_same_modal(
    stage: Stage,
) -> None:
    """D14"""
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.opened(ANA, "reject")
    assert stage.person(ANA).submit({REASON: "It is not about money", FOLLOWS: "fill_in_now"}).outcome == "updated"
    form = stage.view(ANA)
    assert form.title["text"] == "Fill in case 1"
    assert words(form.blocks).startswith("Your rejection is recorded. Fill in what is right,")
    assert "Refused: billing." in str(form.blocks)
    stage.work()

    def is_said_on_the_card() -> bool:
        stage.send()
        return "@U0ANA is on it since" in words(stage.cards()[0].blocks)

    stage.person(ANA).wait_until(is_said_on_the_card)
    assert stage.person(ANA).submit({"queue.0.0": "=delivery", "reply.0.0": "On its way"}).outcome == "closed"
    stage.work()
    (card,) = stage.cards()
    assert "Answered by hand by @U0ANA" in words(card.blocks)
    assert "Applied" in words(card.blocks)
    assert stage.world.state(case) == "delivered"


def test_what_was_refused_is_not_sent_again_unchanged_without_being_asked(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.opened(ANA, "reject")
    stage.person(ANA).submit({REASON: "It is not about money", FOLLOWS: "fill_in_now"})
    assert stage.person(ANA).submit().outcome == "updated"
    assert "⚠ Nothing differs from what was refused" in words(stage.view(ANA).blocks)
    assert stage.person(ANA).submit().outcome == "closed"


def test_a_rejection_by_one_of_the_workflows_own_reasons_needs_no_words(stage: Stage) -> None:
    sample = stage.sample()
    sample.review = replace(sample.review, reject_reasons=("Not ours", "A duplicate"))
    case = stage.submit(sample, id=1, text="Where is my money?")
    form = stage.opened(ANA, "reject")
    assert options(inputs(form)[PRESET]) == ["Not ours", "A duplicate"]
    neither = stage.person(ANA).submit({FOLLOWS: "close"})
    assert neither.errors == {REASON: "Choose a reason, or write one."}
    chosen: dict[str, JsonValue] = {PRESET: "Not ours", REASON: "It is for Acme Ltd", FOLLOWS: "close"}
    assert stage.person(ANA).submit(chosen).outcome == "closed"
    stage.work()
    assert stage.world.state(case) == "closed"
    assert stage.desk.told == {"sample/ticket-1/rejection": "Not ours: It is for Acme Ltd"}
    assert stage.thread() == ["Rejected: the case closes\nNot ours: It is for Acme Ltd"]
    stage.submit(sample, id=2, text="And mine?")
    stage.opened(ANA, "reject")
    sample.review = replace(sample.review, reject_reasons=("A duplicate",))
    gone = stage.person(ANA).submit({PRESET: "Not ours", FOLLOWS: "close"})
    assert "can no longer be chosen" in gone.errors[REASON]


def test_a_person_who_closes_the_empty_form_leaves_it_to_others(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.opened(ANA, "reject")
    stage.person(ANA).submit({REASON: "It is not about money", FOLLOWS: "fill_in_now"})
    stage.person(ANA).close()
    stage.work()
    (card,) = stage.cards()
    assert buttons(card) == ["edit", "reject", "details", "assign", "report_wrong"]
    assert "Rejected by @U0ANA" in words(card.blocks)


def test_a_rejection_that_closes_the_case_tells_the_system_of_record(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Buy cheap pills")
    stage.opened(ANA, "reject")
    assert stage.person(ANA).submit({REASON: "Spam", FOLLOWS: "close"}).outcome == "closed"
    stage.work()
    said = words(stage.cards()[0].blocks)
    assert "Rejected by @U0ANA" in said
    assert stage.thread() == ["Rejected: the case closes\nSpam"]
    assert "Closed; its system was told: noted" in said
    assert "Applied" not in said
    assert stage.world.state(case) == "closed"
    assert stage.desk.told == {"sample/ticket-1/rejection": "Spam"}


def test_a_rejection_that_asks_for_another_proposal_brings_a_new_card(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.opened(ANA, "reject")
    assert stage.person(ANA).submit({REASON: "Too curt", FOLLOWS: "propose_again"}).outcome == "closed"
    stage.work()
    old, new = stage.cards()
    assert "Rejected by @U0ANA" in words(old.blocks)
    assert buttons(old) == ["details"]
    assert "Decide by" in words(new.blocks)


def test_an_approval_says_all_on_the_card_and_nothing_in_its_thread(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.press(ANA, "approve")
    stage.work()
    assert stage.thread() == []


def test_one_press_says_on_the_card_who_is_on_it_and_another_takes_it_over(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    assert stage.press(ANA, "claim").acknowledged
    stage.work()
    assert "@U0ANA is on it since" in words(stage.cards()[0].blocks)
    assert stage.press(BEN, "take_over", confirmed=True).acknowledged
    stage.work()
    assert "@U0BEN is on it since" in words(stage.cards()[0].blocks)
    assert stage.press(ANA, "approve").acknowledged  # a claim bars nobody
    stage.work()
    assert stage.world.state(case) == "delivered"


def test_who_claims_a_moment_too_late_is_told_who_is_on_it(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    claims.claim(stage.world.context, stage.world.review(case).id, by=BEN)
    stage.press(ANA, "claim")
    assert stage.told(ANA).startswith("@U0BEN is on it since")
    assert stage.world.review(case).claimed_by == BEN


def test_a_second_person_is_told_before_they_type_who_is_on_it(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.press(ANA, "claim")
    stage.work()
    assert "is on it" not in words(stage.opened(ANA, "edit").blocks)
    assert words(stage.opened(BEN, "edit").blocks).startswith("@U0ANA is on it since")


def test_a_rejection_needs_a_reason(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.opened(ANA, "reject")
    assert stage.person(ANA).submit().outcome == "incomplete"
    assert stage.person(ANA).submit({REASON: "It is not about money"}).outcome == "incomplete"  # nothing is chosen
    submitted = stage.person(ANA).submit({REASON: "   ", FOLLOWS: "close"})
    assert submitted.outcome == "errors"
    assert set(submitted.errors) == {REASON}


def test_a_case_without_a_proposal_can_be_filled_in_or_closed_and_nothing_else(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Wo ist mein Geld?", language="de")
    (card,) = stage.cards()
    assert buttons(card) == ["edit", "reject", "details", "assign", "report_wrong"]
    assert card.text.startswith("To be filled in: ")
    form = stage.opened(ANA, "reject")
    assert options(inputs(form)[FOLLOWS]) == ["close", "propose_again"]


@pytest.mark.usefixtures("either_way")
def test_closing_a_form_decides_nothing(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.opened(ANA, "edit")
    stage.person(ANA).close()
    assert stage.world.state(case) == "waiting"
    assert stage.person(ANA).views() == []


def test_the_details_show_the_whole_case(stage: Stage) -> None:
    text = "Begin. " + "and so on " * 900 + "The very end."
    stage.submit(stage.sample(), id=1, text=text)
    (card,) = stage.cards()
    assert "more characters" in words(card.blocks)
    view = stage.opened(ANA, "details")
    assert "The very end." in words(view.blocks)


def test_a_correction_shows_what_it_would_replace_and_is_decided_like_any_proposal(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.press(ANA, "approve")
    stage.work()
    wanted = Triage(queue="delivery", reply="We look into it.")
    corrections.correct(stage.world.context, case, wanted, by="cli:kim", reasons=["a parcel"])
    stage.work()
    first, correction = stage.cards()
    assert "Applied" in words(first.blocks)
    said = words(correction.blocks)
    assert correction.text.startswith("Correction to decide: ")
    assert "Correction: Decide by" in said
    assert "Queue: ~billing~ → delivery" in said
    assert stage.press(ANA, "approve").acknowledged
    stage.work()
    assert "Applied: receipt for sample/ticket-1/correction-1" in words(stage.cards()[-1].blocks)
    assert stage.cards()[-1].text.startswith("Correction: Approved, applied")
    assert "Corrected since; something else stands there now." in words(stage.cards()[0].blocks)
    assert "Queue: ~billing~ → delivery" in words(stage.cards()[-1].blocks)


def test_a_delivery_in_doubt_is_told_as_such_until_somebody_has_looked(stage: Stage) -> None:
    sample = stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.draft(), idempotent=False))
    case = stage.submit(sample, id=1, text="Where is my money?")
    stage.desk.errors.append(OutcomeUnknown("no answer came"))
    stage.press(ANA, "approve")
    stage.work()
    said = words(stage.cards()[0].blocks)
    assert "Apply in doubt: it may have happened or not." in said
    told = words(stage.cards(channel=FAILED)[0].blocks)
    assert "1 is in doubt: its own card asks whether it was delivered." in told
    settle(stage.world.context, case, happened=True, by="cli:kim")
    stage.work()
    assert "Applied" in words(stage.cards()[0].blocks)
    assert "in doubt" not in words(stage.cards()[0].blocks)


def test_a_reply_that_follows_from_the_queue_is_written_anew_when_the_queue_is_changed(make_stage: MakeStage) -> None:
    """The customer gets the reply of the queue that the reviewer chose; it is shown before it goes out."""
    replies = {"billing": "We look into your payment.", "delivery": "We look for your parcel."}
    stage = make_stage(sure(0.6, queue="billing", reply=replies["billing"]))
    sample = sample_workflow(stage.desk, autonomy=Autonomy.draft())
    sample.template("reply")(lambda _, chosen: replies[chosen["queue"]])
    stage.submit(stage.placed(sample), id=1, text="Where is my parcel?")
    stage.opened(ANA, "edit")
    assert stage.person(ANA).submit({"queue.0.0": "=delivery"}).outcome == "updated"
    form = stage.view(ANA)
    assert "Rewritten, to go with what you chose: Reply." in words(form.blocks)
    assert form.values["reply.0.1"]["value"]["value"] == "We look for your parcel."
    assert stage.person(ANA).submit().outcome == "closed"
    stage.work()
    assert stage.desk.applied["sample/ticket-1"].reply == "We look for your parcel."


def test_a_reply_that_the_reviewer_wrote_is_left_alone(make_stage: MakeStage) -> None:
    stage = make_stage(sure(0.6, queue="billing", reply="Template of billing"))
    sample = sample_workflow(stage.desk, autonomy=Autonomy.draft())
    sample.template("reply")(lambda _, chosen: f"Template of {chosen['queue']}")
    stage.submit(stage.placed(sample), id=1, text="Where is my parcel?")
    stage.opened(ANA, "edit")
    assert stage.person(ANA).submit({"queue.0.0": "=delivery", "reply.0.0": "My own words"}).outcome == "closed"
    stage.work()
    assert stage.desk.applied["sample/ticket-1"].reply == "My own words"


def test_approving_what_runs_into_a_rule_is_recorded_as_passing_it_over(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="There is smoke")
    stage.press(ANA, "approve", confirmed=True)
    stage.work()
    assert "aware of the rule: never answer a safety report alone" in words(stage.cards()[0].blocks)


def test_a_token_in_an_error_is_not_shown(stage: Stage) -> None:
    """A28"""
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.desk.errors.append(
        NotDone("auth failed for sk-ant-planted-999 and xoxb-12345-secret with Bearer abcdefghijk")
    )
    stage.press(ANA, "approve")
    stage.work()
    assert "auth failed for [secret] and [secret] with Bearer [secret]" in words(stage.cards()[0].blocks)
    assert "auth failed for … and … with Bearer …" in words(stage.cards(channel=FAILED)[0].blocks)

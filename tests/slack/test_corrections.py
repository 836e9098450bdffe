"""A delivered case is not run again: what is right is proposed, and a person decides it."""

import pytest
from pydantic import JsonValue

from store import schema
from tests.sample import sample_workflow
from tests.slack.stage import ANA, BEN, EVE, KIM, SUPPORT, Stage, buttons, dict_of, inputs, words
from workflows import Autonomy
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.review.wrong import corrections

pytestmark = pytest.mark.slow

TEXT = "Where is my money?"


def delivered(stage: Stage, workflow: AnyWorkflow | None = None) -> int:
    """A case that was approved and delivered; its card says so."""
    case = stage.submit(workflow or stage.sample(), id=1, text=TEXT)
    stage.press(ANA, "approve")
    stage.work()
    return case


def correct(stage: Stage, user: str = ANA, why: str = "It is about a parcel") -> str:
    """Press Correct on the first card, change the queue, and submit; returns what became of the form."""
    stage.opened(user, "correct", card=0)
    return stage.person(user).submit({"queue.0.0": "=delivery", "why!.0.0": why}).outcome


def test_the_form_holds_what_was_delivered(stage: Stage) -> None:
    delivered(stage)
    form = stage.opened(ANA, "correct")
    assert "a person decides before anything is sent" in words(form.blocks)
    fields = inputs(form)
    assert dict_of(fields["queue.0.0"]["initial_option"])["value"] == "=billing"
    assert fields["reply.0.0"]["initial_value"] == "We look into it."
    assert list(fields) == ["queue.0.0", "reply.0.0", "why!.0.0"]


def test_what_is_right_is_shown_old_to_new_and_delivered_once_a_person_approved_it(stage: Stage) -> None:
    delivered(stage)
    assert correct(stage) == "updated"
    assert "waits for a decision, like any proposal" in words(stage.view(ANA).blocks)
    stage.work()
    asks = words(stage.cards()[-1].blocks)
    assert "Queue: ~billing~ → delivery" in asks
    assert "It is about a parcel" in asks
    assert stage.desk.attempts == ["sample/ticket-1"]
    stage.press(ANA, "approve")
    stage.work()
    assert stage.desk.attempts == ["sample/ticket-1", "sample/ticket-1/correction-1"]
    assert buttons(stage.cards()[0]) == ["details"]  # something else stands there now
    assert buttons(stage.cards()[-1]) == ["details", "correct"]


def test_rerun_of_a_delivered_case_offers_it(stage: Stage) -> None:
    """F62"""
    case = delivered(stage)
    stage.person(KIM).command(SUPPORT, "/rerun", str(case))
    assert "was delivered, so it is not run again" in stage.told(KIM)
    assert "Correct it" in stage.told(KIM)
    assert len(stage.world.case(case).runs) == 1


def test_the_button_of_the_answer_opens_the_form(stage: Stage) -> None:
    case = delivered(stage)
    stage.person(KIM).command(SUPPORT, "/countersign", f"case {case}")

    def answer() -> str | None:
        mine = [message for message in stage.person(KIM).messages(SUPPORT) if message.ephemeral]
        return mine[-1].ts if mine else None

    assert stage.person(KIM).press(SUPPORT, stage.person(KIM).wait_until(answer), "correct").acknowledged
    assert "This was delivered." in words(stage.view(KIM).blocks)


def test_a_person_who_may_not_read_the_case_may_not_correct_it(stage: Stage) -> None:
    delivered(stage)
    stage.press(EVE, "correct")
    assert "Only reviewers, engineers and the owner may read cases" in stage.told(EVE)
    actions = [row.action for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    assert actions.count("correct.refused") == 1


def test_a_form_that_changes_nothing_is_refused_in_words(stage: Stage) -> None:
    delivered(stage)
    stage.opened(ANA, "correct")
    assert stage.person(ANA).submit().outcome == "updated"
    assert "These values are the ones that were delivered" in words(stage.view(ANA).blocks)


def test_a_value_that_does_not_fit_is_said_at_its_field(stage: Stage) -> None:
    delivered(stage)
    stage.opened(ANA, "correct")
    outcome = stage.person(ANA).submit({"reply.0.0": "Here are $5"})
    assert outcome.outcome == "errors"
    assert "never promise money" in str(outcome.errors)


def test_a_form_that_was_opened_before_something_else_was_delivered_is_refused_and_handed_back(stage: Stage) -> None:
    case = delivered(stage)
    stage.opened(ANA, "correct")
    output = sample_workflow(stage.desk).output
    corrections.correct(stage.world.context, case, output(queue="delivery"), by="cli:kim")
    stage.work()
    stage.press(ANA, "approve")
    stage.work()
    assert stage.person(ANA).submit({"reply.0.0": "My own words"}).outcome == "updated"
    said = words(stage.view(ANA).blocks)
    assert "Something else was delivered after this was shown" in said
    assert "My own words" in said


def test_while_one_is_open_there_is_no_second(stage: Stage) -> None:
    """Somebody who has the form open already keeps what they typed, and is told where the first one waits."""
    delivered(stage)
    stage.opened(KIM, "correct", card=0)
    assert correct(stage) == "updated"
    assert stage.person(KIM).submit({"queue.0.0": "=delivery", "why!.0.0": "Another parcel"}).outcome == "updated"
    said = words(stage.view(KIM).blocks)
    assert f"A correction of it waits already, in #{SUPPORT}; decide that one first." in said
    assert "You typed, for Queue\ndelivery" in said


def test_what_was_resolved_alone_can_be_corrected_too(stage: Stage) -> None:
    sample = stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.floor(0.5)))
    case = stage.submit(sample, id=1, text=TEXT)
    stage.person(KIM).command(SUPPORT, "/rerun", str(case))
    assert "Correct it" in stage.told(KIM)


def test_a_correction_stands_in_a_full_channel_at_once_and_a_second_one_is_told_where(stage: Stage) -> None:
    workflow = stage.sample()
    stage.submit(workflow, id=1, text="Where is my money?")
    stage.press(ANA, "approve")
    stage.work()
    inputs: list[dict[str, JsonValue]] = [{"id": number, "text": f"text {number}"} for number in range(2, 16)]
    stage.world.submit_all(workflow, inputs)
    stage.world.work()
    stage.send()
    waiting = [card for card in stage.cards() if card.text.startswith("Decision needed")]
    assert len(waiting) == 10
    first = next(number for number, card in enumerate(stage.cards()) if card.text.startswith("Approved"))
    stage.opened(ANA, "correct", card=first)
    stage.person(ANA).submit({"queue.0.0": "=delivery", "why!.0.0": "wrong"})
    stage.work()
    assert [card for card in stage.cards() if card.text.startswith("Correction to decide")]
    assert len([card for card in stage.cards() if card.text.startswith("Decision needed")]) == 10
    stage.press(BEN, "correct", card=first)
    assert stage.told(BEN) == f"A correction of it waits already, in #{SUPPORT}; decide that one first.\nReview"

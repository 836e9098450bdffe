"""Undo on the card, and a second person who approves the very same values."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.sample import Ticket, Triage
from tests.slack.stage import ANA, BEN, EVE, KIM, SUPPORT, Stage, buttons, inputs, words
from workflows import Second
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.review.rerun import reruns
from workflows.engine.review.wrong.corrections import correct

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)


def declared(stage: Stage, **settings: object) -> AnyWorkflow:
    """The sample automation with further settings of its review."""
    workflow = stage.sample()
    workflow.review = replace(workflow.review, **settings)  # type: ignore[arg-type]  # each test names what it needs
    return workflow


def test_a_decision_is_undone_on_its_card(stage: Stage) -> None:
    stage.submit(declared(stage, grace=MINUTE), id=1, text="charged twice")
    assert stage.press(ANA, "approve").acknowledged
    stage.work()
    (card,) = stage.cards()
    assert "Recorded; applied at" in words(card.blocks)
    assert "undo" in buttons(card)
    assert stage.press(BEN, "undo").acknowledged
    assert "Only who decided it can take it back" in stage.told(BEN)
    assert stage.press(ANA, "undo").acknowledged
    stage.work()
    (card,) = stage.cards()
    assert "approve" in buttons(card)
    assert stage.thread() == [f"Taken back by @{ANA}. The review is open again."]
    assert stage.desk.attempts == []


def test_after_the_grace_period_the_person_is_told_what_to_do_instead(stage: Stage) -> None:
    stage.submit(declared(stage, grace=MINUTE), id=1, text="charged twice")
    stage.press(ANA, "approve")
    stage.work()
    (card,) = stage.cards()
    stage.world.clock.move(MINUTE)
    stage.world.work()
    assert stage.person(ANA).press(SUPPORT, card.ts, "undo").acknowledged
    assert "It was delivered at 09:01 UTC; report it as wrong instead." in stage.told(ANA)
    stage.work()
    assert "undo" not in buttons(stage.cards()[0])


def test_a_decision_in_the_list_is_undone_there(stage: Stage) -> None:
    stage.submit(declared(stage, grace=MINUTE), id=1, text="charged twice")
    ana = stage.person(ANA)
    assert ana.command(SUPPORT, "/countersign", "review ticket-1").acknowledged
    stage.view(ANA)
    assert ana.press_in_view("approve").acknowledged
    undoable = ana.wait_until(lambda: views[-1] if "undo" in buttons((views := ana.views())[-1]) else None)
    assert "Recorded; applied at" in words(undoable.blocks)
    assert ana.press_in_view("undo").acknowledged
    ana.wait_until(lambda: "approve" in buttons(ana.views()[-1]))


def test_the_second_person_sees_the_case_and_approves_it_as_well(stage: Stage) -> None:
    """The first one is refused in words, and so is somebody who may only be the first."""
    second: Second[Ticket, Triage] = Second(sentence="more than 5,000 euros", by=[KIM, ANA])
    stage.submit(declared(stage, second=second), id=1, text="charged twice\nand again")
    stage.press(ANA, "approve")
    stage.work()
    (card,) = stage.cards()
    said = words(card.blocks)
    assert f"Approved by @{ANA}" in said
    assert "Waits for a second person: more than 5,000 euros." in said
    assert "and again" in said
    assert buttons(card)[:4] == ["approve", "edit", "reject", "undo"]
    assert stage.press(BEN, "approve").acknowledged
    assert "You are not among those who may be the second person of sample." in stage.told(BEN)
    assert stage.press(ANA, "approve").acknowledged
    assert "You approved it already; now another person has to look at it." in stage.told(ANA)
    assert stage.press(KIM, "approve").acknowledged
    stage.work()
    assert f"also by @{KIM}" in words(stage.cards()[0].blocks)
    assert stage.desk.attempts == ["sample/ticket-1"]


def test_a_second_person_is_told_that_a_correction_changes_what_was_delivered(stage: Stage) -> None:
    workflow = declared(stage)
    case = stage.submit(workflow, id=1, text="charged twice")
    stage.press(ANA, "approve")
    stage.work()
    workflow.review = replace(workflow.review, second=Second())
    correct(stage.world.context, case, Triage(queue="delivery", reply="We look into it."), by=ANA)
    stage.work()
    stage.press(ANA, "approve")
    stage.work()
    said = words(stage.cards()[-1].blocks)
    assert f"Correction: Approved by @{ANA}" in said
    assert "Changed from what was delivered\nQueue: ~billing~ → delivery" in said
    assert "what was proposed" not in said


def test_a_second_person_starts_from_what_the_first_one_entered(stage: Stage) -> None:
    """Their change needs another person in turn; and the first one takes back what waits."""
    stage.submit(declared(stage, second=Second()), id=1, text="charged twice")
    stage.took(ANA)
    assert stage.person(ANA).submit({"reply.0.0": "Sorry, Ana"}).acknowledged
    stage.work()
    assert inputs(stage.opened(BEN, "edit"))["reply.0.0"]["initial_value"] == "Sorry, Ana"
    assert stage.person(BEN).submit({"reply.0.0": "Sorry, Ben"}).acknowledged
    stage.work()
    said = words(stage.cards()[0].blocks)
    assert f"Edited and approved by @{BEN}" in said
    assert "Sorry, Ben" in said
    assert stage.press(BEN, "undo").acknowledged
    stage.work()
    assert "approve" in buttons(stage.cards()[0])
    assert stage.desk.applied == {}


def test_nobody_decides_what_they_handed_in(stage: Stage) -> None:
    """A refusal is told to the person alone, and kept in the audit."""
    workflow = declared(stage, self_approval=False, reviewers=[ANA, "tester"])
    case = stage.submit(workflow, id=1, text="charged twice")
    assert stage.press(EVE, "approve").acknowledged
    assert "You are not among the reviewers" in stage.told(EVE)
    reruns.rerun(stage.world.context, case, by=ANA)
    stage.work()
    assert stage.press(ANA, "approve").acknowledged
    assert "sample has somebody else decide it" in stage.told(ANA)
    assert [line.details["why"] for line in stage.world.case(case).audit if line.action == "approve.refused"] == [
        "own_case"
    ]

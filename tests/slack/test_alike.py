"""Cases that are alike: one modal with a row for each, of which the odd ones are opened and the others approved."""

import pytest

from bot.sandbox.client import ShownView
from store import schema
from tests.sample import Triage
from tests.slack.stage import ANA, BEN, EVE, SUPPORT, Stage, buttons, inputs, words
from tests.slack.test_session import begun, decisions, main_button, pressed, take_in, title
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.review import reviews
from workflows.engine.review.alike import alike_cases
from workflows.model.scripted import ScriptedModel, says


@pytest.fixture
def workflow(stage: Stage) -> AnyWorkflow:
    """The sample, in which cases of one queue are alike."""
    sample = stage.sample()
    sample.alike(lambda ticket, triage: f"To {triage.queue}")
    return sample


def accessories(view: ShownView) -> list[str]:
    """The action_ids of the buttons beside lines."""
    return [str(block["accessory"]["action_id"]) for block in view.blocks if isinstance(block.get("accessory"), dict)]  # type: ignore[index,call-overload]


def seen(stage: Stage, user: str = ANA) -> ShownView:
    """Choose it in the menu of the first card."""
    return stage.opened(user, "alike", card=0)


def submitted(stage: Stage, user: str = ANA) -> ShownView:
    """Press the main button; returns what stands there once all is done."""
    person = stage.person(user)
    assert person.submit({}).outcome == "updated"
    return person.wait_until(lambda: view if " done. " not in words((view := stage.view(user)).blocks) else None)


def test_twelve_alike_are_approved_by_two_presses_each_by_a_decision_of_its_own(
    stage: Stage, workflow: AnyWorkflow
) -> None:
    take_in(stage, workflow, 12)
    stage.send()
    shown = seen(stage)
    said = words(shown.blocks)
    assert (title(shown), main_button(shown)) == ("12 alike", "Approve 12 together")
    assert said.startswith("To billing\n12 to approve together.")
    assert "The same in all: Queue: billing" in said
    assert said.count("This workflow only drafts") == 1
    assert accessories(shown) == ["open_row"] * 12
    shown = submitted(stage)
    assert words(shown.blocks).startswith("To billing\n12 approved.")
    assert main_button(shown) is None
    assert accessories(shown) == []
    assert decisions(stage) == ["U0ANA approved"] * 12
    stage.work()
    assert len(stage.desk.applied) == 12


def test_one_that_somebody_decided_meanwhile_is_drawn_so_and_only_that_one_is_refused(
    stage: Stage, workflow: AnyWorkflow
) -> None:
    take_in(stage, workflow, 3)
    stage.send()
    seen(stage)
    reviews.edit(stage.world.context, 2, 1, Triage(queue="delivery"), by=BEN)
    said = words(submitted(stage).blocks)
    assert said.startswith("To billing\n2 approved. 1 not: see below.")
    assert "Case 2: already edited by @U0BEN; nothing of yours counts" in said
    assert decisions(stage) == ["U0BEN edited", "U0ANA approved", "U0ANA approved"]


def test_one_that_nobody_answered_in_time_meanwhile_is_nobodys_decision(stage: Stage, workflow: AnyWorkflow) -> None:
    take_in(stage, workflow, 3)
    stage.send()
    seen(stage)
    reviews.lapse(stage.world.context, 2, 1, approve=True)
    reviews.lapse(stage.world.context, 3, 1, approve=False)
    said = words(submitted(stage).blocks)
    assert "Case 2: nobody answered in time, so it was taken as proposed; nothing of yours counts" in said
    assert "Case 3: nobody answered in time, so it was closed; nothing of yours counts" in said


def test_the_odd_one_is_opened_and_decided_and_what_a_rule_keeps_is_left(stage: Stage, workflow: AnyWorkflow) -> None:
    take_in(stage, workflow, 2)
    stage.submit(workflow, id=3, text="There is smoke")
    shown = seen(stage)
    said = words(shown.blocks)
    assert main_button(shown) == "Approve 2 together"
    assert "1 is left for a person." in said
    assert "Left: needs you: a rule keeps it for a person (never answer a safety report alone)" in said
    person = stage.person(ANA)
    assert person.press_in_view("open_row", block_id="row.1.1").acknowledged
    above = stage.view(ANA, deep=2)
    assert "Case 1" in words(above.blocks)
    person.wait_until(lambda: stage.world.rows(schema.Opening))
    assert person.press_in_view("approve").acknowledged
    person.wait_until(lambda: main_button(person.views()[0]) == "Approve 1")
    person.close()
    said = words(submitted(stage).blocks)
    assert said.startswith("To billing\n1 approved.")
    made = [row for row in stage.world.rows(schema.Decision) if isinstance(row, schema.Decision)]
    assert [(row.review_id, row.unopened) for row in made] == [(1, False), (2, True)]


def test_whoever_may_not_decide_is_told_so_and_nothing_is_approved(stage: Stage, workflow: AnyWorkflow) -> None:
    """Neither is anything where the right ends between the look and the press."""
    take_in(stage, workflow, 2)
    stage.send()
    assert stage.press(EVE, "alike", card=0).acknowledged
    assert "You are not among the reviewers of sample." in stage.told(EVE)
    seen(stage)
    stage.ears.only_members(lambda group: [])
    assert stage.person(ANA).submit({}).outcome == "updated"
    assert "no right" in words(stage.view(ANA).blocks)
    assert decisions(stage) == []


def test_from_a_session_one_goes_on_reviewing_afterwards(stage: Stage, workflow: AnyWorkflow) -> None:
    take_in(stage, workflow, 3)
    stage.submit(workflow, id=4, text="There is smoke")
    shown = begun(stage)
    assert "alike" in buttons(shown)
    shown = pressed(stage, "alike")
    assert main_button(shown) == "Approve 3 together"
    shown = submitted(stage)
    assert main_button(shown) == "Go on reviewing"
    assert stage.person(ANA).submit({}).outcome == "updated"
    shown = stage.view(ANA)
    assert title(shown) == "Review 1 of 1"
    assert "There is smoke" in words(shown.blocks)


@pytest.mark.slow
def test_from_a_session_one_goes_on_reviewing_after_a_row_was_opened_and_decided(
    stage: Stage, workflow: AnyWorkflow
) -> None:
    """Approved where it was opened, or edited in a form on top of that; the session is as far as it was."""
    take_in(stage, workflow, 5)
    begun(stage)
    assert title(pressed(stage, "skip")) == "Review 2 of 5"
    shown = pressed(stage, "alike")
    assert main_button(shown) == "Approve 5 together"
    person = stage.person(ANA)
    assert person.press_in_view("open_row", block_id="row.2.1").acknowledged
    stage.view(ANA, deep=2)
    assert person.press_in_view("approve").acknowledged
    person.wait_until(lambda: main_button(person.views()[0]) == "Approve 4 together")
    person.close()
    assert person.press_in_view("open_row", block_id="row.3.1").acknowledged
    stage.view(ANA, deep=2)
    assert person.press_in_view("edit").acknowledged
    form = stage.view(ANA, deep=3)
    assert main_button(form) == "Decide"
    name = next(one for one in inputs(form) if one.startswith("queue."))
    assert person.submit({name: "=delivery"}).acknowledged
    person.wait_until(lambda: main_button(person.views()[0]) == "Approve 3 together")
    person.close()
    shown = submitted(stage)
    assert main_button(shown) == "Go on reviewing"
    assert person.submit({}).outcome == "updated"
    said = words(stage.view(ANA).blocks)
    assert "Nothing waits any more" in said
    assert "skipped 1" in said


def test_groups_stand_in_the_list_and_in_the_home_with_their_number(stage: Stage, workflow: AnyWorkflow) -> None:
    take_in(stage, workflow, 3)
    assert stage.person(ANA).command(SUPPORT, "/countersign", "queue").acknowledged
    said = words(stage.view(ANA).blocks)
    assert said.startswith("To billing\n3 alike · sample")
    shown = pressed(stage, "alike")
    assert main_button(shown) == "Approve 3 together"
    stage.person(ANA).close()
    stage.person(ANA).open_home()
    home = stage.person(ANA).wait_until(lambda: stage.person(ANA).home())
    assert "Alike: approve together\nTo billing\n3 alike · sample" in words(home.blocks)


@pytest.mark.slow
def test_a_process_that_ends_on_the_way_leaves_open_what_it_did_not_decide(
    stage: Stage, workflow: AnyWorkflow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The modal that it left says how each case stands, when it is asked to look again."""
    take_in(stage, workflow, 4)
    stage.send()
    seen(stage)
    real, done = alike_cases.approve_row, list[int]()

    def dies(context: object, review: int, *more: object, **named: object) -> object:
        if len(done) == 2:
            raise RuntimeError("the process is gone")
        done.append(review)
        return real(context, review, *more, **named)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(alike_cases, "approve_row", dies)
    assert stage.person(ANA).submit({}).outcome == "updated"
    stage.person(ANA).wait_until(lambda: len(decisions(stage)) == 2 and stage.ears.listeners is not None)
    assert stage.ears.listeners is not None
    stage.ears.listeners.wait()
    shown = stage.view(ANA)
    assert main_button(shown) == "How it stands"
    assert stage.person(ANA).submit({}).outcome == "updated"
    said = words(stage.view(ANA).blocks)
    assert said.count(": not decided yet") == 2
    assert said.count(": approved") == 2
    monkeypatch.undo()
    assert main_button(stage.view(ANA)) is None
    stage.person(ANA).close()
    assert main_button(stage.opened(ANA, "alike", card=-1)) == "Approve 2 together"


def test_a_row_of_hostile_text_fits_and_calls_nobody(stage: Stage, workflow: AnyWorkflow) -> None:
    hostile = "&<!channel>*" * 40
    stage.world.model = ScriptedModel(
        lambda asked: says({"queue": "billing", "reply": f"{asked.data['text']}{hostile}"}, confidence=0.6)
    )
    for id in (1, 2):
        stage.submit(workflow, id=id, text=f"{id}{hostile}")
    shown = seen(stage)
    assert main_button(shown) == "Approve 2 together"
    assert "<!channel>" not in str([block for block in shown.blocks if block["type"] == "section"])

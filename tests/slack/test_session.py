"""A review session: one modal that leads a person through what they may decide."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import BaseModel, JsonValue

from bot.sandbox.client import ShownView
from handlers.slack import limits
from store import schema
from tests.sample import Ticket, Triage, sample_workflow
from tests.slack.stage import ANA, BEN, EVE, KIM, SUPPORT, SlackTime, Stage, buttons, inputs, options, words
from tests.world import World
from workflows import Autonomy, Second
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.privacy.forgetting import forget
from workflows.engine.review import reviews
from workflows.engine.review.decisions import Follows
from workflows.engine.review.wrong import corrections
from workflows.model.scripted import ScriptedModel

pytestmark = pytest.mark.slow

MINUTE = timedelta(minutes=1)
NEXT = "Approve and next"


def take_in(stage: Stage, workflow: AnyWorkflow, number: int) -> list[int]:
    """Take so many cases in, of which the first has the earliest deadline; returns them."""
    found = []
    for id in range(1, number + 1):
        found.append(stage.world.submit(workflow, id=id, text=f"Case {id}").case)
        stage.world.work()
        stage.world.clock.move(timedelta(seconds=1))
    return found


def begun(stage: Stage, user: str = ANA) -> ShownView:
    """Begin a session; returns its first step, once it is noted who is at it."""
    assert stage.person(user).command(SUPPORT, "/countersign", "review").acknowledged
    shown = stage.view(user)
    stage.person(user).wait_until(lambda: user in claims(stage).values())
    return shown


def claims(stage: Stage) -> dict[int, str | None]:
    """Return who has claimed the undecided review of which case."""
    states = ("open", "awaiting_second")
    found = [row for row in stage.world.rows(schema.Review) if isinstance(row, schema.Review) and row.state in states]
    return {row.case_id: row.claimed_by for row in found if row.claimed_by is not None}


def decisions(stage: Stage) -> list[str]:
    """Return the decisions with their people, as the database keeps them."""
    return [f"{row.by} {row.kind}" for row in stage.world.rows(schema.Decision) if isinstance(row, schema.Decision)]


def on(stage: Stage, user: str = ANA, /, **values: JsonValue) -> ShownView:
    """Press the main button; returns what stands in the same modal then."""
    pressed = stage.person(user).submit(values)
    assert pressed.outcome == "updated", pressed
    (shown,) = stage.person(user).views()
    return shown


def pressed(stage: Stage, action: str, user: str = ANA) -> ShownView:
    """Press another button of the step; returns what stands in the same modal then."""
    before = stage.view(user).hash
    assert stage.person(user).press_in_view(action).acknowledged
    return stage.person(user).wait_until(lambda: view if (view := stage.view(user)).hash != before else None)


def calls(stage: Stage) -> list[str]:
    """Return the calls to Slack about views."""
    return [call.method for call in stage.running.administrator.calls() if call.method.startswith("views.")]


def title(view: ShownView) -> str:
    return str(view.title["text"])


def main_button(view: ShownView) -> str | None:
    return str(view.submit["text"]) if view.submit is not None else None


def test_fifty_cases_in_one_modal_with_one_press_and_no_call_to_slack_for_each_approval(stage: Stage) -> None:
    """The one that was skipped comes again at the end, where wished."""
    take_in(stage, stage.sample(), 50)
    shown = begun(stage)
    assert (title(shown), main_button(shown)) == ("Review 1 of 50", NEXT)
    said = words(shown.blocks)
    assert said.startswith("Case 1\n")
    assert "Queue: billing" in said
    assert buttons(shown) == ["step_edit", "step_reject", "skip", "details"]
    for number in range(2, 41):
        shown = on(stage)
        assert title(shown) == f"Review {number} of 50"
        assert f"Case {number}\n" in words(shown.blocks)
    assert calls(stage) == ["views.open"]
    assert "Case 41\n" in words(pressed(stage, "skip").blocks)
    for _ in range(9):
        shown = on(stage)
    shown = on(stage)
    said = words(shown.blocks)
    assert "Nothing waits any more but what you skipped." in said
    assert "You decided 49, all approved, skipped 1." in said
    assert "ticket-50: approved" in said
    assert calls(stage) == ["views.open", "views.update"]
    assert len(shown.private_metadata) <= limits.PRIVATE_METADATA
    assert title(on(stage)) == "Review 50 of 50"
    said = words(on(stage).blocks)
    assert "Nothing waits any more.\nYou decided 50, all approved, skipped 0." in said
    assert len(decisions(stage)) == 50
    assert stage.desk.attempts == [], "nobody waited for a delivery"


def test_an_edit_and_a_rejection_happen_in_place_and_go_on(stage: Stage) -> None:
    take_in(stage, stage.sample(), 4)
    begun(stage)
    form = pressed(stage, "step_edit")
    assert main_button(form) == "Decide and next"
    assert buttons(form) == ["back_to_step"]
    name = next(one for one in inputs(form) if one.startswith("queue."))
    shown = on(stage, **{name: "=delivery"})
    assert "You edited ticket-1." in words(shown.blocks)
    assert "Case 2\n" in words(shown.blocks)
    form = pressed(stage, "step_reject")
    assert main_button(form) == "Reject and next"
    shown = on(stage, reason="Spam", follows="close")
    assert "You rejected ticket-2." in words(shown.blocks)
    pressed(stage, "step_reject")
    assert "Case 3\n" in words(pressed(stage, "back_to_step").blocks)
    on(stage)
    said = words(on(stage).blocks)
    assert "You decided 4 (2 approved, 1 edited, 1 rejected), skipped 0." in said
    assert decisions(stage) == ["U0ANA edited", "U0ANA rejected", "U0ANA approved", "U0ANA approved"]


def test_what_was_typed_is_there_again_after_a_look_at_the_case(stage: Stage) -> None:
    take_in(stage, stage.sample(), 1)
    begun(stage)
    form = pressed(stage, "step_edit")
    name = next(one for one in inputs(form) if one.startswith("reply."))
    stage.person(ANA).type({name: "Half a sentence"})
    pressed(stage, "back_to_step")
    form = pressed(stage, "step_edit")
    assert "Half a sentence" in str(inputs(form))


def test_a_rejection_that_is_left_to_others_does_not_come_again_and_one_to_fill_in_comes_at_once(
    stage: Stage,
) -> None:
    take_in(stage, stage.sample(), 2)
    begun(stage)
    pressed(stage, "step_reject")
    assert "Case 2\n" in words(on(stage, reason="No", follows="by_hand").blocks)
    pressed(stage, "step_reject")
    form = on(stage, reason="No", follows="fill_in_now")
    assert main_button(form) == "Decide and next"
    name = next(one for one in inputs(form) if one.startswith("queue."))
    said = words(on(stage, **{name: "=delivery"}).blocks)
    assert "You decided 2 (1 filled in, 1 rejected), skipped 0." in said


def test_the_last_decision_is_undone_in_the_session_while_its_grace_lasts(stage: Stage) -> None:
    workflow = stage.sample()
    workflow.review = replace(workflow.review, grace=MINUTE)
    take_in(stage, workflow, 3)
    begun(stage)
    shown = on(stage)
    assert "You approved ticket-1." in words(shown.blocks)
    shown = pressed(stage, "undo_last")
    said = words(shown.blocks)
    assert "You took your decision on ticket-1 back." in said
    assert "Case 1\n" in said
    assert title(shown) == "Review 1 of 3"
    on(stage)
    stage.world.clock.move(MINUTE)
    shown = pressed(stage, "undo_last")
    said = words(shown.blocks)
    assert "The time to take it back ended at" in said
    assert "Case 2\n" in said
    assert main_button(on(stage)) == NEXT
    assert decisions(stage) == ["U0ANA approved", "U0ANA approved", "U0ANA approved"]


def test_what_the_first_person_took_back_meanwhile_is_told_as_such_and_names_nobody_by_an_id(stage: Stage) -> None:
    workflow = stage.sample()
    workflow.review = replace(workflow.review, grace=MINUTE, second=Second())
    take_in(stage, workflow, 2)
    begun(stage, BEN)
    on(stage, BEN)
    begun(stage, ANA)
    on(stage, ANA)
    pressed(stage, "undo_last", BEN)
    said = words(pressed(stage, "undo_last", ANA).blocks)
    assert said.startswith("ticket-1: Decision needed. What you pressed is older than that, so nothing was recorded.")
    assert BEN not in said.partition("Case 2")[0]


def test_where_nothing_can_be_undone_there_is_no_button_for_it(stage: Stage) -> None:
    take_in(stage, stage.sample(), 2)
    begun(stage)
    shown = on(stage)
    assert "You approved ticket-1." in words(shown.blocks)
    assert "undo_last" not in str(shown.blocks)


def test_a_step_that_somebody_else_decided_meanwhile_is_said_in_the_next_one(stage: Stage) -> None:
    """Nothing of the person's was recorded, and it counts for nothing."""
    take_in(stage, stage.sample(), 3)
    begun(stage)
    one, two, _ = [row.id for row in stage.world.rows(schema.Review)]
    reviews.approve(stage.world.context, one, 1, by=BEN)
    reviews.approve(stage.world.context, two, 1, by=BEN)
    shown = on(stage)
    said = words(shown.blocks)
    assert said.startswith("ticket-1: Already approved by @U0BEN")
    assert "Nothing of yours was recorded." in said
    assert "Case 3\n" in said
    assert title(shown) == "Review 1 of 1"
    assert decisions(stage) == ["U0BEN approved"] * 2


def test_a_step_whose_source_was_asked_meanwhile_is_said_too(stage: Stage) -> None:
    workflow = sample_workflow(stage.desk, autonomy=Autonomy.draft())
    workflow.ask_source(lambda question, run: "sent")
    take_in(stage, stage.placed(workflow), 2)
    begun(stage)
    reviews.ask(stage.world.context, stage.world.rows(schema.Review)[0].id, 1, question="Which order?", by=BEN)
    said = words(on(stage).blocks)
    assert said.startswith("ticket-1: Already asked about by @U0BEN")
    assert "Case 2\n" in said


def test_a_form_in_a_session_that_comes_too_late_hands_back_what_was_typed_and_goes_on(stage: Stage) -> None:
    take_in(stage, stage.sample(), 2)
    begun(stage)
    form = pressed(stage, "step_edit")
    one = stage.world.rows(schema.Review)[0].id
    reviews.approve(stage.world.context, one, 1, by=BEN)
    name = next(one for one in inputs(form) if one.startswith("reply."))
    shown = on(stage, **{name: "A careful answer"})
    assert "Already approved by @U0BEN" in words(shown.blocks)
    assert "A careful answer" in words(shown.blocks)
    assert main_button(shown) == "Go on"
    assert "Case 2\n" in words(on(stage).blocks)


def test_two_people_are_shown_different_cases(stage: Stage) -> None:
    """A review that one leaves, by closing the modal or by skipping it, is the other's."""
    take_in(stage, stage.sample(), 3)
    assert "Case 1\n" in words(begun(stage).blocks)
    assert "Case 2\n" in words(begun(stage, BEN).blocks)
    assert "Case 3\n" in words(on(stage).blocks)
    assert stage.person(ANA).close().acknowledged
    stage.person(ANA).wait_until(lambda: ANA not in claims(stage).values())
    assert "Case 3\n" in words(pressed(stage, "skip", BEN).blocks)
    assert claims(stage) == {3: BEN}


def test_a_correction_comes_before_everything_else(stage: Stage) -> None:
    workflow = stage.sample()
    (case, *_) = take_in(stage, workflow, 3)
    begun(stage)
    on(stage)
    stage.work()
    corrections.correct(stage.world.context, case, Triage(queue="delivery"), by=BEN)
    stage.world.work()
    shown = on(stage)
    assert "Correction: " in words(shown.blocks)


def test_a_rule_that_the_step_did_not_show_is_confirmed_in_the_step(stage: Stage) -> None:
    workflow = sample_workflow(stage.desk, autonomy=Autonomy.draft())
    take_in(stage, stage.placed(workflow), 2)
    begun(stage)
    workflow.never("answer on a Friday alone")(lambda ticket, triage: True)
    shown = on(stage)
    said = words(shown.blocks)
    assert "never answer on a Friday alone" in said
    assert "Case 1\n" in said
    (tick,) = inputs(shown)
    assert stage.person(ANA).submit().outcome != "updated", "it has to be confirmed"
    assert decisions(stage) == []
    (yes,) = options(inputs(shown)[tick])
    ticked: dict[str, JsonValue] = {tick: [yes]}
    shown = on(stage, **ticked)
    assert decisions(stage) == ["U0ANA approved"]
    assert "never answer on a Friday alone" not in words(shown.blocks)


def test_what_a_rule_bars_is_said_in_the_step(stage: Stage) -> None:
    workflow = sample_workflow(stage.desk, autonomy=Autonomy.draft())
    take_in(stage, stage.placed(workflow), 1)
    begun(stage)
    workflow.never("answer at all", on_edit="bar")(lambda ticket, triage: True)
    shown = on(stage)
    assert "answer at all" in words(shown.blocks)
    assert "Case 1\n" in words(shown.blocks)
    assert main_button(shown) == NEXT
    assert decisions(stage) == []


def test_a_form_that_changed_since_the_proposal_takes_the_place_of_the_step(stage: Stage) -> None:
    class Urgent(BaseModel):
        queue: str
        urgency: int

    workflow = stage.sample()
    take_in(stage, workflow, 1)
    begun(stage)
    workflow.output = Urgent
    form = on(stage)
    assert "the form has changed since this was proposed" in words(form.blocks)
    assert main_button(form) == "Decide and next"
    assert decisions(stage) == []


def test_where_nothing_was_proposed_the_form_is_there_at_once(stage: Stage) -> None:
    workflow = stage.sample()
    take_in(stage, workflow, 2)
    for row in stage.world.rows(schema.Review):
        reviews.reject(stage.world.context, row.id, 1, by=BEN, reason="No", follows=Follows.BY_HAND)
    form = begun(stage)
    assert main_button(form) == "Decide and next"
    assert title(form) == "Review 1 of 2"
    assert buttons(form) == ["step_reject", "skip", "details"]
    name = next(one for one in inputs(form) if one.startswith("queue."))
    form = on(stage, **{name: "=delivery"})
    assert title(form) == "Review 2 of 2"
    assert "You filled in ticket-1." in words(form.blocks)
    assert "Nothing waits any more but what you skipped." in words(pressed(stage, "skip").blocks)
    assert calls(stage) == ["views.open", "views.update"]


def test_a_press_that_arrives_twice_decides_once_and_shows_the_same_next_step(stage: Stage) -> None:
    take_in(stage, stage.sample(), 3)
    begun(stage)
    stage.running.administrator.duplicate_envelopes()
    assert "Case 2\n" in words(on(stage).blocks)
    assert decisions(stage) == ["U0ANA approved"]


def test_a_session_survives_a_restart(stage: Stage) -> None:
    take_in(stage, stage.sample(), 3)
    begun(stage)
    on(stage)
    again = World(database=stage.world.database, model=ScriptedModel(lambda _: pytest.fail("no model is asked")))
    again.registry.add(stage.world.registry.get("sample"))
    stage.ears.hear_for(again)
    shown = on(stage)
    assert title(shown) == "Review 3 of 3"
    assert decisions(stage) == ["U0ANA approved"] * 2


def test_rights_are_checked_at_each_step(stage: Stage) -> None:
    workflow = stage.sample(reviewers=[ANA, BEN])
    take_in(stage, workflow, 2)
    begun(stage)
    workflow.review = replace(workflow.review, reviewers=[BEN])
    shown = on(stage)
    assert "You have no right to this" in words(shown.blocks) or "not among the reviewers" in words(shown.blocks)
    assert "Case 2" not in words(shown.blocks)
    assert decisions(stage) == []
    assert "decide.refused" in [line.action for line in stage.world.case(1).audit]
    assert "Nothing waits any more." in words(on(stage).blocks)


def test_a_second_person_meets_in_their_session_what_a_first_one_decided(stage: Stage) -> None:
    """With who decided what; the first person does not meet it, and whoever is named as second meets nothing else."""
    second: Second[Ticket, Triage] = Second(sentence="more than 5,000 euros", by=[KIM])
    workflow = stage.sample(reviewers=[ANA, BEN])
    workflow.review = replace(workflow.review, second=second)
    take_in(stage, workflow, 3)
    begun(stage)
    assert "You approved ticket-1. Now a second person has to." in words(on(stage).blocks)
    form = pressed(stage, "step_edit")
    shown = on(stage, **{next(one for one in inputs(form) if one.startswith("queue.")): "=delivery"})
    assert title(shown) == "Review 3 of 3"
    shown = begun(stage, KIM)
    said = words(shown.blocks)
    assert (title(shown), main_button(shown)) == ("Review 1 of 2", "Approve as well, next")
    assert f"Approved by @{ANA}" in said
    assert "Waits for a second person: more than 5,000 euros." in said
    assert "Case 1\n" in said
    assert buttons(shown) == ["step_edit", "step_reject", "skip", "details"]
    shown = on(stage, KIM)
    assert "You approved ticket-1." in words(shown.blocks)
    assert f"Edited and approved by @{ANA}" in words(shown.blocks)
    form = pressed(stage, "step_edit", KIM)
    assert "delivery" in str(inputs(form)), "they begin with what the first one entered"
    pressed(stage, "back_to_step", KIM)
    pressed(stage, "step_reject", KIM)
    said = words(on(stage, KIM, reason="Not ours", follows="close").blocks)
    assert "Nothing waits any more." in said
    assert decisions(stage) == ["U0ANA approved", "U0ANA edited", "U0KIM approved", "U0KIM rejected"]


def test_the_list_says_what_waits_for_a_second_person(stage: Stage) -> None:
    """The first person is not shown it there."""
    second: Second[Ticket, Triage] = Second()
    workflow = stage.sample()
    workflow.review = replace(workflow.review, second=second)
    take_in(stage, workflow, 2)
    stage.work()
    assert stage.press(ANA, "approve").acknowledged
    assert stage.person(BEN).command(SUPPORT, "/countersign", "queue").acknowledged
    said = words(stage.view(BEN).blocks)
    assert "1 to 2 of 2" in said
    assert "ticket-2 · Waits for a second person" in said
    assert stage.person(ANA).command(SUPPORT, "/countersign", "queue").acknowledged
    said = words(stage.view(ANA).blocks)
    assert "1 to 1 of 1" in said
    assert "ticket-2" not in said


def test_the_card_of_the_rest_starts_a_session_through_its_channel(stage: Stage) -> None:
    take_in(stage, stage.sample(), 12)
    elsewhere = sample_workflow(stage.desk, autonomy=Autonomy.draft(), name="elsewhere")
    elsewhere.review = replace(elsewhere.review, post_to="C0LEADS", reviewers=[ANA])
    stage.world.registry.add(elsewhere)
    stage.world.submit(elsewhere, id=99, text="Not here")
    stage.world.work()
    stage.send()
    assert title(stage.opened(ANA, "start_reviewing")) == "Review 1 of 12"
    assert stage.press(EVE, "start_reviewing").acknowledged
    assert "Only reviewers decide what waits here." in stage.told(EVE)


def test_the_seconds_of_a_step_are_kept(stage: Stage) -> None:
    take_in(stage, stage.sample(), 2)
    begun(stage)
    stage.world.clock.move(timedelta(seconds=5))
    on(stage)
    stage.world.clock.move(timedelta(seconds=3))
    on(stage)
    made = [row for row in stage.world.rows(schema.Decision) if isinstance(row, schema.Decision)]
    assert [row.seconds for row in made] == [5.0, 3.0]


def test_five_reviewers_at_full_pace_for_minutes_are_refused_no_call(
    stage: Stage, slack_time: SlackTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A case every three seconds each, of which two in five are edited or skipped, while the cards are drawn anew.

    Slack's clock is moved by the second, and its limits, which are by the minute, are on: for the people and for the
    sender together.
    """
    people, rounds, pause = (ANA, BEN, EVE, "U0KIM", "U0LEE"), 40, 3
    monkeypatch.setattr(stage.running.sandbox.rate_limits, "_on", True)
    # Its pace is kept by Slack's clock here.
    monkeypatch.setattr(stage.sender, "_pace", 0.0)
    workflow = stage.sample(reviewers=list(people))
    number = len(people) * rounds + 10
    stage.world.submit_all(workflow, [{"id": id, "text": f"Case {id}"} for id in range(number)])
    stage.world.work()
    for user in people:
        begun(stage, user)
    for turn in range(rounds):
        for place, user in enumerate(people):
            match (turn + place) % 5:
                case 0:
                    pressed(stage, "skip", user)
                case 1:
                    form = pressed(stage, "step_edit", user)
                    queue = next(one for one in inputs(form) if one.startswith("queue."))
                    on(stage, user, **{queue: "=delivery"})
                case _:
                    on(stage, user)
        for _ in range(pause):
            slack_time.ahead += 1
            stage.world.clock.move(timedelta(seconds=1))
            # One message to each channel, as in a second of its pace.
            stage.sender.drain(seconds=0.0001)
    made = stage.running.administrator.calls()
    assert [call for call in made if not call.ok] == []
    each = len(people) * rounds // 5
    assert calls(stage).count("views.update") == 2 * each
    assert calls(stage).count("views.open") == len(people)
    drawn = [call for call in made if call.method in ("chat.postMessage", "chat.update")]
    assert len(drawn) > rounds, "the sender was at work, too"
    minutes, methods = rounds * pause / 60, [call.method for call in made]
    for method, most in (("views.update", limits.CALLS_A_MINUTE), ("chat.update", limits.UPDATES_A_MINUTE)):
        assert methods.count(method) / minutes < most, "so they can go on for hours"
    assert len(decisions(stage)) == len(people) * rounds - each


def test_a_session_goes_on_past_a_case_whose_content_was_removed(stage: Stage) -> None:
    """Whatever button of its step, or of its form, is pressed then."""
    cases = take_in(stage, stage.sample(), 6)
    begun(stage)

    def removed(number: int) -> str:
        forget(stage.world.context, cases[number], by="cli:privacy")
        return f"The content of case {cases[number]} was removed on 2026-11-20, so nothing more is done with it."

    said = removed(0)
    assert words(on(stage).blocks).startswith(said)
    assert "Case 2\n" in words(stage.view(ANA).blocks)
    for number, button in ((1, "step_edit"), (2, "step_reject")):
        said = removed(number)
        assert words(pressed(stage, button).blocks).startswith(said)
    removed(3)
    assert "Case 5\n" in words(pressed(stage, "skip").blocks)
    pressed(stage, "step_edit")
    said = removed(4)
    assert said in words(on(stage).blocks)
    assert "Case 6\n" in words(on(stage).blocks)

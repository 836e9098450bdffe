"""The card of a cause says whether reruns help, and has them begin by themselves; and who may press that."""

from datetime import timedelta

import pytest

from bot.sandbox.client import ShownMessage
from store import schema
from tests.slack.stage import ANA, FAILED, KIM, Stage, buttons, words
from tests.slack.test_bulk_reruns import only_pressed
from tests.slack.test_causes import card, press
from tests.slack.test_readers import said
from workflows import Autonomy, NotDone, TryAgain
from workflows.engine.health import watch
from workflows.tools.calls import Called, CallOutcome

pytestmark = pytest.mark.slow

PAUSE = timedelta(minutes=10)


def failing(stage: Stage, number: int, error: type[Exception] = TryAgain) -> list[int]:
    """Cases whose step failed."""
    known = "sample" in stage.world.registry
    workflow = stage.world.registry.get("sample") if known else stage.sample()
    workflow.autonomy = Autonomy.floor(0.5)
    # What may pass is tried three times.
    tries = 3 if error is TryAgain else 1
    stage.desk.look_up_errors += [error("the CRM is busy")] * number * tries
    first = len(stage.world.rows(schema.Case)) + 1
    cases = [stage.world.submit(workflow, id=first + one, text="Where is it?").case for one in range(number)]
    stage.world.work()
    stage.send()
    return cases


def shown(stage: Stage) -> list[str]:
    """The buttons of the card."""
    (message,) = stage.cards(channel=FAILED)
    return buttons(message)


def name(stage: Stage) -> str:
    """The name of the only cause."""
    (cause,) = stage.world.rows(schema.Cause)
    assert isinstance(cause, schema.Cause)
    return cause.fingerprint[:8]


def test_one_press_has_it_run_again_after_a_pause_and_the_card_says_when(stage: Stage) -> None:
    cases = failing(stage, 7)
    assert "Mostly transient: an error of this type tends to go away by itself." in card(stage)
    assert "rerun_later" in shown(stage)
    only_pressed(stage, KIM, "rerun_later")
    assert f"Rerun by itself at 2026-11-20 09:10 UTC, as @{KIM} said: a few first" in card(stage)
    assert "stop_rerun" in shown(stage)
    assert {"rerun_all", "rerun_later"}.isdisjoint(shown(stage))
    assert {stage.world.state(case) for case in cases} == {"failed"}
    stage.world.clock.move(PAUSE)
    stage.work()
    assert card(stage).startswith("Resolved: sample failed at look_up")
    assert "Rerun done. 7 of 7 through." in card(stage)
    assert stage.thread(channel=FAILED, user=KIM)[-1] == f"@{KIM}, the rerun is done. 7 of 7 through."


def test_the_card_says_how_reruns_went_and_offers_none_where_they_do_not_help(stage: Stage) -> None:
    failing(stage, 5, NotDone)
    assert "rerun_later" not in shown(stage)
    stage.desk.look_up_errors += [NotDone("the CRM is busy")] * 5
    press(stage, KIM, "rerun_all", confirmed=True)
    told = "Rerunning has not helped so far: 0 of 5 reruns went through without a new version of the code."
    assert told in card(stage)
    assert told in said(stage, KIM, "/countersign", "causes")
    press(stage, KIM, "rerun_all", confirmed=True)
    failing(stage, 10, NotDone)
    press(stage, KIM, "rerun_all", confirmed=True)
    failing(stage, 2, NotDone)
    told = "Transient so far: 15 of 20 reruns went through without a new version of the code."
    assert told in card(stage)
    assert "rerun_later" in shown(stage)


def test_a_button_stops_it_before_it_begins(stage: Stage) -> None:
    cases = failing(stage, 2)
    only_pressed(stage, KIM, "rerun_later")
    press(stage, KIM, "stop_rerun")
    assert f"Rerun stopped by @{KIM}. 0 of 2 through." in card(stage)
    stage.world.clock.move(PAUSE)
    stage.work()
    assert {stage.world.state(case) for case in cases} == {"failed"}
    assert "rerun_later" in shown(stage)


def of_cause(stage: Stage) -> ShownMessage:
    """The card of the cause, where other messages stand beside it."""
    (shown,) = [message for message in stage.cards(channel=FAILED) if "sample failed" in message.text]
    return shown


def test_while_the_other_system_is_in_trouble_it_is_offered_for_when_that_is_well(stage: Stage) -> None:
    context, sample = stage.world.context, stage.sample()
    sample.autonomy = Autonomy.floor(0.5)
    stage.desk.errors += [NotDone("the desk is closed")] * 3
    for number in range(1, 4):
        stage.world.submit(sample, id=number, text="Where is it?")

    def call(outcome: CallOutcome, number: int) -> None:
        called = Called(system="the target of sample", outcome=outcome, milliseconds=1.0)
        context.meter.count([called] * number, at=stage.world.clock())
        watch.look(context)
        stage.work()

    stage.work()
    with context.database.write() as session:
        session.query(schema.Cause).update({"went_through": 9})
    call(CallOutcome.FAILED, 20)
    assert "rerun_well" in buttons(of_cause(stage))
    pressed = stage.person(KIM).press(FAILED, of_cause(stage).ts, "rerun_well", confirmed=True)
    assert pressed.acknowledged
    stage.work()
    told = "Rerun by itself once the target of sample is well, at the latest at 2026-11-20 11:00 UTC"
    assert told in words(of_cause(stage).blocks)
    stage.world.clock.move(PAUSE)
    call(CallOutcome.ANSWERED, 1)
    assert "Rerun done. 3 of 3 through." in words(of_cause(stage).blocks)


def test_who_may_not_plans_nothing_and_stops_nothing(stage: Stage) -> None:
    failing(stage, 2)
    only_pressed(stage, ANA, "rerun_later")
    assert "Only engineers and the owner may run cases of sample again." in stage.told(ANA, FAILED)
    assert stage.world.rows(schema.BulkRerun) == []
    refused = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)][-1]
    assert (refused.actor, refused.details["wanted"], refused.details["why"]) == (ANA, "rerun_later", "no_right")
    for again in (f"rerun cause {name(stage)} after 10m", f"rerun cause {name(stage)} stop"):
        told = said(stage, ANA, "/countersign", again)
        assert told == f"There is no cause {name(stage)} whose cases you may run again."
    assert stage.world.rows(schema.BulkRerun) == []


def test_the_same_as_a_command(stage: Stage) -> None:
    failing(stage, 2)
    again = f"rerun cause {name(stage)} after"
    assert "2 cases would run again. Nothing was done yet." in said(stage, KIM, "/countersign", f"{again} 2h dry")
    assert "'lunch' is not a time" in said(stage, KIM, "/countersign", f"{again} lunch")
    assert "after one minute to one day" in said(stage, KIM, "/countersign", f"{again} 5d")
    told = said(stage, KIM, "/countersign", f"{again} 2h")
    assert "2 cases are run again by themselves." in told
    assert "At 2026-11-20 11:00 UTC. All are tried at once." in told
    told = said(stage, KIM, "/countersign", f"rerun cause {name(stage)}")
    assert "begins by itself at 11:00 UTC: stop that first" in told
    stop = f"rerun cause {name(stage)} stop"
    assert f"The rerun of cause {name(stage)} is stopped." in said(stage, KIM, "/countersign", stop)
    stage.send()
    assert f"Rerun stopped by @{KIM}. 0 of 2 through." in card(stage)
    assert "None of its cases are being run again, and none are to be." in said(stage, KIM, "/countersign", stop)


def test_where_nothing_is_left_when_it_is_to_begin_that_is_all_it_says(stage: Stage) -> None:
    (case,) = failing(stage, 1)
    only_pressed(stage, KIM, "rerun_later")
    only_pressed(stage, KIM, "rerun_one")
    stage.work()
    stage.world.clock.move(PAUSE)
    stage.work()
    assert stage.world.state(case) == "delivered"
    told = "no failed case was left when the rerun was to begin"
    assert f"Not run again: {told}." in card(stage)
    assert stage.thread(channel=FAILED, user=KIM)[-1] == f"@{KIM}, {told}: nothing was run again."


def test_while_its_workflow_is_paused_the_card_says_what_it_waits_for(stage: Stage) -> None:
    failing(stage, 2)
    only_pressed(stage, KIM, "rerun_later")
    waits = "sample is paused: it waits until that is resumed."
    said(stage, KIM, "/countersign", "pause sample the desk moves")
    stage.send()
    assert waits in card(stage)
    stage.world.clock.move(PAUSE)
    stage.work()
    assert waits in card(stage)
    said(stage, KIM, "/countersign", "resume sample")
    stage.work()
    assert "Rerun done. 2 of 2 through." in card(stage)

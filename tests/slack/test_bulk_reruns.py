"""All cases of a cause are run again from its card: a trial, the rest, and the end; and who may."""

import re
from datetime import timedelta

import pytest

from store import schema
from tests.slack.stage import ANA, FAILED, KIM, LEE, MARIA, Stage, buttons, dict_of, list_of, words
from tests.slack.test_causes import card, press
from workflows import Autonomy, NotDone
from workflows.engine.deliver import workflow_pauses
from workflows.engine.review.rerun.bulk_rules import TRIAL
from workflows.engine.run.waking import awaken

pytestmark = pytest.mark.slow

CLOSED = "the desk is closed"


def down(stage: Stage, number: int, *, first: int = 1) -> list[int]:
    """Cases that went alone, and whose delivery failed: the desk is down."""
    known = "sample" in stage.world.registry
    workflow = stage.world.registry.get("sample") if known else stage.sample()
    workflow.autonomy = Autonomy.floor(0.5)
    stage.desk.errors += [NotDone(CLOSED)] * number
    cases = [stage.world.submit(workflow, id=first + one, text="Where is it?").case for one in range(number)]
    stage.world.work()
    stage.send()
    return cases


def look(stage: Stage) -> None:
    """Have the loops look once, and work on what that began."""
    awaken(stage.world.context)
    for lease in stage.world.claim(limit=50):
        stage.world.runner.advance(lease)
    stage.send()


def only_pressed(stage: Stage, user: str, action: str) -> None:
    """Press a button of the card, and wait for nothing but the answer."""
    (shown,) = stage.cards(channel=FAILED)
    assert stage.person(user).press(FAILED, shown.ts, action, confirmed=True).acknowledged
    stage.send()


def test_a_desk_is_down_then_up_again_and_one_press_delivers_every_case_once(stage: Stage) -> None:
    cases = down(stage, 30)
    assert "30 cases of sample failed at the delivery" in card(stage)
    attempts = len(stage.desk.attempts)
    only_pressed(stage, KIM, "rerun_all")
    assert f"Rerun by @{KIM}: trying 5 of 30 first. 0 of 30 through." in card(stage)
    assert f". @{KIM} runs its cases again." in card(stage)
    assert "Nobody is on it" not in card(stage)
    assert "stop_rerun" in buttons(stage.cards(channel=FAILED)[0])
    assert "rerun_all" not in buttons(stage.cards(channel=FAILED)[0])
    look(stage)
    assert f"Rerun by @{KIM}: trying 5 of 30 first. 5 of 30 through." in card(stage)
    look(stage)
    assert f"Rerun by @{KIM}: the trial was good. 15 of 30 through." in card(stage)
    stage.work()
    assert card(stage).startswith("Resolved: sample failed at the delivery")
    assert "Rerun done. 30 of 30 through." in card(stage)
    assert buttons(stage.cards(channel=FAILED)[0]) == []
    assert {stage.world.state(case) for case in cases} == {"delivered"}
    assert len(stage.desk.attempts) - attempts == len(stage.desk.applied) == 30
    assert stage.thread(channel=FAILED, user=KIM)[-1] == f"@{KIM}, the rerun is done. 30 of 30 through."


def test_where_the_failure_comes_back_in_the_trial_it_stops_and_calls_whoever_began_it(stage: Stage) -> None:
    down(stage, 12)
    stage.desk.errors += [NotDone(CLOSED)] * TRIAL
    press(stage, KIM, "rerun_all", confirmed=True)
    said = "Rerun stopped by itself: the same failure came back in the trial. 0 of 12 through, 5 failed again."
    assert said in card(stage)
    assert "12 cases of sample failed" in card(stage)
    assert len(stage.desk.applied) == 0
    assert stage.thread(channel=FAILED, user=KIM)[-1].startswith(f"@{KIM}, the rerun stopped by itself")
    assert "rerun_all" in buttons(stage.cards(channel=FAILED)[0])
    press(stage, KIM, "rerun_all", confirmed=True)
    assert card(stage).startswith("Resolved: sample failed")


def test_it_is_stopped_by_a_button(stage: Stage) -> None:
    down(stage, 20)
    only_pressed(stage, KIM, "rerun_all")
    look(stage)
    press(stage, MARIA, "stop_rerun")
    assert f"Rerun stopped by @{MARIA}. 5 of 20 through." in card(stage)
    assert "Nobody is on it yet." in card(stage)
    assert "15 cases of sample failed" in card(stage)
    assert len(stage.desk.applied) == 5


def test_the_question_before_it_says_what_it_means(stage: Stage) -> None:
    down(stage, 20)
    (shown,) = stage.cards(channel=FAILED)
    row = next(list_of(block["elements"]) for block in shown.blocks if block["type"] == "actions")
    pressed = next(dict_of(one) for one in row if dict_of(one)["action_id"] == "rerun_all")
    assert words(dict_of(pressed["confirm"])["text"]) == (
        "5 are tried first. Where the failure does not come back, the other 15 follow. "
        "All were decided already: that stays, and is delivered once."
    )
    assert pressed["value"] == "1.0"


@pytest.mark.parametrize("action", ["rerun_all", "stop_rerun"])
def test_who_may_not_begins_and_stops_nothing(stage: Stage, action: str) -> None:
    down(stage, 8)
    if action == "stop_rerun":
        only_pressed(stage, KIM, "rerun_all")
    only_pressed(stage, ANA, action)
    assert "Only engineers and the owner may run cases of sample again." in stage.told(ANA, FAILED)
    bulks = stage.world.rows(schema.BulkRerun)
    assert [getattr(row, "state", None) for row in bulks] == (["trial"] if action == "stop_rerun" else [])
    refused = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)][-1]
    assert (refused.actor, refused.subject_kind, refused.details["why"]) == (ANA, "cause", "no_right")


def test_a_second_press_begins_nothing_and_is_told_so(stage: Stage) -> None:
    down(stage, 8)
    (shown,) = stage.cards(channel=FAILED)
    only_pressed(stage, KIM, "rerun_all")
    assert stage.person(LEE).press(FAILED, shown.ts, "stop_rerun").acknowledged
    stage.work()
    assert len(stage.world.rows(schema.BulkRerun)) == 1


def test_while_its_workflow_is_paused_it_says_so(stage: Stage) -> None:
    down(stage, 8)
    only_pressed(stage, KIM, "rerun_all")
    workflow_pauses.pause(stage.world.context, "sample", reason="a holiday", by=MARIA)
    look(stage)
    stage.world.clock.move(timedelta(minutes=1))
    press(stage, KIM, "mend")
    assert "sample is paused: nothing is begun until it is resumed." in card(stage)
    assert len(stage.desk.applied) == 0


def cause_name(stage: Stage) -> str:
    """The short name of the only cause."""
    (cause,) = stage.world.rows(schema.Cause)
    assert isinstance(cause, schema.Cause)
    return cause.fingerprint[:8]


def test_a_command_says_what_would_happen_and_then_runs_all_of_a_cause_again(stage: Stage) -> None:
    cases = down(stage, 8)
    name = cause_name(stage)
    stage.person(KIM).command(FAILED, "/countersign", f"rerun cause {name} dry")
    said = stage.told(KIM, FAILED)
    assert "8 cases would run again. Nothing was done yet." in said
    assert f"Cause {name}: 8, from deliver. 5 are tried first." in said
    assert f"/rerun cause {name}" in said
    assert stage.world.rows(schema.BulkRerun) == []
    stage.person(KIM).command(FAILED, "/rerun", f"cause {name}")
    assert "8 cases are run again. The card of each cause" in stage.told(KIM, FAILED)
    stage.work()
    assert {stage.world.state(case) for case in cases} == {"delivered"}


def test_all_that_failed_of_a_workflow_within_a_time_is_run_again_by_cause(stage: Stage) -> None:
    early = down(stage, 2)
    stage.world.clock.move(timedelta(hours=3))
    late = down(stage, 3, first=10)
    stage.desk.look_up_errors += [NotDone("no customer")]
    late += down(stage, 1, first=20)
    stage.desk.errors.clear()
    stage.person(KIM).command(FAILED, "/countersign", "rerun failed sample since 2h")
    assert "4 cases are run again." in stage.told(KIM, FAILED)
    assert len(stage.world.rows(schema.BulkRerun)) == 2, "one for each cause"
    stage.work()
    assert {stage.world.state(case) for case in late} == {"delivered"}
    assert {stage.world.state(case) for case in early} == {"failed"}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("failed sample", "say since when: rerun failed sample since 2h; also 30m, or 1d"),
        ("failed sample since noon", "'noon' is not a time: rerun failed sample since 2h; also 30m, or 1d"),
        ("failed sample since 1m", "no failed case is left that can be run again at once"),
        ("failed nothing since 2h", "there is no workflow 'nothing' whose cases you may run again; yours are sample"),
        ("cause 00000000", "there is no cause 00000000 whose cases you may run again"),
        ("cause it", "'it' names no cause"),
    ],
)
def test_what_cannot_be_is_said_in_words(stage: Stage, words: str, told: str) -> None:
    down(stage, 2)
    stage.world.clock.move(timedelta(hours=1))
    stage.person(KIM).command(FAILED, "/countersign", f"rerun {words}")
    assert told.lower() in stage.told(KIM, FAILED).lower()


@pytest.mark.parametrize("words", ["cause {}", "failed sample since 2h"])
def test_who_may_not_hears_the_same_as_where_there_is_none(stage: Stage, words: str) -> None:
    down(stage, 2)
    stage.person(ANA).command(FAILED, "/countersign", f"rerun {words.format(cause_name(stage))}")
    named = "cause [0-9a-f]{8}" if words.startswith("cause") else "workflow 'sample'"
    # Ana sees the cause listed, so she is not told that there is none.
    assert re.fullmatch(f"There is no {named} whose cases you may run again[.]", stage.told(ANA, FAILED))
    assert stage.world.rows(schema.BulkRerun) == []
    refused = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)][-1]
    assert (refused.actor, refused.details["wanted"]) == (ANA, "rerun_all")

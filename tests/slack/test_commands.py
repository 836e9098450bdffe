"""`/countersign`: each subcommand, as each kind of person, and what is said to a mistyped one."""

import pytest

from handlers.commands import COMMANDS
from handlers.slack.subcommands import heard_by
from handlers.texts.operations.findings import Finding
from store import schema
from tests.integration.engine.scene import rows
from tests.slack.stage import ANA, EVE, KIM, MARIA, SUPPORT, Stage, words
from tests.slack.test_readers import failed, said


@pytest.mark.parametrize("name", [one.name for one in COMMANDS])
def test_each_command_of_the_list_is_heard(name: str) -> None:
    assert callable(heard_by(name))


def test_help_and_no_word_list_all_commands(stage: Stage) -> None:
    stage.sample()
    told = said(stage, KIM, "/countersign", "help")
    for one in COMMANDS:
        assert one.does in told
    assert said(stage, ANA, "/countersign", "") == told


@pytest.mark.parametrize(
    ("typed", "meant"), [("reveiw", "review"), ("stauts", "status"), ("CASEE 1", "case"), ("paus sample no", "pause")]
)
def test_a_mistyped_word_is_answered_with_the_nearest_one(stage: Stage, typed: str, meant: str) -> None:
    stage.sample()
    told = said(stage, KIM, "/countersign", typed)
    assert f"There is no command '{typed.split()[0]}'. Did you mean /countersign {meant}?" in told


def test_what_resembles_no_command_is_shown_without_its_mentions(stage: Stage) -> None:
    stage.sample()
    told = said(stage, KIM, "/countersign", "<!channel>xyzzy")
    assert "Did you mean" not in told
    assert "All commands: /countersign help" in told


def test_status_says_what_waits_what_failed_and_who_paused_what(stage: Stage) -> None:
    failed(stage)
    stage.submit(stage.world.registry.get("sample"), id=2, text="Where is my money?")
    stage.work()
    told = said(stage, ANA, "/countersign", "status")
    assert "1 case waits for a person, the oldest since" in told
    assert "1 failed" in told
    assert "of $10.00 spent today" in told
    said(stage, KIM, "/countersign", "pause sample wrong prices")
    assert f"Paused by @{KIM}" in said(stage, MARIA, "/countersign", "status")


def test_status_of_a_quiet_day_says_so(stage: Stage) -> None:
    stage.sample()
    assert "Nothing failed, nothing is down or paused." in said(stage, KIM, "/countersign", "status")


@pytest.mark.parametrize("words", ["status", "workflows", "workflows sample"])
def test_whoever_may_read_no_case_learns_of_no_workflow(stage: Stage, words: str) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    assert said(stage, EVE, "/countersign", words) == "There is no workflow whose cases you may read."


def test_workflows_lists_them_and_reads_the_charter_of_one(stage: Stage) -> None:
    stage.sample()
    listed = said(stage, ANA, "/countersign", "workflows")
    assert "sample: " in listed
    assert f"@{MARIA}" in listed
    assert "What it never does" in said(stage, ANA, "/countersign", "workflows sample")
    assert "did you mean sample?" in said(stage, ANA, "/countersign", "workflows sampel")


def test_a_dry_rerun_says_what_would_happen_and_does_nothing(stage: Stage) -> None:
    case = failed(stage)
    before = len(rows(stage.world, schema.AuditRow))
    told = said(stage, KIM, "/rerun", f"{case} dry")
    assert f"Case {case} would run again from deliver. Nothing was done yet." in told
    assert "What was decided stays" in told
    assert f"To do it: /rerun {case} from deliver" in told
    told = said(stage, KIM, "/countersign", f"rerun {case} from start --dry")
    assert "There will be a new recommendation" in told
    assert len(stage.world.case(case).runs) == 1
    assert len(rows(stage.world, schema.AuditRow)) == before


def test_a_dry_rerun_is_for_those_who_may_rerun_and_refuses_what_a_rerun_would(stage: Stage) -> None:
    case = failed(stage)
    assert "Only engineers and the owner" in said(stage, ANA, "/rerun", f"{case} dry")
    assert "There is no step 'nowhere'" in said(stage, KIM, "/rerun", f"{case} from nowhere dry")


def test_the_set_up_is_checked_for_engineers_alone(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.sample()
    assert said(stage, MARIA, "/countersign", "doctor") == "Only engineers may have the set-up checked."
    found = [Finding(level="bad", what="there is no key", do="set its key")]
    monkeypatch.setitem(vars(stage.ears.slack_context), "checks", lambda: found)
    stage.person(KIM).command(SUPPORT, "/countersign", "doctor")
    stage.person(KIM).wait_until(lambda: "0 checks are in order, 1 wants a look." in stage.told(KIM))
    assert "Does not work: there is no key" in stage.told(KIM)


def test_explain_tells_a_case_in_sentences_and_in_detail(stage: Stage) -> None:
    case = failed(stage)
    assert stage.person(ANA).command(SUPPORT, "/countersign", f"explain {case}").acknowledged
    (view,) = stage.person(ANA).wait_until(stage.person(ANA).views)
    told = words(view.blocks)
    assert "It came in 2026-11-20 09:00 UTC" in told
    assert "Where is my money?" in told
    assert f"@{ANA} approved it after" in told
    assert "it failed: the desk is closed" in told
    for title in ("What came in", "What was done", "What was proposed", "Why a person was asked", "What was decided"):
        assert title in told


def test_explain_is_for_those_who_may_read_the_case(stage: Stage) -> None:
    case = failed(stage)
    assert said(stage, EVE, "/countersign", f"explain {case}") == f"There is no case '{case}' that you may see."


def test_a_receipt_proves_a_decision_to_those_who_may_read_the_case(stage: Stage) -> None:
    case = failed(stage)
    assert said(stage, EVE, "/countersign", f"receipt {case}") == f"There is no case '{case}' that you may see."
    assert said(stage, ANA, "/countersign", "receipt") == "Say which case: /countersign receipt CASE."
    assert stage.person(ANA).command(SUPPORT, "/countersign", f"receipt {case}").acknowledged
    (view,) = stage.person(ANA).wait_until(stage.person(ANA).views)
    told = words(view.blocks)
    assert "It is decided, and not delivered: the case is failed." in told
    assert f"@{ANA} approved it" in told
    assert "approved: " in told
    assert "fits the content" in told


def test_causes_lists_why_cases_fail_and_shows_one_with_its_buttons(stage: Stage) -> None:
    assert said(stage, KIM, "/countersign", "causes") == "There is no workflow whose cases you may read."
    failed(stage)
    listed = said(stage, ANA, "/countersign", "causes")
    assert "Open: sample at the delivery, once, last " in listed
    assert "NotDone: the desk is closed" in listed
    name = listed.split("/countersign causes ")[1].split()[0]
    assert "Failed once" in said(stage, KIM, "/countersign", f"causes {name}")
    assert said(stage, EVE, "/countersign", f"causes {name}") == "There is no workflow whose cases you may read."
    assert "There is no cause" in said(stage, KIM, "/countersign", "causes 0000000000")


def test_while_its_workflow_is_paused_a_dry_rerun_promises_no_recommendation(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    assert "There will be a new recommendation" in said(stage, KIM, "/rerun", f"{case} dry")
    said(stage, KIM, "/countersign", "pause sample wrong prices")
    told = said(stage, KIM, "/rerun", f"{case} dry")
    assert "Its workflow is paused: no model is asked, and people get an empty form." in told
    assert "recommendation" not in told

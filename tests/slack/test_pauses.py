"""Pausing a workflow from Slack, what reviewers see meanwhile, and proposing anew under nobody's hands."""

from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from handlers.slack.subcommands import propose
from store import schema
from tests.sample import sample_workflow
from tests.slack.conftest import MakeStage
from tests.slack.stage import (
    ANA,
    BEN,
    EVE,
    FAILED,
    KIM,
    LEADING,
    LEE,
    MARIA,
    SUPPORT,
    Stage,
    buttons,
    words,
)
from tests.slack.test_readers import said
from workflows import Autonomy, NoProposal, NotAllowed
from workflows.engine.context import Context
from workflows.engine.deliver import workflow_pauses
from workflows.engine.digests.making import make
from workflows.engine.digests.names import JobName
from workflows.engine.pauses import PauseStatus
from workflows.engine.review.late_proposals import Counted, propose_anew, waiting
from workflows.model.port import Answer, Question
from workflows.model.scripted import says

pytestmark = pytest.mark.slow

WHY = "its queues are wrong"
NOBODY = "Only engineers and owners may pause workflows, resume them, or have their model asked again."


def paused(stage: Stage, text: str = f"sample {WHY}") -> str:
    """Pause the sample as an engineer, and return the answer."""
    return said(stage, KIM, "/countersign", f"pause {text}")


def down(stage: Stage, code: str = "unavailable") -> None:
    """Have the model not answer the next question."""

    def none(_: Question) -> Answer:
        raise NoProposal("The model did not answer in time.", code=code)

    stage.world.model.enqueue(none)


def actions(stage: Stage) -> list[str]:
    """Return the acts on workflows with their people."""
    found = stage.world.rows(schema.AuditRow)
    return [
        f"{row.actor} {row.action}"
        for row in found
        if isinstance(row, schema.AuditRow) and row.subject_kind == "workflow"
    ]


def test_an_engineer_pauses_a_workflow_and_people_get_empty_forms_that_say_why(stage: Stage) -> None:
    sample = stage.sample()
    assert paused(stage) == (
        "sample is paused.\n"
        "The model is not asked, and nothing is resolved alone: people get empty forms. What they decide is still "
        "delivered.\n"
        "0 cases wait for people now. To resume it: /countersign resume sample"
    )
    stage.submit(sample, id=1, text="Where is my money?")
    _, card = stage.cards()
    told = words(card.blocks)
    assert "there is no proposal" in told
    assert f"This workflow is paused: {WHY}" in told
    assert KIM not in str(card.blocks)  # nobody is called with each card
    assert buttons(card) == ["edit", "reject", "details", "assign", "report_wrong"]


def test_the_people_of_a_workflow_see_who_paused_it_and_why_and_that_it_goes_on(stage: Stage) -> None:
    """D11: in the channel where its cards are shown, whichever channel it was typed in."""
    stage.sample()
    stage.person(KIM).command(FAILED, "/countersign", f"pause sample {WHY}")
    stage.send()
    (note,) = stage.cards()
    assert words(note.blocks) == (
        "sample is paused, by @U0KIM · 2026-11-20 09:00 UTC\n"
        f"{WHY}\n"
        "The model is not asked, and nothing is resolved alone: people get empty forms. What they decide is still "
        "delivered.\n"
        "An engineer or its owner can resume it: /countersign resume sample"
    )
    stage.person(MARIA).command(FAILED, "/countersign", "resume sample")
    stage.person(MARIA).wait_until(lambda: not workflow_pauses.pause_statuses(stage.world.context, ["sample"])[0].pause)
    stage.send()
    assert [words(one.blocks) for one in stage.cards()][1:] == ["sample is resumed, by @U0MARIA · 2026-11-20 09:00 UTC"]
    # What changes nothing is not told.
    stage.person(MARIA).command(FAILED, "/countersign", "resume sample")
    stage.send()
    assert len(stage.cards()) == 2


def test_a_pause_that_ended_before_it_was_told_is_told_as_over(stage: Stage) -> None:
    stage.sample()
    workflow_pauses.pause(stage.world.context, "sample", by=KIM, reason=WHY)
    workflow_pauses.resume(stage.world.context, "sample", by=MARIA)
    stage.send()
    told = [words(one.blocks) for one in stage.cards()]
    assert told == [
        "sample was paused by @U0KIM. It was resumed since.",
        "sample is resumed, by @U0MARIA · 2026-11-20 09:00 UTC",
    ]


def test_a_second_pause_says_who_paused_it_and_since_when(stage: Stage) -> None:
    stage.sample()
    paused(stage)
    stage.person(MARIA).command(SUPPORT, "/countersign", "pause sample I want it too")
    told = stage.told(MARIA)
    assert told.startswith(f"sample is paused already, by @U0KIM, 2026-11-20 09:00 UTC: {WHY}")


@pytest.mark.parametrize("flag", ["--deliveries", "—deliveries", "–deliveries"])
def test_a_decision_is_held_said_so_on_its_card_and_delivered_on_resume(stage: Stage, flag: str) -> None:
    """Slack makes one long dash of two short ones on some keyboards."""
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    assert "What they decide is held until then." in paused(stage, f"sample {flag} {WHY}")
    stage.press(ANA, "approve", card=0)
    stage.work()
    card, _ = stage.cards()
    assert "Recorded; held until the workflow is resumed." in words(card.blocks)
    assert stage.desk.attempts == []
    told = said(stage, KIM, "/countersign", f"case {case}")
    assert "recorded, its delivery held" in told
    assert "Delivery is recorded, and not made yet" in told
    assert "Held until its workflow is resumed: /countersign resume sample" in told
    stage.person(MARIA).command(SUPPORT, "/countersign", "resume sample")
    assert stage.told(MARIA) == "sample is resumed.\n1 held delivery goes out now."
    stage.person(MARIA).wait_until(lambda: stage.world.state(case) == "ready")
    stage.work()
    assert "Applied: receipt for sample/ticket-1" in words(stage.cards()[0].blocks)


def test_what_went_to_people_is_proposed_anew_except_where_somebody_is_at_it(stage: Stage) -> None:
    sample = stage.sample()
    paused(stage)
    for id in (1, 2):
        stage.submit(sample, id=id, text=f"Where is my money? {id}")
    assert f"is paused ({WHY}); resume it first." in said(stage, KIM, "/countersign", "propose sample")
    stage.person(KIM).command(SUPPORT, "/countersign", "resume sample")
    stage.person(KIM).wait_until(lambda: "/countersign propose sample" in stage.told(KIM))
    stage.took(ANA, card=1)
    stage.person(MARIA).command(SUPPORT, "/countersign", "propose sample")
    assert stage.told(MARIA) == (
        "The model is asked about 1 case of sample.\n1 case stays as it is: somebody works on it, or decided it once."
    )
    stage.person(MARIA).wait_until(lambda: stage.world.state(2) == "ready")
    stage.work()
    _, first, old, _, new = stage.cards()
    assert "@U0ANA is on it since" in words(first.blocks)
    assert old.text.startswith("Superseded: the case was run again")
    assert "approve" in buttons(new)
    submitted = stage.person(ANA).submit({"queue.0.0": "=delivery", "reply.0.0": "On its way"})
    assert submitted.outcome == "closed"
    stage.work()
    assert stage.world.state(1) == "delivered"


def test_whoever_has_it_propose_is_told_where_it_was_paused_in_between(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    down(stage)
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")

    def counts_and_is_paused(context: Context, workflow: str) -> Counted:
        counted = waiting(context, workflow)
        workflow_pauses.pause(context, workflow, by=MARIA, reason=WHY)
        return counted

    monkeypatch.setattr(propose, "waiting", counts_and_is_paused)
    stage.person(KIM).command(SUPPORT, "/countersign", "propose sample")
    refused = f"Sample is paused ({WHY}); resume it first."
    stage.person(KIM).wait_until(
        lambda: refused in [words(one.blocks) for one in stage.person(KIM).messages(SUPPORT) if one.ephemeral]
    )
    assert stage.world.state(case) == "waiting"


def test_a_form_that_was_open_for_too_long_is_refused_in_words_with_what_was_typed(stage: Stage) -> None:
    """F23: after half an hour nobody counts as being at it; the press that comes then loses no text."""
    down(stage)
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.took(ANA)
    assert propose_anew(stage.world.context, "sample", by=KIM) == Counted(begun=0, in_hand=1)
    stage.world.clock.move(timedelta(minutes=31))
    assert propose_anew(stage.world.context, "sample", by=KIM) == Counted(begun=1, in_hand=0)
    submitted = stage.person(ANA).submit({"queue.0.0": "=delivery", "reply.0.0": "A long and careful answer"})
    assert submitted.outcome == "updated"
    told = words(stage.view(ANA).blocks)
    assert "Superseded: the case was run again" in told
    assert "A long and careful answer" in told
    stage.work()
    assert stage.world.review(case).has_proposal


def test_a_form_that_is_open_is_said_on_the_card_and_bars_nobody(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.took(ANA, action="reject")
    stage.send()
    assert "@U0ANA is on it since" in words(stage.cards()[0].blocks)
    stage.press(BEN, "approve")
    stage.work()
    assert "Approved by @U0BEN" in words(stage.cards()[0].blocks)


@pytest.mark.parametrize("command", ["pause", "resume", "propose"])
def test_alone_each_command_tells_how_the_workflows_stand(stage: Stage, command: str) -> None:
    sample = stage.sample()
    stage.submit(sample, id=1, text="Where is my money?")
    paused(stage)
    stage.submit(sample, id=2, text="Where is my money?")
    stage.person(MARIA).command(SUPPORT, "/countersign", command)
    told = stage.told(MARIA)
    assert f"sample is paused by @U0KIM, 2026-11-20 09:00 UTC: {WHY}" in told
    assert " · 2 waiting for people · 1 of them without a proposal" in told
    assert f"Command: /countersign {command} WORKFLOW" in told


@pytest.mark.parametrize("command", ["pause", "resume", "propose"])
@pytest.mark.parametrize("user", [EVE, ANA])
def test_only_engineers_and_the_owner_may_and_a_refusal_is_audited(stage: Stage, command: str, user: str) -> None:
    stage.sample()
    answer = said(stage, user, "/countersign", asking(command))
    known = "Only engineers and the owner may pause sample, resume it, or have its model asked again."
    # Whoever may not even read its cases is told the same as where there is no such workflow.
    assert answer == (
        f"{known} Ask its owner, @U0MARIA."
        if user == ANA
        else "There is no workflow 'sample' that you may do this with."
    )
    assert actions(stage) == [f"{user} {command}.refused"]
    stage.person(user).command(SUPPORT, "/countersign", command)
    stage.person(user).wait_until(lambda: stage.told(user) == NOBODY)


def asking(command: str) -> str:
    """Return the words of a command about the sample automation."""
    return f"pause sample {WHY}" if command == "pause" else f"{command} sample"


def _refused(stage: Stage, number: int) -> bool:
    return len(actions(stage)) == number


def test_whoever_is_refused_changes_nothing(stage: Stage) -> None:
    down(stage)
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    for number, command in enumerate(("pause", "resume", "propose"), start=1):
        stage.person(EVE).command(SUPPORT, "/countersign", asking(command))
        stage.person(EVE).wait_until(partial(_refused, stage, number))
    answered = [one for one in stage.person(EVE).messages(SUPPORT) if one.ephemeral]
    assert {words(one.blocks) for one in answered} == {"There is no workflow 'sample' that you may do this with."}
    stage.work()
    assert (len(stage.world.case(case).runs), stage.world.state(case)) == (1, "waiting")


@pytest.mark.parametrize("command", ["pause", "resume", "propose"])
def test_a_workflow_that_nobody_knows_is_refused_in_words(stage: Stage, command: str) -> None:
    stage.sample()
    answer = said(stage, KIM, "/countersign", f"{command} nowhere")
    assert answer == "There is no workflow 'nowhere' that you may do this with; yours are sample."


def test_a_pause_without_a_reason_is_not_made(stage: Stage) -> None:
    stage.sample()
    assert "Command: /countersign pause WORKFLOW [--deliveries] REASON" in paused(stage, "sample --deliveries")
    assert actions(stage) == []


def test_what_can_be_said_tells_which_workflows_are_paused(stage: Stage) -> None:
    stage.sample()
    paused(stage)
    stage.person(MARIA).command(SUPPORT, "/countersign", "")
    assert "sample is paused, by @U0KIM" in stage.told(MARIA)
    assert "sample is paused" not in said(stage, EVE, "/countersign", "")


def test_people_are_told_once_that_countersign_paused_a_workflow_and_what_to_do(stage: Stage) -> None:
    """F39, F43: in the failures channel, however many cases find the same."""
    sample = stage.sample()
    stage.desk.look_up_errors.append(NotAllowed("the desk does not accept our key (401)"))
    for id in (1, 2, 3):
        stage.submit(sample, id=id, text=f"Where is my money? {id}")
    (told,) = stage.cards(channel=FAILED)
    assert words(told.blocks) == (
        "Countersign paused sample · 2026-11-20 09:00 UTC\n"
        "the desk does not accept our key (401)\n"
        "The model is not asked, and nothing is resolved alone: people get empty forms. What they decide is still "
        "delivered.\n"
        "Repair it, then /countersign resume sample. For cases that wait without a proposal: "
        "/countersign propose sample"
    )


def test_a_note_that_comes_after_the_workflow_was_resumed_says_so(make_stage: MakeStage) -> None:
    stage = make_stage(lambda _: says({"queue": "billing"}, confidence=0.6))
    stage.sample()
    down(stage, "retired")
    stage.world.submit(next(iter(stage.world.registry)), id=1, text="Where is my money?")
    stage.world.work()
    said(stage, KIM, "/countersign", "resume sample")
    stage.send()
    (told,) = stage.cards(channel=FAILED)
    assert words(told.blocks) == "Countersign paused sample. It was resumed since."


def test_team_leads_read_what_is_paused_and_why_people_got_cases_without_a_proposal(stage: Stage) -> None:
    sample = stage.sample()
    for number in (1, 2):
        down(stage)
        stage.submit(sample, id=number, text="Where is my money?")
    paused(stage)
    stage.submit(sample, id=3, text="Where is my money?")
    stage.world.clock.move(timedelta(days=1))
    make(stage.world.context, JobName.FAILURES, today=date(2026, 11, 21), zone=ZoneInfo("Europe/Berlin"))
    stage.send()
    (summary,) = stage.cards(user=LEE, channel=LEADING)
    told = words(summary.blocks)
    assert "Paused by a person since 2026-11-20 09:00 UTC. To resume it: /countersign resume sample" in told
    assert "3 cases without a proposal: 2 model not available, 1 paused" in told


def test_all_workflows_that_somebody_may_pause_are_paused_and_resumed_at_once(stage: Stage) -> None:
    stage.sample()
    stage.placed(sample_workflow(stage.desk, autonomy=Autonomy.draft(), name="other")).owner = BEN
    told = said(stage, KIM, "/countersign", f"pause all {WHY}")
    assert told.startswith("2 workflows are paused.")
    assert {one.workflow for one in pauses_of(stage) if one.pause is not None} == {"sample", "other"}
    assert said(stage, BEN, "/countersign", "resume all").startswith("other is resumed.")
    assert {one.workflow for one in pauses_of(stage) if one.pause is not None} == {"sample"}
    assert said(stage, KIM, "/countersign", "resume all").startswith("sample is resumed.")
    assert said(stage, KIM, "/countersign", "resume all") == "No workflow of yours is paused."
    assert said(stage, EVE, "/countersign", f"pause all {WHY}") == NOBODY
    assert actions(stage)[-1] == f"{EVE} pause.refused"


def pauses_of(stage: Stage) -> list[PauseStatus]:
    """Return the pauses of all workflows."""
    return workflow_pauses.pause_statuses(stage.world.context, ["sample", "other"])

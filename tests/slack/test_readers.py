"""Engineers and team leads: commands, failures, and the summary of the day."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.sample import sample_workflow
from tests.slack.stage import ANA, EVE, FAILED, KIM, LEADING, LEE, MARIA, SUPPORT, Stage, words
from workflows import Autonomy
from workflows.engine.digests.making import make
from workflows.engine.digests.names import JobName
from workflows.engine.errors import NotDone

pytestmark = pytest.mark.slow


def said(stage: Stage, user: str, command: str, text: str) -> str:
    """Return the answer to a person's command."""
    outcome = stage.person(user).command(SUPPORT, command, text)
    assert outcome.acknowledged
    return stage.told(user)


def failed(stage: Stage) -> int:
    """A case that was approved and could not be delivered; returns it."""
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.desk.errors.append(NotDone("the desk is closed"))
    stage.press(ANA, "approve")
    stage.work()
    assert stage.world.state(case) == "failed"
    return case


def test_a_failed_delivery_is_run_again_and_its_card_says_that_it_is_applied(stage: Stage) -> None:
    case = failed(stage)
    assert "1 case of sample failed at the delivery" in words(stage.cards(channel=FAILED)[0].blocks)
    assert said(stage, KIM, "/rerun", str(case)) == f"Case {case} runs again from deliver."
    stage.work()
    (card,) = stage.cards()
    assert "Applied: receipt for sample/ticket-1" in words(card.blocks)
    assert "Approved by @U0ANA" in words(card.blocks)
    assert stage.world.state(case) == "delivered"
    assert stage.desk.attempts == ["sample/ticket-1"] * 2


def test_a_rerun_asked_for_twice_is_done_once(stage: Stage) -> None:
    case = failed(stage)
    said(stage, KIM, "/rerun", "ticket-1")
    stage.person(KIM).command(SUPPORT, "/rerun", "ticket-1")
    stage.work()
    assert len(stage.world.case(case).runs) == 2
    assert "It already waits for a worker." in [
        words(one.blocks) for one in stage.person(KIM).messages(SUPPORT) if one.ephemeral
    ]


def test_a_case_can_be_run_again_from_a_step(stage: Stage) -> None:
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    assert said(stage, MARIA, "/rerun", f"{case} from look_up") == f"Case {case} runs again from look_up."
    stage.work()
    assert stage.desk.looked_up == [1, 1]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("99", "There is no case '99'"),
        ("1 from nowhere", "There is no step 'nowhere'; there are: start, look_up, ask, deliver."),
        ("'; DROP TABLE cases; --", "There is no case"),
        ("", "Say which case: /countersign rerun CASE [from STEP] [dry]"),
    ],
)
def test_a_rerun_that_cannot_be_is_refused_in_words(stage: Stage, text: str, answer: str) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    assert answer in said(stage, KIM, "/rerun", text)


@pytest.mark.parametrize("user", [EVE, ANA])
def test_only_engineers_and_the_owner_run_cases_again(stage: Stage, user: str) -> None:
    case = failed(stage)
    answer = said(stage, user, "/rerun", str(case))
    known = "Only engineers and the owner may run cases of sample again. Ask its owner, @U0MARIA."
    assert answer == (known if user == ANA else f"There is no case '{case}' that you may see.")
    assert len(stage.world.case(case).runs) == 1
    assert [entry.actor for entry in stage.world.case(case).audit if entry.action == "rerun.refused"] == [user]


def test_a_key_may_hold_the_word_from(stage: Stage) -> None:
    sample = sample_workflow(stage.desk, autonomy=Autonomy.draft(), name="letters")
    sample.key = lambda ticket: f"letter from {ticket.id}"
    stage.submit(stage.placed(sample), id=7, text="Where is my money?")
    assert "Case 1 runs again from start." in said(stage, KIM, "/rerun", "letter from 7")
    stage.work()
    assert "Case 1 runs again from look_up." in said(stage, KIM, "/rerun", "letter from 7 From look_up")


def test_an_engineer_reads_what_led_to_a_case(stage: Stage) -> None:
    case = failed(stage)
    answer = said(stage, KIM, "/countersign", f"case {case}")
    for part in (
        f"Case {case} sample · ticket-1 · failed",
        "1. look_up: finished",
        "2. ask: finished",
        "Approved by @U0ANA",
        "Stopped: NotDone: the desk is closed",
        "Delivery failed after 1 attempt",
        f"/rerun {case}",
    ):
        assert part in answer


def test_whoever_has_no_part_in_a_workflow_reads_no_case_of_it(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is my money?")
    answer = said(stage, EVE, "/countersign", "case 1")
    assert answer == "There is no case '1' that you may see."
    stage.press(EVE, "details")
    assert stage.person(EVE).views() == []


def test_a_command_that_is_not_understood_is_answered_with_what_can_be_said(stage: Stage) -> None:
    assert "/countersign help" in said(stage, KIM, "/countersign", "hello")


def test_team_leads_read_what_failed_and_what_was_spent_once_a_day(stage: Stage) -> None:
    failed(stage)
    stage.world.clock.move(timedelta(days=1))
    for _ in range(3):  # whichever wakes first
        make(stage.world.context, JobName.FAILURES, today=date(2026, 11, 21), zone=ZoneInfo("Europe/Berlin"))
    stage.send()
    (summary,) = stage.cards(user=LEE, channel=LEADING)
    text = words(summary.blocks)
    assert summary.text == "One thing needs you. Failures, 20 Nov 2026"
    assert "sample: 1 case failed at the delivery, NotDone, since" in text
    assert "20 Nov 2026: 1 case came, 1 failed, $0 spent." in text

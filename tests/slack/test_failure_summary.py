"""The failure summary in Slack: each line has a button that acts on how things stand when it is pressed."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from bot.sandbox.client import ShownMessage
from store import schema
from store.states import OutboxState
from tests.slack.stage import ANA, BEN, KIM, LEADING, LEE, MARIA, Stage, buttons, words
from workflows import NotDone, OutcomeUnknown
from workflows.engine.deliver import workflow_pauses
from workflows.engine.digests.making import make
from workflows.engine.digests.names import JobName
from workflows.engine.review import doubts
from workflows.engine.review.rerun import mending, reruns

pytestmark = pytest.mark.slow

DAY = timedelta(days=1)


def summary(stage: Stage) -> ShownMessage:
    """The summary of the day, as it is posted on the next one."""
    stage.world.clock.move(DAY)
    today = stage.world.clock().date()
    assert make(stage.world.context, JobName.FAILURES, today=today, zone=ZoneInfo("Europe/Berlin")) is not None
    stage.send()
    return stage.cards(user=KIM, channel=LEADING)[-1]


def press(stage: Stage, user: str, shown: ShownMessage, *, need: int = 0, confirmed: bool = False) -> None:
    """Press the button of a need, and let everything come to rest."""
    beside = [block for block in shown.blocks if block["type"] == "section"][need]
    block = str(beside["block_id"])
    person = stage.person(user)
    assert person.press(LEADING, shown.ts, "need", block_id=block, confirmed=confirmed).acknowledged
    stage.work()


def failing(stage: Stage, *, first: int = 1, number: int = 1) -> list[int]:
    """Cases whose step fails."""
    workflow = stage.world.registry.get("sample") if "sample" in stage.world.registry else stage.sample()
    stage.desk.look_up_errors += [NotDone("closed")] * number
    cases = [stage.world.submit(workflow, id=first + one, text="Where is it?").case for one in range(number)]
    stage.world.work()
    return cases


def told(stage: Stage, user: str) -> str:
    return stage.told(user, LEADING)


def test_the_button_of_a_cause_shows_its_card_with_its_buttons_and_how_it_stands_now(stage: Stage) -> None:
    (case,) = failing(stage)
    shown = summary(stage)
    assert shown.text == "One thing needs you. Failures, 20 Nov 2026"
    press(stage, KIM, shown)
    assert told(stage, KIM).startswith("1 case of sample failed at look_up\nOpen since")
    (mine,) = [one for one in stage.person(KIM).messages(LEADING) if one.ephemeral]
    assert buttons(mine) == ["rerun_one", "mend", "ignore_until", "resolve"]
    assert stage.person(KIM).press(LEADING, mine.ts, "mend").acknowledged
    stage.work()
    assert f"Being mended by @{KIM}" in told(stage, KIM)
    reruns.rerun(stage.world.context, case, by=KIM)
    stage.work()
    stage.world.clock.move(7 * DAY)
    press(stage, MARIA, shown)
    assert told(stage, MARIA).startswith("Resolved: sample failed at look_up")


def test_the_button_of_a_doubt_shows_its_card_while_it_is_one(stage: Stage) -> None:
    workflow = stage.sample()
    workflow.effect = None
    workflow.deliver(idempotent=False)(_unknown)
    case = stage.submit(workflow, id=1, text="Where is it?")
    stage.press(ANA, "approve")
    stage.work()
    shown = summary(stage)
    assert "sample: 1 delivery may have happened or not (case 1)" in words(shown.blocks)
    press(stage, ANA, shown)
    (mine,) = [one for one in stage.person(ANA).messages(LEADING) if one.ephemeral]
    assert buttons(mine) == ["happened", "not_happened", "look"]
    doubts.settle(stage.world.context, case, happened=True, by=BEN)
    press(stage, KIM, shown)
    assert told(stage, KIM) == "No delivery of sample is in doubt any more."


def _unknown(triage: object, run: object) -> str:
    raise OutcomeUnknown("connection lost")


def test_the_button_of_late_reviews_opens_the_list_of_what_waits(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is it?")
    shown = summary(stage)
    assert "sample: 1 review past its deadline" in words(shown.blocks)
    press(stage, ANA, shown)
    assert "ticket-1" in words(stage.view(ANA).blocks)
    stage.press(ANA, "approve")
    stage.work()
    press(stage, BEN, shown)
    assert "ticket-1" not in words(stage.view(BEN).blocks)


def test_a_workflow_is_resumed_by_those_who_may_and_not_from_a_later_pause(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is it?")
    stage.press(ANA, "approve")
    stage.work()
    context = stage.world.context
    workflow_pauses.stop(context, "sample", "many look alike")
    shown = summary(stage)
    press(stage, ANA, shown, confirmed=True)
    assert "Only engineers and the owner may pause sample, resume it" in told(stage, ANA)
    assert workflow_pauses.is_paused(context, "sample")
    press(stage, KIM, shown, confirmed=True)
    assert told(stage, KIM).startswith("sample is resumed.")
    assert not workflow_pauses.is_paused(context, "sample")
    stage.world.clock.move(7 * DAY)
    workflow_pauses.pause(context, "sample", by=MARIA, reason="new prices")
    press(stage, KIM, shown, confirmed=True)
    assert "paused again: new prices" in told(stage, KIM)
    assert workflow_pauses.is_paused(context, "sample")


def test_failed_cases_without_a_cause_are_listed_with_how_to_run_them_again(stage: Stage) -> None:
    (case,) = failing(stage)
    with stage.world.database.write() as session:
        session.execute(update(schema.Run).values(cause_id=None))
    shown = summary(stage)
    press(stage, KIM, shown)
    said = told(stage, KIM)
    assert said.startswith("Failed cases of sample, for no known cause\nCase 1, failed since")
    assert "/rerun CASE" in said
    reruns.rerun(stage.world.context, case, by=KIM)
    stage.work()
    press(stage, MARIA, shown)
    assert told(stage, MARIA) == "No failed case of sample is without a cause any more."


def test_what_was_given_up_is_listed_to_engineers_alone(stage: Stage) -> None:
    stage.submit(stage.sample(), id=1, text="Where is it?")
    stage.press(ANA, "approve")
    stage.work()
    with stage.world.database.write() as session:
        session.execute(update(schema.OutboxRow).values(state=OutboxState.DEAD, error="is_archived"))
    shown = summary(stage)
    assert "could not be posted" in words(shown.blocks)
    press(stage, ANA, shown)
    assert "Only engineers" in told(stage, ANA)
    press(stage, KIM, shown)
    assert "is_archived" in told(stage, KIM)


def test_whoever_has_no_part_in_a_workflow_is_refused_and_that_is_audited(stage: Stage) -> None:
    failing(stage)
    shown, workflow = summary(stage), stage.world.registry.get("sample")
    workflow.review = replace(workflow.review, reviewers=BEN)
    press(stage, ANA, shown)
    assert "Only leads, reviewers, engineers and the owner may see how sample stands." in told(stage, ANA)
    refused = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)][-1]
    assert (refused.actor, refused.details["wanted"]) == (ANA, "see")


def test_a_lead_sees_how_a_workflow_stands_and_none_of_its_cases(stage: Stage) -> None:
    """The card of a cause stands in a channel, too; what waits for reviewers does not."""
    failing(stage)
    shown = summary(stage)
    press(stage, LEE, shown)
    assert told(stage, LEE).startswith("1 case of sample failed at look_up")
    (mine,) = [one for one in stage.person(LEE).messages(LEADING) if one.ephemeral]
    assert stage.person(LEE).press(LEADING, mine.ts, "mend").acknowledged
    stage.work()
    assert "Only engineers and the owner" in told(stage, LEE)


def test_a_lead_does_not_see_failed_cases_one_by_one(stage: Stage) -> None:
    failing(stage)
    with stage.world.database.write() as session:
        session.execute(update(schema.Run).values(cause_id=None))
    press(stage, LEE, summary(stage))
    assert "Only reviewers, engineers and the owner may read cases of sample." in told(stage, LEE)


def test_a_button_from_before_a_restore_does_nothing(stage: Stage) -> None:
    failing(stage)
    shown = summary(stage)
    object.__setattr__(stage.world.context, "restores", type(stage.world.context.restores)(number=1, at=None))
    press(stage, KIM, shown)
    assert "This is from before the database was restored" in told(stage, KIM)


def test_a_cause_that_somebody_took_over_is_no_thing_on_the_next_day(stage: Stage) -> None:
    failing(stage)
    assert summary(stage).text.startswith("One thing needs you.")
    (cause,) = stage.world.rows(schema.Cause)
    mending.take_over(stage.world.context, cause.id, 1, by=KIM)
    assert summary(stage).text.startswith("Nothing to do.")

"""The health of other systems, in Slack: on the status, in one message that is mended, and ahead of what ends."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.slack.stage import EVE, FAILED, KIM, MARIA, Stage, words
from tests.slack.test_readers import said
from tests.waiting import wait_until
from workflows.engine.health import watch
from workflows.engine.health.expiries import warn
from workflows.tools.calls import Called, CallOutcome

MINUTE = timedelta(minutes=1)
OK, FAILS, BROKEN = CallOutcome.ANSWERED, CallOutcome.FAILED, CallOutcome.BROKEN


def call(stage: Stage, *outcomes: CallOutcome) -> None:
    """Call the CRM, look at how it is, and send what is to be told."""
    context = stage.world.context
    kinds = {OK: None, FAILS: "TryAgain", BROKEN: "OutputBroken"}
    made = [Called(system="CRM", outcome=one, milliseconds=210.0, error=kinds[one]) for one in outcomes]
    context.meter.count(made, at=stage.world.clock())
    watch.look(context)
    stage.send()


def told(stage: Stage) -> list[str]:
    """The messages in the failures channel."""
    return [words(one.blocks) for one in stage.person(KIM).messages(FAILED)]


def test_a_change_is_one_message_that_says_in_the_end_that_it_is_well_again(stage: Stage) -> None:
    stage.sample()
    call(stage, OK, OK, *[FAILS] * 5, BROKEN)
    (message,) = told(stage)
    assert message.startswith("CRM has been in trouble since 2026-11-20 09:00 UTC.")
    assert "5 of 8 calls failed, and 1 answer was in another form than agreed within 15 minutes" in message
    assert "last with OutputBroken" in message
    call(stage, *[FAILS] * 3)
    assert told(stage) == [message], "its figures alone change nothing"
    stage.world.clock.move(20 * MINUTE)
    call(stage, *[FAILS] * 10)
    (message,) = told(stage)
    assert message.startswith("CRM has been down since 2026-11-20 09:00 UTC.")
    assert "10 of 10 calls failed within 15 minutes, last with TryAgain." in message
    stage.world.clock.move(6 * MINUTE)
    call(stage, OK)
    (message,) = told(stage)
    assert message.startswith("CRM is well again, since 2026-11-20 09:26 UTC.")
    assert "It was down for 26 minutes, from 2026-11-20 09:00 UTC to 2026-11-20 09:26 UTC." in message
    stage.world.clock.move(6 * MINUTE)
    call(stage, *[FAILS] * 9)
    (message,) = told(stage)
    assert message.startswith(
        "CRM has been in trouble again since 2026-11-20 09:32 UTC: 2 times since 2026-11-20 09:00 UTC."
    )


def test_status_says_of_each_system_how_its_calls_went(stage: Stage) -> None:
    stage.sample()
    call(stage, *[OK] * 19, FAILS)
    status = said(stage, KIM, "/countersign", "status")
    assert (
        "CRM: 1 of 20 calls failed in the last 15 minutes; 210 ms for an answer. "
        "Last success 2026-11-20 09:00 UTC." in status
    )
    assert "The target of sample: no calls within a day." in status
    assert "Nothing failed, nothing is down or paused." in status
    call(stage, *[FAILS] * 9)
    status = said(stage, KIM, "/countersign", "status")
    assert status.index("CRM has been in trouble since 2026-11-20 09:00 UTC: 10 of 29 calls failed") < status.index(
        "sample"
    )
    assert "Nothing failed" not in status
    stage.world.clock.move(timedelta(hours=1))
    told = "CRM has been in trouble since 2026-11-20 09:00 UTC: no calls since 2026-11-20 09:00 UTC."
    assert told in said(stage, KIM, "/countersign", "status")


def test_who_may_read_no_case_is_told_of_no_system(stage: Stage) -> None:
    stage.sample()
    call(stage, OK)
    assert "CRM" not in said(stage, EVE, "/countersign", "status")


def test_the_owner_is_warned_before_access_ends_and_status_says_it(stage: Stage) -> None:
    sample = stage.sample()
    assert sample.effect is not None
    sample.effect = replace(sample.effect, target="help desk", expires=date(2026, 11, 30))
    assert warn(stage.world.context) == 1
    stage.send()
    (message,) = told(stage)
    assert message.startswith(f"Access to help desk ends on 2026-11-30, in 10 days. @{MARIA}, you own sample.")
    assert "Help desk: no calls within a day. Access ends on 2026-11-30, in 10 days." in said(
        stage, KIM, "/countersign", "status"
    )


def test_a_warning_that_was_not_sent_before_the_access_was_renewed_is_not_sent(stage: Stage) -> None:
    sample = stage.sample()
    assert sample.effect is not None
    sample.effect = replace(sample.effect, expires=date(2026, 11, 30))
    warn(stage.world.context)
    sample.effect = replace(sample.effect, expires=date(2027, 11, 30))
    stage.send()
    assert told(stage) == []


@pytest.mark.slow
def test_slack_itself_is_counted_and_a_refused_message_is_an_answer(stage: Stage) -> None:
    stage.sample()
    call(stage, *[FAILS] * 5)
    assert told(stage)
    watch.write(stage.world.context)
    wait_until(lambda: "Slack: 1 call answered in the last 15 minutes" in said(stage, KIM, "/countersign", "status"))

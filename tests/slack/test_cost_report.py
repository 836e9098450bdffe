"""The cost report in the leads' channel, with the cases that cost most."""

from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from handlers.slack.ids import Action
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, KIM, LEADING, LEE, words
from tests.slack.test_spot_checks import drawn, tend
from workflows.engine.digests.making import make
from workflows.engine.digests.names import JobName
from workflows.model.scripted import says

pytestmark = pytest.mark.slow


def test_a_press_opens_a_most_expensive_case_for_those_who_may_read_it(make_stage: MakeStage) -> None:
    values = {"queue": "billing", "reply": "Hello"}
    stage = make_stage(lambda _: says(values, confidence=0.6, cost=Decimal("2.5")))
    case = stage.submit(stage.sample(), id=1, text="Where is my money?")
    stage.world.clock.move(timedelta(days=1))
    make(stage.world.context, JobName.COST, today=date(2026, 11, 21), zone=ZoneInfo("Europe/Berlin"))
    stage.send()
    (report,) = stage.cards(user=LEE, channel=LEADING)
    text = words(report.blocks)
    assert "Cost, 20 Nov 2026" in text
    assert "$2.50 was spent." in text
    assert f"Most expensive cases: {case} of sample $2.50" in text
    assert "Where is my money?" not in text
    stage.person(KIM).press(LEADING, report.ts, f"{Action.CASE}.0")
    assert f"Case {case} sample · ticket-1" in stage.told(KIM, channel=LEADING)
    stage.person(LEE).press(LEADING, report.ts, f"{Action.CASE}.0")
    assert "ticket-1" not in stage.told(LEE, channel=LEADING)
    refused = [(entry.actor, entry.action) for entry in stage.world.case(case).audit if "refused" in entry.action]
    assert refused == [(LEE, "read.refused")]


def test_whoever_opened_an_expensive_case_is_not_asked_to_look_at_it_blind(make_stage: MakeStage) -> None:
    values = {"queue": "billing", "reply": "Hello"}
    stage = make_stage(lambda _: says(values, confidence=0.95, cost=Decimal("2.5")))
    drawn(stage)
    stage.world.clock.move(timedelta(days=1))
    make(stage.world.context, JobName.COST, today=date(2026, 11, 21), zone=ZoneInfo("Europe/Berlin"))
    stage.send()
    (report,) = stage.cards(user=LEE, channel=LEADING)
    stage.person(ANA).press(LEADING, report.ts, f"{Action.CASE}.0")
    assert "ticket-1" in stage.told(ANA, channel=LEADING)
    tend(stage)
    assert stage.press(ANA, "spot_checks").acknowledged
    assert "No spot check waits for you." in stage.told(ANA)

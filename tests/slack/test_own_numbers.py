"""Figures about a single person: off, and where a team wants them, told to that person alone."""

import json
from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from pydantic_core import to_jsonable_python

from tests.slack.stage import ANA, KIM, SUPPORT, Stage
from tests.slack.test_readers import said
from workflows.engine.digests.jobs import JOBS
from workflows.engine.digests.making import preview

pytestmark = pytest.mark.slow


@pytest.fixture
def switched_on(stage: Stage) -> Iterator[Stage]:
    """Countersign of a team that wants them."""
    object.__setattr__(stage.ears.slack_context, "personal_figures", True)
    yield stage
    object.__setattr__(stage.ears.slack_context, "personal_figures", False)


def decided(stage: Stage) -> None:
    """Have Ana approve two cases on two days."""
    workflow = stage.sample()
    for number in (1, 2):
        stage.submit(workflow, id=number, text="Where is my money?")
        stage.press(ANA, "approve", card=number - 1)
        stage.work()
        stage.world.clock.move(timedelta(days=1))


def test_they_are_off_unless_a_team_switches_them_on(stage: Stage) -> None:
    decided(stage)
    told = said(stage, ANA, "/countersign", "mine")
    assert told.startswith("Figures about a single person are off.")
    assert "COUNTERSIGN_PERSONAL_FIGURES=true" in told


def test_a_person_is_told_their_own_and_nobody_elses(switched_on: Stage) -> None:
    decided(switched_on)
    own = said(switched_on, ANA, "/countersign", "mine")
    assert "Your decisions of the last 14 days: 2" in own
    assert "20 Nov: 1 decision" in own
    assert "Only you see this." in own
    assert "14 days: 0" in said(switched_on, KIM, "/countersign", f"mine {ANA}"), (
        "whoever is named, it is about oneself"
    )
    shown = [one for one in switched_on.person(KIM).messages(SUPPORT) if "last 14 days: 2" in json.dumps(one.blocks)]
    assert shown == [], "it stands in no channel"


def test_no_digest_names_a_person(switched_on: Stage) -> None:
    decided(switched_on)
    context = switched_on.world.context
    today = context.clock().date() + timedelta(days=7)
    for name in JOBS:
        view = preview(context, name, today=today, zone=ZoneInfo("UTC"))
        assert ANA not in json.dumps(to_jsonable_python(view))

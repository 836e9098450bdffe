"""Improvements reach the owner in Slack, who takes or leaves each; engineers may, and nobody else."""

import pytest

from bot.sandbox.client import ShownMessage
from store import schema
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, KIM, MARIA, SUPPORT, Stage, buttons, words
from tests.world import sure
from workflows.engine.review import reviews
from workflows.quality.examples.candidates import gather
from workflows.quality.improvements.finding import find
from workflows.quality.improvements.taking import leave
from workflows.quality.labels.making import make_labels

pytestmark = pytest.mark.slow


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    return make_stage(sure(0.1, queue="billing", reply="We look into it."))


def found(stage: Stage, *, send: bool = True) -> int:
    """Have tickets about parcels rejected, so that a pattern is found; returns the improvement."""
    workflow = stage.sample()
    for number in range(1, 33):
        is_wrong = number % 2 == 0
        text = f"{'parcel' if is_wrong else 'invoice'} {number} <!channel> ana{number}@example.org"
        case = stage.world.submit(workflow, id=number, text=text).case
        stage.world.work()
        review = stage.world.review(case)
        if is_wrong:
            reviews.reject(stage.world.context, review.id, review.version, reason="no", by=ANA)
        else:
            reviews.approve(stage.world.context, review.id, review.version, by=ANA)
    stage.work()
    make_labels(stage.world.context)
    gather(stage.world.context)
    (one,) = find(stage.world.context, workflow.name)
    if send:
        stage.send()
    return one.id


def direct(stage: Stage) -> list[ShownMessage]:
    """Return the direct messages to the owner."""
    person = stage.person(MARIA)
    return person.messages(person.direct)


def press(stage: Stage, user: str, shown: ShownMessage, action: str, *, channel: str) -> ShownMessage:
    assert stage.person(user).press(channel, shown.ts, action, confirmed=True).acknowledged
    assert stage.ears.listeners is not None
    stage.ears.listeners.wait()
    return stage.person(user).messages(channel)[-1]


def said(stage: Stage, user: str) -> ShownMessage:
    """Ask for the improvements, and return the answer."""
    person = stage.person(user)
    before = len(person.messages(SUPPORT))
    assert person.command(SUPPORT, "/countersign", "improvements sample").acknowledged
    return person.wait_until(lambda: shown[-1] if len(shown := person.messages(SUPPORT)) > before else None)


def state(stage: Stage) -> str:
    (row,) = stage.world.rows(schema.Improvement)
    assert isinstance(row, schema.Improvement)
    return str(row.state)


def test_the_owner_is_told_once_and_takes_it_there(stage: Stage) -> None:
    one = found(stage)
    (shown,) = direct(stage)
    assert shown.text == 'sample: text has "parcel": rejected in 16 of 16 cases, elsewhere in 0 of 16.'
    assert "Improvements of sample: 1 waits" in words(shown.blocks)
    assert "'parcel' in str(input.text).lower()" in words(shown.blocks)
    assert "example.org" not in str(shown)
    assert "channel>" not in str(shown)
    assert find(stage.world.context, "sample") == []
    stage.send()
    assert len(direct(stage)) == 1, "told once"

    shown = press(stage, MARIA, shown, "take_improvement", channel=stage.person(MARIA).direct)
    assert f"{one} is taken." in words(shown.blocks)
    assert f"countersign deploy sample --improvement {one}" in words(shown.blocks)
    assert "corrected_often" in words(shown.blocks)
    assert buttons(shown) == []
    assert state(stage) == "taken"


def test_a_reviewer_may_not_and_is_told_who_may_and_it_is_audited(stage: Stage) -> None:
    found(stage)
    assert "Only engineers and the owner may take improvements of sample" in words(said(stage, ANA).blocks)
    audit = [row for row in stage.world.rows(schema.AuditRow) if isinstance(row, schema.AuditRow)]
    assert [(row.actor, row.details) for row in audit if row.details.get("wanted") == "improvements"] == [
        (ANA, {"wanted": "improvements", "why": "no_right"})
    ]
    assert state(stage) == "draft"


def test_a_second_press_and_an_old_message_are_answered_and_change_nothing(stage: Stage) -> None:
    one = found(stage)
    old, shown = said(stage, MARIA), said(stage, KIM)
    shown = press(stage, KIM, shown, "leave_improvement", channel=SUPPORT)
    assert f"{one} is left." in words(shown.blocks)
    answer = press(stage, MARIA, old, "take_improvement", channel=SUPPORT)
    assert "somebody has decided this since" in words(answer.blocks).lower()
    assert "No improvement of sample waits" in words(stage.person(MARIA).messages(SUPPORT)[-2].blocks)
    assert state(stage) == "left"


def test_nobody_is_told_of_one_that_was_left_before_the_message_went_out(stage: Stage) -> None:
    one = found(stage, send=False)
    leave(stage.world.context, one, shown=1, by=MARIA)
    stage.send()
    assert direct(stage) == []

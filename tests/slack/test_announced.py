"""Announced cases in a channel: a card says what goes out and when, and a reviewer can stop it."""

from datetime import timedelta

import pytest

from store import schema
from store.states import Level
from tests.integration.engine.earned import deployed, pinned, stands
from tests.sample import sample_workflow
from tests.slack.conftest import MakeStage
from tests.slack.stage import ANA, BEN, EVE, SUPPORT, Stage, buttons, words
from tests.world import sure
from workflows import Autonomy
from workflows.engine.declare.registry import AnyWorkflow
from workflows.engine.review.announced.stopping import stop

pytestmark = pytest.mark.slow

QUARTER = timedelta(minutes=15)


@pytest.fixture
def stage(make_stage: MakeStage) -> Stage:
    """A stage whose model is sure."""
    return make_stage(sure(0.95, queue="billing", reply="Hello"))


@pytest.fixture
def announcing(stage: Stage) -> AnyWorkflow:
    """A workflow whose confident cases are announced."""
    pinned(stage.world)
    stage.ears.hear_for(stage.world)
    stage.sender = stage.new_sender()
    workflow = sample_workflow(stage.desk, autonomy=Autonomy.earned(veto=QUARTER))
    stage.placed(workflow)
    values = {"floor": 0.9, "probability": 0.05, "least": 0.05}
    stands(stage.world, workflow, deployed(stage.world, workflow), level=Level.VETO, **values)
    return workflow


def announced(stage: Stage, workflow: AnyWorkflow, number: int = 1) -> int:
    """Have cases announced; returns the last one."""
    case = 0
    for id in range(1, number + 1):
        case = stage.world.submit(workflow, id=id, text=f"Where is parcel {id}?").case
    stage.world.work()
    stage.send()
    return case


def test_a_card_says_what_goes_out_and_when_and_a_reviewer_stops_it(stage: Stage, announcing: AnyWorkflow) -> None:
    case = announced(stage, announcing)
    (card,) = stage.cards()
    said = words(card.blocks)
    assert card.text.startswith("Goes out at 2026-11-20 09:15 UTC unless somebody stops it: Where is parcel 1?")
    assert "Goes out at 2026-11-20 09:15 UTC unless somebody stops it. 95% sure." in said
    assert "Queue: billing" in said
    assert buttons(card) == ["stop_announced", "open_case.0"]
    assert stage.press(ANA, "stop_announced").acknowledged
    stage.work()
    stopped, review = stage.cards()
    assert "Stopped by @U0ANA, 2026-11-20 09:00 UTC. A person decides it." in words(stopped.blocks)
    assert "Somebody stopped it before it went out" in words(review.blocks)
    assert buttons(review)[:3] == ["approve", "edit", "reject"]
    assert (stage.world.state(case), stage.desk.attempts) == ("waiting", [])


def test_whoever_is_too_late_is_told_so_and_shown_what_became_of_it(stage: Stage, announcing: AnyWorkflow) -> None:
    case = announced(stage, announcing)
    before = stage.cards()[0]
    stage.world.clock.move(QUARTER)
    stage.world.work()
    assert stage.person(ANA).press(SUPPORT, before.ts, "stop_announced").acknowledged
    assert "It is too late to stop it: its time was over, and it is delivered" in stage.told(ANA)
    stage.work()
    (card,) = stage.cards()
    assert "Nobody stopped it by 2026-11-20 09:15 UTC." in words(card.blocks)
    assert "Applied: receipt for sample/ticket-1" in words(card.blocks)
    assert buttons(card) == ["open_case.0", "correct"]
    assert stage.world.state(case) == "delivered"


def test_only_whoever_may_decide_may_stop(stage: Stage, announcing: AnyWorkflow) -> None:
    announced(stage, announcing)
    assert stage.press(EVE, "stop_announced").acknowledged
    assert "You are not among the reviewers of sample" in stage.told(EVE)
    assert [row.state for row in stage.world.rows(schema.Announcement)] == ["open"]  # type: ignore[attr-defined]


def test_a_flood_is_five_cards_and_a_number_whose_list_can_be_stopped_too(
    stage: Stage, announcing: AnyWorkflow
) -> None:
    announced(stage, announcing, 9)
    cards = stage.cards()
    assert len(cards) == 6
    assert [buttons(card)[0] for card in cards[:5]] == ["stop_announced"] * 5
    assert "4 more go out by 2026-11-20 09:15 UTC unless somebody stops them." in words(cards[5].blocks)
    shown = stage.opened(ANA, "announced")
    assert words(shown.blocks).count("Where is parcel") == 9
    last = next(block["block_id"] for block in reversed(shown.blocks) if block["type"] == "actions")
    assert stage.person(ANA).press_in_view("stop_announced", block_id=str(last)).acknowledged
    assert words(stage.view(ANA).blocks).count("Where is parcel") == 8
    stage.world.clock.move(QUARTER)
    stage.work()
    assert len(stage.desk.attempts) == 8
    assert sum("Nobody stopped it" in words(card.blocks) for card in stage.cards()) == 5


def test_what_is_personal_is_masked_on_the_card(stage: Stage, announcing: AnyWorkflow) -> None:
    announcing.review = type(announcing.review)(
        post_to=announcing.review.post_to, reviewers=announcing.review.reviewers, text_in_channel=False
    )
    announced(stage, announcing)
    said = words(stage.cards()[0].blocks)
    assert "parcel" not in said
    assert "Hello" not in said
    assert BEN not in said


def test_of_two_who_stop_it_at_once_the_second_is_told_who_was_first(stage: Stage, announcing: AnyWorkflow) -> None:
    announced(stage, announcing)
    stop(stage.world.context, 1, by=ANA)
    assert stage.press(BEN, "stop_announced").acknowledged
    assert stage.told(BEN) == f"@{ANA} has stopped it already."
    assert len(stage.world.rows(schema.Review)) == 1

"""A delivery of which nobody knows whether it happened: a person looks, says so, and the case goes on."""

import pytest

from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, Crash, Office, Scene, office_scene, sample
from workflows import OutcomeUnknown
from workflows.engine import doubts, reruns
from workflows.engine.errors import Refused, Unknown
from workflows.engine.reviews import Follows
from workflows.engine.states import RunState

KEY = "sample/ticket-1"


def doubtful(make_world: MakeWorld, *, text: str = "charged twice") -> tuple[Scene, int]:
    scene = sample(make_world, idempotent=False, review=CARDS)
    scene.desk.errors.append(OutcomeUnknown("connection lost"))
    case = scene.submit(text=text)
    scene.world.work()
    if scene.run(case).state == "waiting":
        scene.approve(case)
        scene.world.work()
    assert scene.run(case).state == "doubtful"
    return scene, case


def test_it_happened_and_the_case_is_delivered(make_world: MakeWorld) -> None:
    scene, case = doubtful(make_world)

    assert doubts.settle(scene.world.context, case, happened=True, by="U0EVE") is RunState.DELIVERED

    assert scene.run(case).state == "delivered"
    assert scene.deliveries() == {KEY: "applied"}
    assert [(row.actor, row.action) for row in scene.world.case(case).audit][-3:] == [
        ("U0EVE", "run.delivered"),
        ("U0EVE", "delivery.applied"),
        ("U0EVE", "delivery.settled"),
    ]
    with pytest.raises(Refused, match="it was delivered"):
        reruns.rerun(scene.world.context, case, by="U0DEV")


def test_it_did_not_happen_and_the_case_can_be_run_again(make_world: MakeWorld) -> None:
    scene, case = doubtful(make_world)

    assert doubts.settle(scene.world.context, case, happened=False, by="U0EVE") is RunState.FAILED
    assert scene.deliveries() == {KEY: "failed"}
    assert reruns.rerun(scene.world.context, case, by="U0DEV").from_step == "deliver"
    scene.world.work()

    assert scene.run(case).state == "delivered"
    assert scene.desk.attempts == [KEY, KEY]
    assert scene.deliveries() == {KEY: "applied"}


def test_until_then_it_is_not_run_again(make_world: MakeWorld) -> None:
    scene, case = doubtful(make_world)
    with pytest.raises(Refused, match="its delivery is in doubt; say first whether it happened"):
        reruns.rerun(scene.world.context, case, by="U0DEV")
    assert scene.run(case).state == "doubtful"


def test_asked_twice_the_second_is_refused(make_world: MakeWorld) -> None:
    scene, case = doubtful(make_world)
    doubts.settle(scene.world.context, case, happened=True, by="U0EVE")
    with pytest.raises(Refused, match="its delivery is not in doubt; the case is delivered"):
        doubts.settle(scene.world.context, case, happened=False, by="U0ADAM")
    assert scene.deliveries() == {KEY: "applied"}


@pytest.mark.parametrize("text", ["charged twice", "smoke"])
def test_a_case_that_is_not_in_doubt_cannot_be_settled(make_sqlite_world: MakeWorld, text: str) -> None:
    scene = sample(make_sqlite_world)
    case = scene.worked(text=text)
    with pytest.raises(Refused, match="its delivery is not in doubt; the case is "):
        doubts.settle(scene.world.context, case, happened=True, by="U0EVE")


def test_a_case_that_is_not_there_is_unknown(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    with pytest.raises(Unknown, match="there is no case 99"):
        doubts.settle(scene.world.context, 99, happened=True, by="U0EVE")


def test_the_card_is_drawn_anew(make_sqlite_world: MakeWorld) -> None:
    scene, case = doubtful(make_sqlite_world, text="smoke")
    review = scene.decided(case).id
    before = scene.wanted(review)
    doubts.settle(scene.world.context, case, happened=True, by="U0EVE")
    assert scene.wanted(review) > before


@pytest.mark.parametrize("happened", [True, False])
def test_the_news_of_a_rejection_can_be_in_doubt_too(make_sqlite_world: MakeWorld, happened: bool) -> None:
    office = Office()
    scene = office_scene(make_sqlite_world, office, idempotent=False)
    scene.workflow.scope = lambda _: False
    case = scene.worked()
    office.will("reject", Crash())
    scene.reject(case, Follows.CLOSE, reason="spam")
    scene.crash()
    assert scene.run(case).state == "doubtful"

    settled = doubts.settle(scene.world.context, case, happened=happened, by="U0EVE")

    assert settled == ("closed" if happened else "failed")
    if not happened:
        reruns.rerun(scene.world.context, case, by="U0DEV")
        scene.world.work()
        assert scene.run(case).state == "closed"
        assert office.told == {"office/ticket-1/rejection": "spam"}


@pytest.mark.parametrize("happened", [True, False])
def test_a_delivery_in_doubt_can_be_settled_after_the_case_was_revised(make_world: MakeWorld, happened: bool) -> None:
    """The older run is still in doubt: somebody has to be able to say what became of it."""
    scene, case = doubtful(make_world)
    scene.submit(text="charged thrice")
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.deliveries() == {KEY: "doubtful", f"{KEY}/revision-2": "applied"}

    doubts.settle(scene.world.context, case, happened=happened, by="U0EVE")

    assert scene.deliveries() == {KEY: "applied" if happened else "failed", f"{KEY}/revision-2": "applied"}
    assert scene.run(case).state == "delivered"

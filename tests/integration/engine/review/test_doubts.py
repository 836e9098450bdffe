"""A delivery of which nobody knows whether it happened: a person looks, says so, and the case goes on."""

import pytest

from store.states import RunState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, Crash, Office, Scene, office_scene, sample
from tests.sample import Ticket, Triage
from workflows import NotDone, OutcomeUnknown, Run
from workflows.engine.errors import Refused, Unknown
from workflows.engine.review import doubts
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns

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
def test_a_delivery_in_doubt_can_be_settled_after_the_case_was_revised(
    make_sqlite_world: MakeWorld, happened: bool
) -> None:
    """The older run is still in doubt: somebody has to be able to say what became of it."""
    scene, case = doubtful(make_sqlite_world)
    scene.submit(text="charged thrice")
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.deliveries() == {KEY: "doubtful", f"{KEY}/revision-2": "applied"}

    doubts.settle(scene.world.context, case, happened=happened, by="U0EVE")

    assert scene.deliveries() == {KEY: "applied" if happened else "failed", f"{KEY}/revision-2": "applied"}
    assert scene.run(case).state == "delivered"


def test_of_two_deliveries_in_doubt_the_person_says_which(make_sqlite_world: MakeWorld) -> None:
    """A case and its newer revision: what was found out about one says nothing about the other."""
    scene, case = doubtful(make_sqlite_world)
    scene.desk.errors.append(OutcomeUnknown("connection lost again"))
    scene.submit(text="charged thrice")
    scene.world.work()

    with pytest.raises(Refused, match=f"say which by its key: {KEY}, {KEY}/revision-2"):
        doubts.settle(scene.world.context, case, happened=True, by="U0EVE")
    doubts.settle(scene.world.context, case, happened=True, by="U0EVE", key=f"{KEY}/revision-2")
    doubts.settle(scene.world.context, case, happened=False, by="U0EVE")

    assert scene.deliveries() == {KEY: "failed", f"{KEY}/revision-2": "applied"}
    assert scene.run(case).state == "delivered"


def test_a_failed_delivery_that_may_have_happened_is_looked_at_before_other_values_go_out(
    make_sqlite_world: MakeWorld,
) -> None:
    """Its target knows the key again, so other values under it would never arrive."""
    scene = sample(make_sqlite_world)
    scene.desk.errors.append(ValueError("no receipt in the answer"))
    case = scene.worked()

    with pytest.raises(Refused, match="its delivery may have happened, with the earlier values"):
        reruns.rerun(scene.world.context, case, by="U0DEV", from_step="start")
    with pytest.raises(Refused, match="run it again from deliver"):
        doubts.settle(scene.world.context, case, happened=True, by="U0EVE")
    doubts.settle(scene.world.context, case, happened=False, by="U0EVE")
    reruns.rerun(scene.world.context, case, by="U0DEV", from_step="start")
    scene.world.work()

    assert scene.run(case).state == "delivered"


@pytest.mark.parametrize("first", [Crash(), OutcomeUnknown("connection lost")], ids=["crash", "unknown"])
def test_a_refusal_says_nothing_about_the_attempt_before_it(make_sqlite_world: MakeWorld, first: BaseException) -> None:
    """The first attempt had its effect and was cut off; that the second is refused does not undo it."""
    scene = sample(make_sqlite_world)
    turns: list[BaseException] = [first, NotDone("closed")]

    @scene.workflow.deliver(idempotent=True)
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        scene.desk.applied.setdefault(run.key, triage)
        if turns:
            raise turns.pop(0)
        return "done"

    case = scene.submit()
    if isinstance(first, Crash):
        scene.crash()
    scene.world.work()
    assert scene.run(case).state == "failed"

    with pytest.raises(Refused, match="its delivery may have happened, with the earlier values"):
        reruns.rerun(scene.world.context, case, by="U0DEV", from_step="start")
    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    assert scene.run(case).state == "delivered"

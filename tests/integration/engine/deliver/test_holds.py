"""A case resolved while its workflow holds deliveries is kept, and delivered once it is resumed."""

import pytest

from tests.conftest import MakeWorld
from tests.integration.engine.deliver.test_workflow_pauses import current, notes, pause, resume
from tests.integration.engine.run.test_interleaving import meet
from tests.integration.engine.scene import CARDS, DRAFT, Crash, Office, Scene, office_scene, sample
from tests.integration.engine.trail import follow_the_trail
from workflows import NotAllowed
from workflows.engine.context import SYSTEM
from workflows.engine.deliver import holds, workflow_pauses
from workflows.engine.errors import Refused
from workflows.engine.review.cards import card_view
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns

KEY = "sample/ticket-1"


def held(scene: Scene, *, id: int = 1) -> int:
    """A case that was decided while deliveries are held."""
    case = scene.worked(id=id)
    pause(scene, deliveries=True)
    scene.approve(case)
    scene.world.work()
    assert scene.run(case).state == "holding"
    return case


def test_a_decision_is_held_and_delivered_once_it_is_resumed(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    case = held(scene)
    assert (scene.desk.attempts, scene.deliveries()) == ([], {KEY: "intended"})
    assert card_view(scene.world.context, scene.decided(case).id).run_state == "holding"
    resume(scene)
    scene.world.work()
    assert (scene.run(case).state, scene.desk.attempts) == ("delivered", [KEY])
    follow_the_trail(scene.world)


def test_a_pause_can_come_to_hold_deliveries_too(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()
    assert [pause(scene), pause(scene, deliveries=True), pause(scene, deliveries=True)] == [True, True, False]
    scene.approve(case)
    scene.world.work()
    assert scene.run(case).state == "holding"


def test_a_held_case_is_neither_run_again_nor_delivered_by_a_restart(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = held(scene)
    with pytest.raises(Refused, match="it is decided, and will be delivered when its workflow is resumed"):
        reruns.rerun(scene.world.context, case, by="U0KIM")
    scene.world.restart()
    scene.world.work()
    assert (scene.run(case).state, scene.desk.attempts) == ("holding", [])


def test_a_delivery_that_has_begun_is_finished(make_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_world, office)
    office.turns["reserve"].append(None)

    class Pausing(dict[str, object]):
        def setdefault(self, *_: object) -> object:
            workflow_pauses.pause(scene.world.context, "office", by="U0KIM", reason="why", deliveries=True)
            return None

    office.applied = Pausing()  # type: ignore[assignment]  # what is applied under a key is of no interest here
    case = scene.worked()
    assert scene.run(case).state == "delivered"
    assert office.since(5) == ["reserve", "book", "booked", "notify"]


def test_a_delivery_whose_worker_dies_is_held_and_goes_on_under_its_key(make_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_world, office)
    office.will("booked", Crash())
    scene.submit()
    scene.crash()
    workflow_pauses.pause(scene.world.context, "office", by="U0KIM", reason="why", deliveries=True)
    scene.world.work()
    assert list(scene.deliveries().values()) == ["attempting"]
    workflow_pauses.resume(scene.world.context, "office", by="U0KIM")
    scene.world.work()
    assert [key for key, _ in office.delivered_by] == ["office/ticket-1"] * 2
    assert office.reached.count("reserve") == 1
    follow_the_trail(scene.world)


def test_the_news_of_a_rejection_is_held_too_and_a_rejection_without_news_is_closed(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case, silent = scene.worked(), scene.worked(id=2)
    pause(scene, deliveries=True)
    scene.reject(case, Follows.CLOSE)
    effect, scene.workflow.rejection_effect = scene.workflow.rejection_effect, None
    scene.reject(silent, Follows.CLOSE)
    scene.workflow.rejection_effect = effect
    scene.world.work()
    assert [scene.run(one).state for one in (case, silent)] == ["holding", "closed"]
    resume(scene)
    scene.world.work()
    assert (scene.run(case).state, list(scene.desk.told.values())) == ("closed", ["wrong queue"])


def test_a_newer_revision_is_delivered_after_the_older_one_that_was_held(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = held(scene)
    assert scene.worked(text="other words") == case
    scene.edit(case, queue="delivery")
    scene.world.work()
    assert [run.state for run in scene.world.case(case).runs] == ["holding", "holding"]
    resume(scene)
    scene.world.work()
    assert scene.desk.attempts == [KEY, f"{KEY}/revision-2"]
    assert [run.state for run in scene.world.case(case).runs] == ["delivered", "delivered"]


def test_a_newer_revision_waits_for_an_older_one_that_is_not_released_yet(make_world: MakeWorld) -> None:
    """Whoever resumed it ended before all were released."""
    scene = sample(make_world)
    pause(scene)
    case = scene.worked()
    pause(scene, deliveries=True)
    scene.edit(case, queue="delivery")
    scene.world.work()
    workflow_pauses.lift(scene.world.context, "sample", by="U0KIM")
    scene.submit(text="other words")
    for claimed in scene.world.claim():
        scene.world.runner.advance(claimed)
    assert [run.state for run in scene.world.case(case).runs] == ["holding", "holding"]
    assert scene.desk.attempts == []
    scene.world.restart()
    scene.world.work()
    assert scene.desk.attempts == [KEY, f"{KEY}/revision-2"]
    assert scene.world.case(case).runs[1].resolution == "alone"
    follow_the_trail(scene.world)


def test_all_that_was_held_is_released_in_batches_oldest_first(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holds, "AT_ONCE", 2)
    scene = sample(make_world, autonomy=DRAFT)
    cases = [scene.worked(id=id) for id in range(5)]
    pause(scene, deliveries=True)
    for case in cases:
        scene.approve(case)
    scene.world.work()
    workflow_pauses.lift(scene.world.context, "sample", by="U0KIM")
    assert [holds.release(scene.world.context) for _ in range(4)] == [2, 2, 1, 0]
    scene.world.work()
    assert scene.desk.attempts == [f"sample/ticket-{id}" for id in range(5)]


def test_a_key_that_is_not_accepted_keeps_the_queue_and_loses_nothing(make_world: MakeWorld) -> None:
    """F43: certain that nothing happened, so the delivery is still to be made, under the same key."""
    scene = sample(make_world, autonomy=DRAFT, idempotent=False)
    first, second = scene.worked(), scene.worked(id=2)
    scene.desk.errors.append(NotAllowed("the desk does not accept our key (401)"))
    scene.approve(first)
    scene.world.work()
    scene.approve(second)
    scene.world.work()
    assert [scene.run(case).state for case in (first, second)] == ["holding", "holding"]
    assert scene.deliveries() == {KEY: "intended", "sample/ticket-2": "intended"}
    assert scene.desk.attempts == [KEY]
    found = current(scene)
    assert found is not None
    assert (found.by, found.reason) == (SYSTEM, "the desk does not accept our key (401)")
    assert found.holds_deliveries
    assert len(notes(scene)) == 1
    resume(scene)
    scene.world.work()
    assert scene.desk.attempts == [KEY, KEY, "sample/ticket-2"]
    assert [scene.run(case).state for case in (first, second)] == ["delivered", "delivered"]
    follow_the_trail(scene.world)


def test_a_key_that_is_not_accepted_holds_the_deliveries_of_a_workflow_that_a_person_paused(
    make_sqlite_world: MakeWorld,
) -> None:
    scene = sample(make_sqlite_world, autonomy=DRAFT)
    case = scene.worked()
    pause(scene)
    scene.desk.errors.append(NotAllowed("no key"))
    scene.approve(case)
    scene.world.work()
    found = current(scene)
    assert found is not None
    assert (found.by, found.reason, found.holds_deliveries) == ("U0KIM", "its queues are wrong; no key", True)
    assert len(notes(scene)) == 1


def test_a_worker_that_holds_a_delivery_meets_whoever_resumes(make_postgres_world: MakeWorld) -> None:
    """Nothing is left behind: what is held by then is released, and what comes later is not held."""
    scene = sample(make_postgres_world, autonomy=DRAFT)
    case = scene.worked()
    pause(scene, deliveries=True)
    scene.approve(case)
    meet(scene, scene.world.work, lambda: resume(scene), before="UPDATE runs SET state", skip=1)
    scene.world.work()
    assert scene.run(case).state == "delivered"

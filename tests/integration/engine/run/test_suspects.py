"""A case that ends its workers is found out and set aside; what ran beside it is not held to account."""

from store import schema
from store.cases import runs
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, rows, sample
from workflows.engine.case.leases import SUSPECTED
from workflows.engine.run.recovery import MAX_LOSSES, keep_apart, take_back


def losses(scene: Scene) -> dict[int, int]:
    """Run -> how often it was lost with its worker."""
    return {run.id: run.losses for run in rows(scene.world, schema.Run)}


def lost_together(scene: Scene, number: int) -> list[int]:
    """Cases that were lost with their worker so often that each is a suspect."""
    receipts = scene.world.submit_all(scene.workflow, [{"id": id, "text": "x"} for id in range(1, number + 1)])
    for _ in range(SUSPECTED):
        assert len(scene.world.claim(limit=number)) == number
        take_back(scene.world.context)
    return [receipt.case for receipt in receipts]


def test_all_that_a_process_held_when_it_ended_is_suspected_after_a_while(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    lost_together(scene, 3)
    assert set(losses(scene).values()) == {SUSPECTED}
    assert [claimed.is_suspect for claimed in scene.world.claim(limit=3)] == [True] * 3


def test_what_is_worked_on_alone_when_the_process_ends_is_the_one(make_world: MakeWorld) -> None:
    """The others were claimed too, and had not begun."""
    scene = sample(make_world)
    lost_together(scene, 3)
    guilty, *_ = scene.world.claim(limit=3)
    keep_apart(scene.world.context, guilty)
    take_back(scene.world.context)
    assert losses(scene)[guilty.run] == SUSPECTED + 1
    assert sorted(losses(scene).values()) == [SUSPECTED, SUSPECTED, SUSPECTED + 1]


def test_it_is_set_aside_visibly_and_its_neighbours_come_to_their_end(make_world: MakeWorld) -> None:
    """F54"""
    scene = sample(make_world)
    first, *others = lost_together(scene, 3)
    while scene.world.state(first) != "failed":
        for claimed in scene.world.claim(limit=3):
            keep_apart(scene.world.context, claimed)
            if claimed.case == first:
                take_back(scene.world.context)
                break
            scene.world.runner.advance(claimed)
    scene.world.work()
    assert [scene.world.state(case) for case in others] == ["delivered"] * 2
    assert scene.problem(first) == f"{MAX_LOSSES} workers ended while they worked on it"
    assert ("cause", "cause:1", "failures", "due") in scene.outbox()


def test_a_database_that_goes_and_comes_makes_no_suspects(make_world: MakeWorld) -> None:
    """The worker lives; it only could not note how far it had come."""
    scene = sample(make_world)
    scene.submit()
    for _ in range(MAX_LOSSES + 2):
        assert len(scene.world.claim()) == 1
        take_back(scene.world.context, died=False)
    assert set(losses(scene).values()) == {0}
    scene.world.work()


def test_a_job_of_a_suspect_is_not_taken_up_beside_others(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    (case,) = lost_together(scene, 1)
    run = scene.run(case).id
    assert not scene.world.runner.take(run, died=True, alone=False)
    assert scene.world.state(case) == "ready"
    assert scene.world.runner.take(run, died=True, alone=True)
    assert scene.world.state(case) == "delivered"


def test_a_suspect_that_came_through_is_none_the_worse_for_its_delivery(make_world: MakeWorld) -> None:
    """Whoever is claimed later is not taken for one that was alone."""
    scene = sample(make_world)
    (case,) = lost_together(scene, 1)
    (claimed,) = scene.world.claim()
    keep_apart(scene.world.context, claimed)
    take_back(scene.world.context, died=False)
    with scene.world.database.read() as session:
        run = runs.get(session, scene.run(case).id, team=scene.world.context.team)
    assert run is not None
    assert not run.alone

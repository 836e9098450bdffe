"""After a restore, nothing that may have happened since the backup is done again by itself."""

from datetime import timedelta
from typing import cast

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, Scene, sample
from tests.world import World, sure
from workflows.engine.case.restores import restored
from workflows.engine.review import doubts, reviews
from workflows.engine.review.rerun import reruns


def after_restore(scene: Scene) -> World:
    """Countersign, put together anew once an operator said that the database is a backup."""
    scene.world.clock.move(timedelta(hours=1))
    restored(scene.world.context, by="operator")
    again = World(
        database=scene.world.database, model=scene.world.model, clock=scene.world.clock, registry=scene.world.registry
    )
    assert again.context.restores.at == scene.world.clock()
    return again


def approved(world: World, case: int) -> None:
    review = world.review(case)
    reviews.approve(world.context, review.id, review.version, by="U0ANA")
    world.work()


def test_what_was_open_then_is_in_doubt_at_a_target_without_keys(make_world: MakeWorld) -> None:
    """F61: it may have been delivered after the backup was made."""
    scene = sample(make_world, sure(0.5, queue="billing"), idempotent=False)
    case = scene.worked()
    world = after_restore(scene)
    approved(world, case)
    assert world.state(case) == "doubtful"
    assert scene.desk.attempts == []
    assert "restored from a backup" in scene.problem(case)


def test_a_person_who_looked_has_it_delivered(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, sure(0.5, queue="billing"), idempotent=False)
    case = scene.worked()
    world = after_restore(scene)
    approved(world, case)
    world.clock.move(timedelta(minutes=1))
    doubts.settle(world.context, case, happened=False, by="U0ANA")
    reruns.rerun(world.context, case, by="U0ANA")
    world.work()
    assert world.state(case) == "delivered"
    assert scene.desk.attempts == ["sample/ticket-1"]


def test_a_target_that_knows_keys_is_given_the_same_key(make_world: MakeWorld) -> None:
    scene = sample(make_world, sure(0.5, queue="billing"))
    case = scene.worked()
    world = after_restore(scene)
    approved(world, case)
    assert world.state(case) == "delivered"
    assert scene.desk.attempts == ["sample/ticket-1"]


def test_what_comes_in_later_is_delivered_as_ever(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, idempotent=False)
    world = after_restore(scene)
    world.clock.move(timedelta(minutes=1))
    case = world.submit(scene.workflow, id=2, text="x").case
    world.work()
    assert world.state(case) == "delivered"


def test_what_was_due_in_slack_is_looked_for_before_it_is_posted(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, sure(0.5, queue="billing"), review=CARDS)
    scene.worked()
    made_at = scene.world.clock()
    after_restore(scene)
    (row,) = cast(list[schema.OutboxRow], scene.world.rows(schema.OutboxRow))
    assert row.unsure_since == made_at


def test_it_says_what_the_backup_holds(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, sure(0.5, queue="billing"))
    empty = restored(scene.world.context, by="operator")
    assert (empty.made_at, empty.unfinished) == (None, 0)
    scene.worked()
    found = restored(scene.world.context, by="operator")
    assert (found.made_at, found.unfinished) == (scene.world.clock(), 1)

"""Reruns of a cause are counted by how they went, and begin by themselves after a pause where a person says so."""

from datetime import timedelta

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.causes.test_bulk_reruns import KIM, acts, down, stands, states, the_bulk
from tests.integration.engine.causes.test_races import at_once
from tests.integration.engine.scene import CARDS, DRAFT, Office, Scene, office_scene, rows, sample
from tests.world import World
from workflows import NotDone, OutcomeUnknown
from workflows.engine.causes.advice import Advice
from workflows.engine.deliver import workflow_pauses
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.engine.health import watch
from workflows.engine.read.causes import cause_lines, cause_view
from workflows.engine.review.rerun import bulk_reruns, reruns
from workflows.engine.review.views import BulkPlanned
from workflows.engine.run.waking import awaken, is_any_waiting
from workflows.tools.calls import Called, CallOutcome

pytestmark = pytest.mark.slow

PAUSE = timedelta(minutes=10)


def counted(scene: Scene, cause: int = 1) -> tuple[int, int]:
    """The reruns of a cause that went through, and those that came back."""
    line = cause_view(scene.world.context, cause).line
    return line.went_through, line.came_back


def rerun(scene: Scene, case: int) -> None:
    """Run a case again, and work."""
    reruns.rerun(scene.world.context, case, by=KIM)
    scene.world.work()


def plan(scene: Scene, *, cause: int = 1, wait: timedelta = PAUSE, is_for_system: bool = False) -> BulkPlanned:
    """Have a cause's cases run again by themselves."""
    return bulk_reruns.plan(scene.world.context, cause, by=KIM, wait=wait, is_for_system=is_for_system)


def move(world: World, by: timedelta) -> None:
    """Let time pass, and work on what is due then."""
    world.clock.move(by)
    world.work()


def test_reruns_of_a_delivery_are_counted_by_how_they_went(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    one, other, third = down(scene, 3)
    rerun(scene, one)
    assert counted(scene) == (1, 0)
    scene.desk.errors += [NotDone("the desk is closed")]
    rerun(scene, other)
    assert counted(scene) == (1, 1)
    rerun(scene, other)
    rerun(scene, third)
    assert counted(scene) == (3, 1)
    (line,) = cause_lines(scene.world.context, workflows=None, limit=5)
    assert (line.went_through, line.came_back, line.advice) == (3, 1, Advice.HELPS)


def test_a_rerun_that_a_person_decides_later_went_through_once(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    scene.desk.look_up_errors += [ValueError("not known")]
    case = scene.worked()
    rerun(scene, case)
    assert counted(scene) == (1, 0)
    scene.approve(case)
    scene.world.work()
    assert scene.world.state(case) == "delivered"
    assert counted(scene) == (1, 0)


def test_a_rerun_that_fails_for_another_cause_says_nothing_of_this_one(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    (case,) = down(scene, 1)
    scene.desk.errors += [NotDone("wants another form")]
    rerun(scene, case)
    assert (counted(scene), counted(scene, 2)) == ((0, 0), (0, 0))


def test_a_rerun_with_another_version_of_the_code_says_nothing_of_the_next_outage(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = sample(make_world)
    (case,) = down(scene, 1)
    monkeypatch.setattr(scene.world.registry, "code_version", lambda _: "another")
    rerun(scene, case)
    assert scene.world.state(case) == "delivered"
    assert counted(scene) == (0, 0)


def test_after_its_pause_it_begins_by_itself_with_a_trial_and_says_who_wanted_it(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    cases = down(scene, 8)
    planned = plan(scene)
    assert (planned.total, planned.at) == (8, scene.world.clock() + PAUSE)
    assert is_any_waiting(scene.world.context), "a process that waits for work looks after it"
    assert awaken(scene.world.context) == 0
    bulk = cause_view(scene.world.context, 1).bulk
    assert bulk is not None
    assert (bulk.state, bulk.planned_for, bulk.began_by) == ("planned", planned.at, KIM)
    # Restarted meanwhile: all of it is in the row.
    scene.world.restart()
    cases += down(scene, 2, first=100)
    move(scene.world, PAUSE)
    assert stands(scene) == ("done", 10, None)
    assert states(scene, cases) == {"delivered"}
    assert len(scene.desk.applied) == 10
    assert acts(scene) == [
        (KIM, "cause.rerun_planned"),
        ("countersign", "cause.rerun_all"),
        ("countersign", "cause.rerun_done"),
    ]


def test_where_the_cause_returns_it_stops_in_the_trial(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    cases = down(scene, 8)
    plan(scene)
    scene.desk.errors += [NotDone("the desk is closed")] * 5
    move(scene.world, PAUSE)
    assert stands(scene) == ("stopped", 5, "back_in_trial")
    assert states(scene, cases) == {"failed"}
    assert counted(scene) == (0, 5)


def test_it_is_planned_once_and_a_person_can_stop_it(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    cases = down(scene, 2)
    context = scene.world.context
    planned = plan(scene)
    for begin in (lambda: plan(scene), lambda: bulk_reruns.begin(context, 1, by=KIM)):
        with pytest.raises(Refused, match="begins by itself at 09:10 UTC: stop that first"):
            begin()
    bulk_reruns.stop(context, 1, planned.bulk, by="U0LEE")
    move(scene.world, 2 * PAUSE)
    assert stands(scene) == ("stopped", 0, "person")
    assert states(scene, cases) == {"failed"}
    with pytest.raises(Stale):
        bulk_reruns.plan(context, 1, by=KIM, wait=PAUSE, after=0)
    plan(scene)


def test_where_nothing_is_left_by_then_it_ends_and_runs_nothing(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    (case,) = down(scene, 1)
    plan(scene)
    rerun(scene, case)
    move(scene.world, PAUSE)
    assert stands(scene) == ("stopped", 0, "none_left")
    assert len(scene.desk.applied) == 1
    with pytest.raises(Refused, match="no failed case"):
        plan(scene)


@pytest.mark.parametrize("wait", [timedelta(0), timedelta(seconds=59), timedelta(days=2)])
def test_a_pause_is_a_minute_to_a_day(make_world: MakeWorld, wait: timedelta) -> None:
    scene = sample(make_world)
    down(scene, 1)
    with pytest.raises(Refused, match="one minute to one day"):
        plan(scene, wait=wait)
    with pytest.raises(Unknown):
        plan(scene, cause=99)


def test_while_its_workflow_is_paused_it_waits(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    down(scene, 2)
    plan(scene)
    workflow_pauses.pause(scene.world.context, "sample", reason="a look", by=KIM)
    move(scene.world, PAUSE)
    assert the_bulk(scene).state == "planned"
    workflow_pauses.resume(scene.world.context, "sample", by=KIM)
    scene.world.work()
    assert stands(scene) == ("done", 2, None)


def test_deliveries_in_doubt_are_not_run_again(make_world: MakeWorld) -> None:
    scene = sample(make_world, idempotent=False)
    cases = down(scene, 2)
    scene.desk.errors += [OutcomeUnknown("the desk is closed")]
    doubtful = scene.worked(id=77)
    assert scene.world.state(doubtful) == "doubtful"
    plan(scene)
    with pytest.raises(Refused, match="no failed case of cause"):
        plan(scene, cause=2)
    attempts = len(scene.desk.attempts)
    move(scene.world, PAUSE)
    assert (states(scene, cases), scene.world.state(doubtful)) == ({"delivered"}, "doubtful")
    assert len(scene.desk.attempts) == attempts + 2


def test_what_may_have_been_made_without_a_key_is_left_for_a_person(make_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_world, office, idempotent=False)
    # A step of the delivery was done before, and its target would not know it again.
    office.will("book", NotDone("closed"))
    case = scene.worked()
    assert (scene.world.state(case), scene.delivery(case).maybe_applied) == ("failed", True)
    plan(scene)
    mark = len(office.reached)
    move(scene.world, PAUSE)
    assert (the_bulk(scene).left_out, stands(scene)) == (1, ("done", 0, None))
    assert (scene.world.state(case), office.since(mark)) == ("failed", [])


def in_trouble(scene: Scene) -> None:
    """Have the calls of the cause's system fail."""
    bad(scene, CallOutcome.FAILED, 10)
    assert watch.look(scene.world.context) == 1


def bad(scene: Scene, outcome: CallOutcome, number: int) -> None:
    called = Called(system="the target of sample", outcome=outcome, milliseconds=1.0)
    scene.world.context.meter.count([called] * number, at=scene.world.clock())


def test_it_waits_for_a_system_and_begins_once_that_is_well(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    down(scene, 2)
    with pytest.raises(Stale):
        plan(scene, is_for_system=True)
    assert not cause_view(scene.world.context, 1).is_in_trouble
    in_trouble(scene)
    assert cause_view(scene.world.context, 1).is_in_trouble
    planned = plan(scene, wait=timedelta(hours=2), is_for_system=True)
    assert planned.waits_for == "the target of sample"
    move(scene.world, PAUSE)
    assert the_bulk(scene).state == "planned"
    bad(scene, CallOutcome.ANSWERED, 1)
    assert watch.look(scene.world.context) == 1
    scene.world.work()
    assert stands(scene) == ("done", 2, None)


def test_a_system_that_nobody_else_calls_is_tried_in_the_end(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    down(scene, 2)
    in_trouble(scene)
    plan(scene, wait=timedelta(hours=2), is_for_system=True)
    move(scene.world, timedelta(hours=2))
    assert stands(scene) == ("done", 2, None)


def test_the_cards_of_its_causes_are_drawn_when_a_system_changes(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    down(scene, 1)

    def wanted() -> int:
        return sum(row.wanted for row in rows(scene.world, schema.OutboxRow) if row.kind == "cause")

    before = wanted()
    in_trouble(scene)
    assert wanted() == before + 1


def test_of_several_processes_that_come_to_it_at_once_one_begins_it(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    down(scene, 20)
    plan(scene)
    scene.world.clock.move(PAUSE)
    at_once([lambda: bulk_reruns.sweep(scene.world.context)] * 5)
    at_once([lambda: bulk_reruns.sweep(scene.world.context)] * 5)
    assert [action for _, action in acts(scene)].count("cause.rerun_all") == 1
    assert len([run for run in rows(scene.world, schema.Run) if run.state == "ready"]) == 5
    scene.world.work()
    assert stands(scene) == ("done", 20, None)
    assert len(scene.desk.applied) == 20


@pytest.mark.parametrize("attempt", range(5))
def test_one_that_is_stopped_at_the_moment_it_begins_is_stopped(make_world: MakeWorld, attempt: int) -> None:
    scene = sample(make_world)
    down(scene, 2)
    planned = plan(scene)
    scene.world.clock.move(PAUSE)
    at_once(
        [
            lambda: bulk_reruns.stop(scene.world.context, 1, planned.bulk, by=KIM),
            lambda: bulk_reruns.sweep(scene.world.context),
        ]
    )
    scene.world.work()
    assert the_bulk(scene).why_stopped == "person"

"""A run whose job came is claimed, taken back first where a dead worker held it, and taken as far as it goes."""

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Crash, rows, sample
from workflows.engine.errors import Unknown


def test_a_ready_run_is_taken_as_far_as_it_goes(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    case = scene.submit()
    (run,) = rows(scene.world, schema.Run)
    scene.world.runner.take(run.id, died=True, alone=False)
    assert scene.run(case).state == "delivered"
    assert scene.deliveries() == {"sample/ticket-1": "applied"}


def test_a_run_that_a_dead_worker_held_is_taken_back_and_repeats_nothing_finished(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    case = scene.submit()
    (run,) = rows(scene.world, schema.Run)
    scene.desk.errors.append(Crash())  # type: ignore[arg-type]  # no error of the desk's: the process ends
    with pytest.raises(Crash):
        scene.world.runner.take(run.id, died=True, alone=False)
    assert scene.run(case).state == "delivering"
    steps = len(rows(scene.world, schema.Step))
    scene.world.runner.take(run.id, died=True, alone=False)
    assert scene.run(case).state == "delivered"
    assert len(rows(scene.world, schema.Step)) == steps
    (kept,) = rows(scene.world, schema.Run)
    assert kept.lease == 2


def test_a_run_that_waits_or_has_ended_or_is_gone_is_left_alone(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()
    (run,) = rows(scene.world, schema.Run)
    audit = len(rows(scene.world, schema.AuditRow))
    scene.world.runner.take(run.id, died=True, alone=False)
    scene.world.runner.take(run.id + 1, died=True, alone=False)
    assert scene.run(case).state == "waiting"
    assert len(rows(scene.world, schema.AuditRow)) == audit


def test_a_run_of_a_workflow_that_this_process_does_not_know_is_left_to_another(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    case = scene.submit()
    (run,) = rows(scene.world, schema.Run)
    known = scene.world.registry._workflows.pop("sample")
    with pytest.raises(Unknown, match="there is no workflow 'sample'"):
        scene.world.runner.take(run.id, died=True, alone=False)
    scene.world.registry._workflows["sample"] = known
    assert scene.run(case).state == "ready"

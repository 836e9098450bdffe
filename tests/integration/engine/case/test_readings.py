"""Readings: who was shown what is in a case, when, and by which way."""

from datetime import timedelta

from store.governance import audit
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Office, Scene, office_scene
from workflows.engine.case.reading_ways import Way
from workflows.engine.case.readings import WITHIN, record_reading


def scene_of(make_world: MakeWorld) -> Scene:
    """A world in which a case waits for a person."""
    return office_scene(make_world, Office())


def readings(scene: Scene, case: int) -> list[tuple[str, str]]:
    """Return the readers of a case, each with the way, the oldest first."""
    rows = [row for row in scene.world.case(case).audit if row.action == audit.READ]
    return [(row.actor, str(row.details["way"])) for row in rows]


def test_a_person_who_looks_several_times_within_a_quarter_of_an_hour_has_read_a_case_once(
    make_world: MakeWorld,
) -> None:
    scene = scene_of(make_world)
    first, second = scene.worked(id=1), scene.worked(id=2)
    context = scene.world.context
    for _ in range(3):
        record_reading(context, first, by="U0ANA", way=Way.DETAILS)
        scene.world.clock.move(timedelta(minutes=5))
    record_reading(context, first, by="U0BEN", way=Way.DETAILS)
    record_reading(context, first, by="U0ANA", way=Way.EXPLAIN)
    record_reading(context, second, by="U0ANA", way=Way.DETAILS)
    assert readings(scene, first) == [("U0ANA", "details"), ("U0BEN", "details"), ("U0ANA", "explain")]
    assert readings(scene, second) == [("U0ANA", "details")]
    scene.world.clock.move(WITHIN)
    record_reading(context, first, by="U0ANA", way=Way.DETAILS)
    assert len(readings(scene, first)) == 4


def test_many_cases_read_at_once_are_each_a_reading(make_world: MakeWorld) -> None:
    scene = scene_of(make_world)
    cases = [scene.submit(id=number) for number in range(1, 6)]
    record_reading(scene.world.context, cases[1], by="cli:root", way=Way.EXPORT)
    record_reading(scene.world.context, *cases, cases[0], by="cli:root", way=Way.EXPORT)
    assert [readings(scene, case) for case in cases] == [[("cli:root", "export")]] * 5


def test_a_clock_that_goes_back_hides_no_reading(make_world: MakeWorld) -> None:
    scene = scene_of(make_world)
    case = scene.worked(id=1)
    record_reading(scene.world.context, case, by="U0ANA", way=Way.DETAILS)
    scene.world.clock.move(-timedelta(hours=1))
    record_reading(scene.world.context, case, by="U0ANA", way=Way.DETAILS)
    assert len(readings(scene, case)) == 2

"""Many failures at once are one cause with the right count, and a cause is resolved or fails, never both unseen."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, rows, sample
from workflows.engine.errors import Stale
from workflows.engine.read.causes import cause_view
from workflows.engine.review.rerun import mending, reruns

pytestmark = pytest.mark.slow

AT_ONCE = 20


def at_once(calls: Sequence[Callable[[], object]]) -> None:
    """Make all calls at the same moment."""
    start = Barrier(len(calls))

    def call(what: Callable[[], object]) -> None:
        start.wait()
        what()

    with ThreadPoolExecutor(len(calls)) as pool:
        for future in [pool.submit(call, one) for one in calls]:
            future.result()


def begun(scene: Scene, number: int, *, first: int = 1) -> list[Callable[[], None]]:
    """Runs that are being worked on, and fail with the next call."""
    for one in range(first, first + number):
        scene.submit(id=one)
    leases = scene.world.claim(limit=number)
    assert len(leases) == number
    scene.desk.look_up_errors += [ValueError(f"ticket {one} is not known") for one in range(number)]
    return [lambda lease=lease: scene.world.runner.advance(lease) for lease in leases]  # type: ignore[misc]  # bound


def test_what_fails_at_once_is_one_cause_that_counts_all_of_it(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    at_once(begun(scene, AT_ONCE))
    (cause,) = rows(scene.world, schema.Cause)
    assert (cause.count, cause.state) == (AT_ONCE, "open")
    assert sum(row.number for row in rows(scene.world, schema.CauseHour)) == AT_ONCE
    assert {run.cause_id for run in rows(scene.world, schema.Run)} == {cause.id}
    assert len([row for row in rows(scene.world, schema.OutboxRow) if row.kind == "cause"]) == 1


@pytest.mark.parametrize("attempt", range(5))
def test_what_fails_while_a_person_resolves_it_is_counted_and_stays_in_sight(
    make_world: MakeWorld, attempt: int
) -> None:
    scene = sample(make_world)
    for one in begun(scene, 1):
        one()
    (cause,) = rows(scene.world, schema.Cause)
    fails = begun(scene, 4, first=2)
    scene.world.clock.move(timedelta(seconds=1))

    def resolve() -> None:
        with suppress(Stale):
            mending.resolve(scene.world.context, cause.id, cause.version, by="U0KIM")

    at_once([resolve, *fails])
    (cause,) = rows(scene.world, schema.Cause)
    # They had begun before, so they bring nothing back.
    assert (cause.count, cause.state) == (5, "resolved")
    assert cause_view(scene.world.context, cause.id).failed == 5


def test_when_the_last_reruns_get_through_at_once_it_closes(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    for one in begun(scene, 8):
        one()
    for case in range(1, 9):
        reruns.rerun(scene.world.context, case, by="U0KIM")
    leases = scene.world.claim(limit=8)
    at_once([lambda lease=lease: scene.world.runner.advance(lease) for lease in leases])  # type: ignore[misc]  # bound
    (cause,) = rows(scene.world, schema.Cause)
    assert (cause.state, cause_view(scene.world.context, cause.id).through) == ("resolved", 8)


def test_of_two_who_press_at_once_one_wins(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    for one in begun(scene, 1):
        one()
    (cause,) = rows(scene.world, schema.Cause)
    late = list[str]()

    def press(by: str) -> None:
        try:
            mending.take_over(scene.world.context, cause.id, cause.version, by=by)
        except Stale:
            late.append(by)

    at_once([lambda by=f"U{number}": press(by) for number in range(8)])  # type: ignore[misc]  # bound to each
    (cause,) = rows(scene.world, schema.Cause)
    assert (cause.state, len(late)) == ("mending", 7)
    assert cause.changed_by not in late

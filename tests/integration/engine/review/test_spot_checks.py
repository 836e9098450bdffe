"""A share of what went alone is drawn, in the transaction that resolves it, and looked at blind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from store import schema
from store.cases.review import spot_checks as kept
from store.cases.review.spot_checks import SpotCheckCounts
from store.db import failpoints
from store.db.failpoints import Failpoint, Side
from store.subjects import SubjectKind
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Crash, Scene, rows, sample
from tests.integration.engine.trail import follow_the_trail
from workflows import Autonomy
from workflows.engine.review.spot_checks.sampler import falls
from workflows.model.scripted import says

pytestmark = pytest.mark.slow

ALL = Autonomy.floor(0.8, spot_checks=1)
"""Everything that goes alone is drawn."""
HALF = Autonomy.floor(0.8, spot_checks=0.5)


def checks(scene: Scene) -> list[schema.SpotCheck]:
    return rows(scene.world, schema.SpotCheck)


def counts(scene: Scene) -> SpotCheckCounts:
    """Return the figures of the only workflow."""
    context = scene.world.context
    with context.database.read() as session:
        since, until = context.clock() - timedelta(days=7), context.clock() + timedelta(days=7)
        (found,) = kept.counts(session, team=context.team, since=since, until=until).values()
        return found


def test_what_goes_alone_is_drawn_with_the_transaction_that_resolves_it(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=ALL)
    case = scene.worked()
    (check,) = checks(scene)
    run = scene.run(case)
    assert (check.run_id, check.case_id, check.state, check.probability) == (run.id, case, "open", 1.0)
    assert check.due_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC), "two working days after a Friday morning"
    follow_the_trail(scene.world)


def test_the_probability_is_kept_for_each_run_that_went_alone_drawn_or_not(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=HALF)
    for number in range(1, 31):
        scene.worked(id=number)
    runs = rows(scene.world, schema.Run)
    assert {run.spot_check_probability for run in runs} == {0.5}
    drawn = [run.id for run in runs if falls(scene.world.context.seed, run.id, 0.5)]
    assert [check.run_id for check in checks(scene)] == drawn
    assert 5 < len(drawn) < 25
    told = counts(scene)
    assert (told.alone, told.probabilities, told.drawn, told.open) == (30, 15.0, len(drawn), len(drawn))


@pytest.mark.parametrize("after", ["spot_check.drawn", "delivery.attempting"])
def test_a_run_that_is_resolved_again_after_a_crash_draws_the_same(make_world: MakeWorld, after: str) -> None:
    scene = sample(make_world, autonomy=ALL)
    scene.submit()

    def die(point: Failpoint, side: Side, about: str) -> None:
        if (point, side, about) == (Failpoint.AUDIT, Side.AFTER, after):
            raise Crash

    with failpoints.watched(die):
        scene.crash()
    assert not checks(scene), "nothing is kept of a transaction that did not end"
    scene.world.work()
    assert len(checks(scene)) == 1


def test_a_sample_answer_is_never_drawn(make_world: MakeWorld) -> None:
    """It was written by hand for a demonstration, and shows nothing of how good the workflow is."""
    answer = says({"queue": "billing", "reply": "Hello"}, confidence=0.95)
    scene = sample(make_world, lambda _: replace(answer, sample=True), autonomy=ALL)
    scene.worked()
    assert not checks(scene)
    assert [run.spot_check_probability for run in rows(scene.world, schema.Run)] == [None]


def test_what_a_person_decides_is_not_drawn(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=Autonomy(at_least=0.99, spot_checks=1))
    case = scene.worked()
    scene.approve(case)
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert not checks(scene)
    assert [run.spot_check_probability for run in rows(scene.world, schema.Run)] == [None]


def test_at_a_share_of_0_nothing_is_drawn_and_that_is_kept(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=Autonomy.floor(0.8, spot_checks=0))
    scene.worked()
    assert not checks(scene)
    assert [run.spot_check_probability for run in rows(scene.world, schema.Run)] == [0.0]


def test_a_draw_is_in_the_trail_of_its_case(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=ALL)
    scene.worked()
    (check,) = checks(scene)
    found = [row for row in rows(scene.world, schema.AuditRow) if row.subject == SubjectKind.SPOT_CHECK.of(check.id)]
    assert [(row.action, row.actor, row.case_id) for row in found] == [
        ("spot_check.drawn", "countersign", check.case_id)
    ]

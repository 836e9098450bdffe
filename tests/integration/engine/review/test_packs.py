"""Packs: cases that went alone before that was taken back are looked at, worst first, and count in no figure."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from store import schema
from store.cases.review import spot_checks as kept
from store.learning.labels import of_workflow
from store.states import SpotCheckWhy
from tests.conftest import MakeWorld
from tests.integration.engine.review.test_spot_checks import ALL, HALF, checks, counts, judge, look
from tests.integration.engine.scene import Scene, rows, sample
from tests.integration.engine.trail import follow_the_trail
from workflows import Autonomy, Review
from workflows.engine.case.reading_ways import Way
from workflows.engine.case.readings import record_reading
from workflows.engine.review.spot_checks.behind import behind
from workflows.engine.review.spot_checks.looks import blind_view, checks_of_channel, count_for, next_of
from workflows.engine.review.spot_checks.upkeep import Upkeep
from workflows.engine.review.spot_checks.views import Grade
from workflows.quality.autonomy.packs import make, tell
from workflows.quality.labels.making import make_labels

pytestmark = pytest.mark.slow

CARDS = "C0CARDS"
NEVER = Autonomy.floor(0.8, spot_checks=1e-9)
"""All goes alone, and nothing of it is drawn."""


def alone(make_world: MakeWorld, number: int, *, autonomy: Autonomy = NEVER) -> tuple[Scene, list[int]]:
    """Return a scene with so many cases that went alone, and their runs."""
    scene = sample(make_world, autonomy=autonomy)
    scene.workflow.review = Review(post_to=CARDS, reviewers=["U0ANA", "U0BEN"])
    for id in range(1, number + 1):
        scene.worked(id=id)
    return scene, [run.id for run in rows(scene.world, schema.Run)]


def packed(scene: Scene, runs: list[int]) -> int:
    context = scene.world.context
    with context.database.write() as session:
        return make(session, context, scene.workflow, runs)


def order(scene: Scene, by: str = "U0ANA") -> list[int]:
    """Return the spot checks that a person comes to, in their order."""
    found: list[int] = []
    while (one := next_of(scene.world.context, by=by, workflows=["sample"], without=found)) is not None:
        found.append(one.check)
    return found


def test_a_pack_holds_what_nobody_drew_worst_first_before_what_is_drawn_later(make_world: MakeWorld) -> None:
    scene, runs = alone(make_world, 12, autonomy=HALF)
    drawn = {check.run_id for check in checks(scene)}
    worst = [run for run in reversed(runs) if run not in drawn]
    assert packed(scene, [*reversed(runs), 10_000]) == len(worst) > 0
    mine = {check.id: check.run_id for check in checks(scene) if check.why == SpotCheckWhy.PACK}
    found = order(scene)
    assert [mine[check] for check in found[: len(worst)]] == worst
    assert len(found) == 12, "then those that were drawn, which are due in two days"
    assert packed(scene, runs) == 0, "each is looked at once"
    follow_the_trail(scene.world)


def test_channel_person_and_form_name_the_pack(make_world: MakeWorld) -> None:
    scene, runs = alone(make_world, 3)
    packed(scene, runs)
    context = scene.world.context
    channel = checks_of_channel(context, CARDS)
    assert channel is not None
    assert (channel.number, channel.packed) == (3, 3)
    mine = count_for(context, by="U0ANA", workflows=["sample"])
    assert (mine.number, mine.packed) == (3, 3)
    look(scene, checks(scene)[0].id, by="U0ANA")
    view = blind_view(context, checks(scene)[1].id, by="U0ANA")
    assert view.pack is not None
    assert (view.pack.number, view.pack.left) == (3, 2)


def test_whoever_read_a_case_before_does_not_look_at_it_blind(make_world: MakeWorld) -> None:
    """Nobody could know then that it is looked at, so only the reading tells."""
    scene, runs = alone(make_world, 2)
    case = rows(scene.world, schema.Case)[0].id
    record_reading(scene.world.context, case, by="U0ANA", way=Way.EXPLAIN)
    scene.world.clock.move(timedelta(seconds=1))
    packed(scene, runs)
    assert len(order(scene)) == 1
    assert len(order(scene, "U0BEN")) == 2


def test_a_pack_counts_in_no_figure_and_leaves_nobody_behind_but_its_errors_are_corrected(
    make_world: MakeWorld,
) -> None:
    scene, runs = alone(make_world, 2)
    context = scene.world.context
    before = counts(scene)
    packed(scene, runs)
    first, second = (check.id for check in checks(scene))
    look(scene, first, by="U0ANA", queue="delivery")
    judge(scene, first, Grade.MAJOR, by="U0ANA")
    judge(scene, first, Grade.MAJOR, by="U0BEN")
    assert counts(scene) == before
    assert tell(context) == 0, "one is left"
    scene.world.clock.move(timedelta(days=30))
    with context.database.read() as session:
        assert behind(session, context, scene.workflow) is None
        late = partial(kept.overdue, session, team=context.team, before=context.clock(), limit=10)
        assert (len(late()), len(late(drawn=True))) == (1, 0)
    look(scene, second, by="U0BEN")
    Upkeep(context).look()
    assert [tell(context), tell(context)] == [1, 0], "the owner hears once"
    make_labels(context)
    with context.database.read() as session:
        labels = of_workflow(session, team=context.team, workflow=1, limit=10)
        (note,) = session.scalars(select(schema.OutboxRow).where(schema.OutboxRow.kind == "pack"))
    assert [(one.kind, one.is_error) for one in labels] == [("packed", False), ("packed", True)]
    assert note.channel == "U0MARIA"
    assert note.about | {"number": "2", "looked_at": "2", "wrong": "1", "to_correct": "1"} == note.about
    assert len(rows(scene.world, schema.Review)) == 1, "a correction"
    follow_the_trail(scene.world)


def test_drawn_ones_that_nobody_looks_at_are_behind(make_world: MakeWorld) -> None:
    scene, _ = alone(make_world, 2, autonomy=ALL)
    context = scene.world.context
    scene.world.clock.move(timedelta(days=5))
    with context.database.read() as session:
        found = behind(session, context, scene.workflow)
    assert found is not None
    assert (found.number, found.oldest) == (2, checks(scene)[0].drawn_at)
    look(scene, checks(scene)[0].id, by="U0ANA")
    look(scene, checks(scene)[1].id, by="U0ANA")
    with context.database.read() as session:
        assert behind(session, context, scene.workflow) is None


def test_who_answered_the_last_five_leaves_new_ones_to_others_for_a_day(make_world: MakeWorld) -> None:
    scene, _ = alone(make_world, 7, autonomy=ALL)
    for check in checks(scene)[:5]:
        look(scene, check.id, by="U0ANA")
    context = scene.world.context
    assert [len(order(scene)), len(order(scene, "U0BEN"))] == [0, 2]
    mine = count_for(context, by="U0ANA", workflows=["sample"])
    assert (mine.number, mine.for_others) == (0, 2)
    scene.workflow.review = Review(post_to=CARDS, reviewers=["U0ANA"])
    assert len(order(scene)) == 2, "where nobody else may, they are theirs"
    scene.workflow.review = Review(post_to=CARDS, reviewers=["S0SUPPORT"])
    assert not order(scene)
    scene.world.clock.move(timedelta(days=1, minutes=1))
    assert len(order(scene)) == 2

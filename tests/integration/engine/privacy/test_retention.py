"""Content is removed once its case ended as long ago as its workflow says; an open or a held case keeps it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from store import schema
from store.cases.contents import is_removed
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, DRAFT, Scene, rows, sample
from workflows.engine.declare.registry import Registry
from workflows.engine.declare.retention import ContentClass, Retention
from workflows.engine.privacy import legal_holds, retention

pytestmark = pytest.mark.slow

SHORT = Retention(input=60, output=60, steps=20, model=10)


def left(scene: Scene, case: int) -> set[str]:
    """The kinds of contents of a case that are still there, and `steps`."""
    runs = {run.id for run in rows(scene.world, schema.Run) if run.case_id == case}
    kinds = {one.kind for one in rows(scene.world, schema.Content) if one.case_id == case and not is_removed(one.body)}
    return kinds | {
        "steps" for one in rows(scene.world, schema.Step) if one.run_id in runs and not is_removed(one.body)
    }


def later(scene: Scene, days: int) -> int:
    """Let days pass, and look; returns the number of cases of which something was removed."""
    scene.world.clock.move(timedelta(days=days, seconds=1))
    return retention.look(scene.world.context).cases


def kept(make_world: MakeWorld, retained: Retention = SHORT) -> Scene:
    scene = sample(make_world, review=CARDS)
    scene.workflow.retention = retained
    return scene


def test_each_class_goes_when_its_time_is_over(make_world: MakeWorld) -> None:
    scene = kept(make_world)
    case = scene.worked()
    assert left(scene, case) == {"input", "output", "proposal", "receipt", "steps"}

    assert later(scene, 19) == 0
    assert later(scene, 1) == 1
    assert left(scene, case) == {"input", "output", "proposal", "receipt"}
    assert later(scene, 39) == 0
    assert later(scene, 1) == 1
    assert left(scene, case) == set()
    (row,) = rows(scene.world, schema.Case)
    assert (row.erased_at, row.content_hash, row.salt) == (scene.world.clock(), "", None)
    assert later(scene, 400) == 0


def test_an_open_case_keeps_its_content_and_loses_it_after_its_end(make_world: MakeWorld) -> None:
    scene = kept(make_world)
    scene.workflow.autonomy = DRAFT
    case = scene.worked()

    assert later(scene, 100) == 0
    scene.approve(case)
    scene.world.work()
    assert later(scene, 59) == 1, "the data of its steps"
    assert left(scene, case) == {"input", "output", "proposal", "receipt", "reasons"}
    assert later(scene, 1) == 1
    assert left(scene, case) == {"facts"}


def test_a_legal_hold_keeps_content_until_it_is_lifted(make_world: MakeWorld) -> None:
    scene = kept(make_world)
    held, free = scene.worked(), scene.worked(id=2)
    context = scene.world.context
    legal_holds.place(context, case=held, reason="a claim", by="cli:root")

    assert later(scene, 61) == 1
    assert left(scene, held) == {"input", "output", "proposal", "receipt", "steps"}
    assert left(scene, free) == set()
    legal_holds.lift(context, case=held, by="cli:root")
    assert later(scene, 0) == 1
    assert left(scene, held) == set()


def test_a_held_workflow_goes_on_from_where_it_was(make_world: MakeWorld) -> None:
    scene = kept(make_world)
    case = scene.worked()
    context = scene.world.context
    legal_holds.place(context, workflow="sample", reason="a claim", by="cli:root")

    assert later(scene, 61) == 0
    assert all(line.is_held for line in retention.lines(context))
    legal_holds.lift(context, workflow="sample", by="cli:root")
    assert later(scene, 0) == 1
    assert left(scene, case) == set()


def test_a_case_corrected_since_counts_from_its_last_end(make_world: MakeWorld) -> None:
    scene = kept(make_world)
    case = scene.worked()
    later(scene, 30)
    scene.submit(text="charged thrice")
    scene.world.work()

    assert later(scene, 31) == 1, "the data of the newer steps"
    assert "input" in left(scene, case)
    assert later(scene, 30) == 1
    assert left(scene, case) == set()


def test_a_workflow_that_is_not_declared_any_more_uses_the_default(make_world: MakeWorld) -> None:
    scene = kept(make_world)
    case = scene.worked()
    scene.world.context = replace(scene.world.context, registry=Registry())

    assert later(scene, 89) == 0
    assert later(scene, 2) == 1
    assert left(scene, case) == {"input", "output", "proposal", "receipt"}
    assert not any(line.is_declared for line in retention.lines(scene.world.context))


def test_what_is_kept_and_due_is_told_by_class(make_world: MakeWorld) -> None:
    scene = kept(make_world)
    scene.worked()
    came = scene.world.clock()
    scene.world.clock.move(timedelta(days=30))
    scene.worked(id=2)

    found = {line.content: line for line in retention.lines(scene.world.context)}

    assert [found[of].days for of in found] == [60, 60, 20, 10]
    steps = found[ContentClass.STEPS]
    assert (steps.cases, steps.due, steps.oldest) == (2, 1, came)
    assert (found[ContentClass.INPUT].cases, found[ContentClass.INPUT].due) == (2, 0)
    assert (found[ContentClass.MODEL].cases, found[ContentClass.MODEL].oldest) == (0, None)


def test_nothing_is_removed_that_is_kept_without_limit(make_world: MakeWorld) -> None:
    scene = kept(make_world, Retention(input=None, output=None, steps=None, model=None))
    case = scene.worked()
    assert later(scene, 3_000) == 0
    assert left(scene, case) == {"input", "output", "proposal", "receipt", "steps"}


def test_a_look_reads_a_bounded_amount_and_goes_on(make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = kept(make_world)
    for number in range(5):
        scene.worked(id=number)
    monkeypatch.setattr(retention, "PAGE", 2)
    scene.world.clock.move(timedelta(days=61))

    looks = [retention.look(scene.world.context, pages=1) for _ in range(4)]

    assert [one.cases for one in looks] == [2, 2, 1, 0]
    assert [one.is_more_left for one in looks] == [True, True, True, False]

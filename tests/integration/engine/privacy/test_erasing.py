"""The content of one case is removed from its rows; what was counted, and who decided, stays."""

from collections.abc import Mapping

import pytest

from store import schema
from store.cases import cases
from store.cases.contents import is_removed
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, DRAFT, Scene, rows, sample
from workflows.engine.declare.retention import ContentClass
from workflows.engine.privacy.erasing import remove

pytestmark = pytest.mark.slow

WORDS = "Erika Mustermann was charged twice"


def erase(scene: Scene, case: int, *classes: ContentClass) -> Mapping[ContentClass, int]:
    context = scene.world.context
    with context.database.write() as session:
        row = cases.get(session, case, team=context.team)
        assert row is not None
        chosen = classes or tuple(ContentClass)
        return remove(session, context, row, workflow=scene.workflow.name, at=context.clock(), classes=chosen)


def of_case(scene: Scene, case: int) -> schema.Case:
    with scene.world.database.read() as session:
        row = cases.get(session, case, team=scene.world.context.team)
        assert row is not None
        return row


def test_nothing_that_was_said_is_left(make_world: MakeWorld) -> None:
    scene = sample(make_world, review=CARDS, autonomy=DRAFT)
    case = scene.worked(text=WORDS)
    scene.approve(case)
    scene.world.work()

    removed = erase(scene, case)

    assert removed[ContentClass.INPUT] == 1
    assert removed[ContentClass.OUTPUT] >= 3
    row = of_case(scene, case)
    assert (row.salt, row.content_hash, row.erased_at) == (None, "", scene.world.clock())
    left = [one for one in rows(scene.world, schema.Content) if not is_removed(one.body)]
    assert [one.kind for one in left] == ["facts"]
    assert erase(scene, case) == {}


def test_a_case_of_which_something_is_left_keeps_its_salt(make_world: MakeWorld) -> None:
    scene = sample(make_world, review=CARDS)
    case = scene.worked(text=WORDS)

    erase(scene, case, ContentClass.INPUT, ContentClass.MODEL)

    row = of_case(scene, case)
    assert row.erased_at is None
    assert row.content_hash != ""

"""Drafts that a person typed and did not send: kept in one place, in the case's contents, and deleted in time."""

from datetime import timedelta

import pytest

from store import schema
from store.subjects import Subject, SubjectKind
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, sample
from workflows.engine.errors import Refused
from workflows.engine.review.form import drafts


def opened(make_world: MakeWorld) -> tuple[Scene, int, Subject]:
    scene = sample(make_world)
    case = scene.submit(text="There is smoke")
    scene.world.work()
    return scene, case, SubjectKind.REVIEW.of(scene.review(case).id)


def keep(scene: Scene, case: int, subject: Subject, *, by: str = "U0ANA", **typed: str) -> None:
    drafts.keep(scene.world.context, subject, case=case, version=1, by=by, typed=typed)


def contents(scene: Scene) -> list[str]:
    rows = scene.world.rows(schema.Content)
    return [row.body for row in rows if isinstance(row, schema.Content) and row.kind == "draft"]


def test_the_newest_of_what_a_person_typed_is_kept_and_nothing_of_others(make_world: MakeWorld) -> None:
    scene, case, subject = opened(make_world)
    keep(scene, case, subject, reply="one")
    keep(scene, case, subject, by="U0BEN", reply="Ben's")
    keep(scene, case, subject, reply="two", queue="billing\0")  # which PostgreSQL cannot keep
    draft = drafts.draft_of(scene.world.context, subject, by="U0ANA")
    assert draft is not None
    assert (draft.version, draft.typed) == (1, {"reply": "two"})
    assert contents(scene) == ['{"reply":"two"}', '{"reply":"Ben\'s"}']


def test_a_draft_that_is_deleted_leaves_nothing_of_what_was_typed(make_world: MakeWorld) -> None:
    scene, case, subject = opened(make_world)
    keep(scene, case, subject, reply="one")
    drafts.forget(scene.world.context, subject, by="U0ANA")
    assert drafts.draft_of(scene.world.context, subject, by="U0ANA") is None
    assert contents(scene) == ["{}"]
    drafts.forget(scene.world.context, subject, by="U0ANA")  # there is none any more


def test_a_draft_is_taken_up_for_half_an_hour_and_deleted_after_some_hours(make_world: MakeWorld) -> None:
    scene, case, subject = opened(make_world)
    context = scene.world.context
    keep(scene, case, subject, reply="one")
    draft = drafts.draft_of(context, subject, by="U0ANA")
    assert drafts.to_take_up(context, draft, version=1) == draft
    assert drafts.to_take_up(context, draft, version=2) is None
    scene.world.clock.move(drafts.LASTS + timedelta(seconds=1))
    assert drafts.to_take_up(context, draft, version=1) is None
    drafts.sweep(context)
    assert drafts.draft_of(context, subject, by="U0ANA") == draft
    scene.world.clock.move(drafts.KEPT)
    keep(scene, case, subject, by="U0BEN", reply="two")  # another one's draft does it, too
    assert drafts.draft_of(context, subject, by="U0ANA") is None
    scene.world.clock.move(drafts.KEPT + timedelta(seconds=1))
    drafts.sweep(context)
    assert contents(scene) == ["{}", "{}"]


def test_more_than_can_be_kept_is_refused(make_world: MakeWorld) -> None:
    scene, case, subject = opened(make_world)
    with pytest.raises(Refused, match="this is more than can be kept"):
        keep(scene, case, subject, reply="x" * drafts.MOST)

"""A version is asked beside the live one: nobody sees what it says, and no other system is asked again."""

import json
from datetime import timedelta

import pytest

from store import schema
from store.db import failpoints
from store.db.failpoints import Failpoint, Side
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Crash, rows
from tests.integration.quality.rollouts.versions import rollout
from workflows.engine.deliver import workflow_pauses
from workflows.model.port import ModelUnavailable

pytestmark = pytest.mark.slow


def test_a_watched_version_is_asked_after_the_live_one_and_nobody_sees_it(make_world: MakeWorld) -> None:
    """It is asked once for each case, its step is recalled, and reviews, outbox and runs stay as they were."""
    found = rollout(make_world)
    found.wrong["new"] = {2}
    shadow = found.shadow()
    assert shadow.look() == 0  # what came before is not asked anew
    cases = found.tickets([1, 2, 3])
    before = found.scene.outbox()
    assert found.scene.desk.looked_up == [1, 2, 3]
    assert shadow.look() == 3
    assert shadow.look() == 0
    assert found.shadow().look() == 0  # another process asks nothing twice
    assert found.scene.desk.looked_up == [1, 2, 3]
    assert found.scene.outbox() == before
    kept = rows(found.scene.world, schema.ShadowProposal)
    assert [row.case_id for row in kept] == cases
    bodies = {row.id: row for row in rows(found.scene.world, schema.Content) if row.kind == "shadow"}
    assert [json.loads(bodies[row.content_id or 0].body)["queue"] for row in kept] == ["billing", "delivery", "billing"]
    assert [question.prompt.name for question in found.scene.world.model.questions if question.prompt] == [
        "old",
        "old",
        "old",
        "new",
        "new",
        "new",
    ]
    assert rows(found.scene.world, schema.Label) == []


def test_only_its_share_is_asked_and_what_has_not_proposed_yet_is_waited_for(make_sqlite_world: MakeWorld) -> None:
    """Of 40 cases about half are asked at a share of one half; a run that is still ready keeps its turn."""
    found = rollout(make_sqlite_world, share=0.5)
    shadow = found.shadow()
    shadow.look()
    world = found.scene.world
    world.submit_all(found.scene.workflow, [{"id": one, "text": f"ticket {one}"} for one in range(40)])
    assert shadow.look() == 0
    world.work()
    while shadow.look():
        pass
    assert 10 <= len(rows(world, schema.ShadowProposal)) <= 30


def test_a_pause_and_an_outage_keep_it_from_being_asked(make_sqlite_world: MakeWorld) -> None:
    """While the workflow is paused, or the model does not answer, nothing is asked; later the case has its turn."""
    found = rollout(make_sqlite_world)
    shadow, world = found.shadow(), found.scene.world
    shadow.look()
    found.tickets([1])
    workflow_pauses.pause(world.context, "sample", by="U1", reason="holiday")
    assert shadow.look() == 0
    workflow_pauses.resume(world.context, "sample", by="U1")
    world.model.enqueue(ModelUnavailable("down"))
    assert shadow.look() == 0
    assert shadow.look() == 0  # it rests
    world.clock.move(timedelta(minutes=6))
    assert shadow.look() == 1


@pytest.mark.parametrize("side", list(Side))
def test_a_process_that_dies_at_a_question_leaves_one_row(make_sqlite_world: MakeWorld, side: Side) -> None:
    """The next process asks for the case again, and it has one row."""
    found = rollout(make_sqlite_world)
    found.shadow().look()
    found.tickets([1])

    def dies(seam: Failpoint, at: Side, about: str) -> None:
        if seam is Failpoint.SHADOW and at is side:
            raise Crash

    with failpoints.watched(dies), pytest.raises(Crash):
        found.shadow().look()
    assert found.shadow().look() == 1
    assert len(rows(found.scene.world, schema.ShadowProposal)) == 1


def test_a_step_that_the_live_run_did_not_make_is_not_made(make_sqlite_world: MakeWorld) -> None:
    """The version is not asked then: the pair is left out, with a code."""
    found = rollout(make_sqlite_world)
    found.shadow().look()
    [case] = found.tickets([1])
    with found.scene.world.database.write() as session:
        session.query(schema.Step).where(schema.Step.name == "look_up").update({"input_hash": "another"})
    assert found.shadow().look() == 1
    assert found.scene.desk.looked_up == [1]
    [kept] = rows(found.scene.world, schema.ShadowProposal)
    assert (kept.code, kept.content_id) == ("other_steps", None)
    found.label(case)
    found.watch().look()
    assert rows(found.scene.world, schema.ShadowProposal)[0].difference is None

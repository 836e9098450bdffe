"""A live version of a paid model is asked the same each day: people are told where it answers differently."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from store import schema
from store.states import DeploymentState
from tests.conftest import MakeWorld
from tests.integration.engine.scene import rows
from tests.integration.quality.rollouts.versions import Rollouts, rollout
from workflows import Rollout
from workflows.engine.declare.workflow import Example
from workflows.engine.deliver import workflow_pauses
from workflows.model.choice import LOCAL
from workflows.model.port import ModelUnavailable
from workflows.quality.rollouts.listing import probed
from workflows.quality.rollouts.probes import Probes

pytestmark = pytest.mark.slow
DAY = timedelta(days=1)


@pytest.fixture
def found(make_sqlite_world: MakeWorld) -> Rollouts:
    return with_examples(rollout(make_sqlite_world))


def with_examples(found: Rollouts) -> Rollouts:
    """Give the workflow twelve examples of its author, and have the model alone propose."""
    found.scene.workflow.proposing = lambda ticket, ask: ask(text=ticket.text)
    found.scene.workflow.examples = lambda: [
        Example(input={"id": one, "text": f"ticket {one}"}, output={"queue": "billing"}) for one in range(12)
    ]
    return found


def process(found: Rollouts) -> Probes:
    """Return what a process puts the probes with."""
    world = found.scene.world
    return Probes(world.context, lambda _: world.model, sleep=world.waits.append)


def kept(found: Rollouts) -> list[tuple[int, int, int]]:
    """Return the days: how many were asked, changed, and are right."""
    return [(row.asked, row.changed, row.right) for row in rows(found.scene.world, schema.Probe)]


def test_people_are_told_once_that_a_model_answers_otherwise(make_world: MakeWorld) -> None:
    """Ten of its examples are asked twice at first, then once a day; nothing is rolled back and no case is touched."""
    found = with_examples(rollout(make_world))
    world, probes = found.scene.world, process(found)
    assert probes.look() == 1
    assert len(world.model.questions) == 20
    assert kept(found) == [(10, 0, 10)]
    world.clock.move(timedelta(minutes=2))
    assert probes.look() == process(found).look() == 0  # once a day, whichever process
    assert len(world.model.questions) == 20
    world.clock.move(DAY)
    assert process(found).look() == 1
    assert kept(found)[1:] == [(10, 0, 10)]
    assert len(world.model.questions) == 30
    assert len({str(question.data["text"]) for question in world.model.questions}) == 10

    found.wrong["old"] = set(range(12))
    for _ in range(2):
        world.clock.move(DAY)
        assert probes.look() == 1
    assert kept(found)[2:] == [(10, 10, 0), (10, 10, 0)]
    [note] = found.notes()
    assert (note["news"], note["changed"], note["lost"], note["probes"]) == ("answers_otherwise", 10, 10, 10)
    assert note["since"] == rows(world, schema.Probe)[2].day
    assert note["models"] == note["models_before"] == ["scripted"]
    assert found.state(found.live) is DeploymentState.LIVE
    assert [*rows(world, schema.Run), *rows(world, schema.Label), *rows(world, schema.Case)] == []
    assert all("billing" not in str(row.answers) for row in rows(world, schema.Probe))
    [last] = probed(world.context)
    assert (last.number, last.asked, last.changed, last.right, last.vary) == (1, 10, 10, 0, 0)


def test_another_name_is_told_at_once(found: Rollouts) -> None:
    """Also where no answer changed; and once for each name."""
    world, probes = found.scene.world, process(found)
    assert probes.look() == 1
    with world.database.write() as session:
        session.execute(update(schema.Probe).values(models=["scripted-before"]))
    for _ in range(2):
        world.clock.move(DAY)
        assert probes.look() == 1
    [note] = found.notes()
    assert (note["changed"], note["models"], note["models_before"]) == (0, ["scripted"], ["scripted-before"])


def test_what_varies_by_itself_is_not_told(found: Rollouts) -> None:
    """One of ten differs when asked again, so two of ten in a week are nothing."""
    world, probes = found.scene.world, process(found)
    probes.look()
    with world.database.write() as session:
        session.execute(update(schema.Probe).values(changed=1))
    found.wrong["old"] = {int(str(question.data["text"])[7:]) for question in world.model.questions[:2]}
    for _ in range(7):
        world.clock.move(DAY)
        assert probes.look() == 1
    assert kept(found)[1:] == [(10, 2, 8)] * 7
    assert found.notes() == []


def test_a_pause_and_an_outage_leave_a_day_out(found: Rollouts) -> None:
    """It is tried again an hour later; a day on which it cannot be asked has no row."""
    world, probes = found.scene.world, process(found)
    workflow_pauses.pause(world.context, "sample", by="U1", reason="holiday")
    assert probes.look() == 0
    workflow_pauses.resume(world.context, "sample", by="U1")
    world.clock.move(DAY)
    world.model.enqueue(ModelUnavailable("down"))
    assert probes.look() == 0
    world.clock.move(timedelta(minutes=5))
    assert probes.look() == 0
    assert kept(found) == []
    world.clock.move(timedelta(hours=2))
    assert probes.look() == 1


def test_a_local_model_and_a_workflow_without_probes_are_not_asked(found: Rollouts) -> None:
    """Nothing is asked, nothing is kept."""
    world, workflow = found.scene.world, found.scene.workflow
    workflow.rollout = replace(workflow.rollout, probes=0)
    assert process(found).look() == 0
    workflow.rollout = Rollout(probes=3)
    with world.database.write() as session:
        session.execute(update(schema.Deployment).values(model=LOCAL))
    assert process(found).look() == 0
    assert not world.model.questions
    with world.database.write() as session:
        session.execute(update(schema.Deployment).values(model="scripted"))
    assert process(found).look() == 1
    assert len(world.model.questions) == 6


def test_a_workflow_that_asks_other_systems_is_not_asked(make_sqlite_world: MakeWorld) -> None:
    """Their answers change, too, and nobody could tell which of both did; it is kept that none was asked."""
    found = rollout(make_sqlite_world)
    declared = found.scene.workflow.proposing
    with_examples(found).scene.workflow.proposing = declared
    probes = process(found)
    probes.look()
    found.scene.world.clock.move(DAY)
    assert probes.look() == 0
    assert kept(found) == [(0, 0, 0)]
    assert found.scene.desk.looked_up == []
    assert not found.scene.world.model.questions

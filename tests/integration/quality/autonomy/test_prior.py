"""Evidence before an epoch begins: scores for its floors, and judged cases of volume tests of its version."""

from datetime import timedelta

import pytest

from store import schema
from store.db import rows as kept_rows
from store.learning import deployments, epochs, volume_tests
from store.states import DeploymentState, Level
from tests import volume
from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, rows, sample
from tests.sample import Triage
from workflows import Autonomy
from workflows.model.port import Answer, Question
from workflows.model.scripted import says
from workflows.quality.autonomy import prior as prior_evidence
from workflows.quality.autonomy.certifying.certifier import SCORES
from workflows.quality.autonomy.certifying.earning import Looked
from workflows.quality.autonomy.known_scores import known_scores
from workflows.quality.autonomy.prior import prior
from workflows.quality.volume import judging

pytestmark = pytest.mark.slow


def tell(question: Question) -> Answer:
    """Be sure of every second ticket."""
    number = int(str(question.data["text"]).rsplit(" ", 1)[1])
    return says({"queue": "billing", "reply": "Hello"}, confidence=0.95 if number % 2 else 0.6)


def tried(scene: Scene, number: int) -> int:
    """Try so many past tickets, all of which come into the pack; returns the volume test."""
    return volume.tried(
        scene.world, scene.workflow, [{"id": one, "text": f"ticket number {one}"} for one in range(1, number + 1)]
    )


def deployed(scene: Scene, name: str) -> tuple[int, int]:
    """Have a version of this name; returns the row of its workflow and its own."""
    team, at = scene.world.context.team, scene.world.clock()
    with scene.world.database.write() as session:
        workflow = session.query(schema.Workflow.id).scalar()
        number = deployments.last_number(session, workflow, team=team) + 1
        added = deployments.add(
            session,
            team=team,
            workflow=workflow,
            number=number,
            state=DeploymentState.PROPOSED,
            change=0,
            name=name,
            parts={},
            model="scripted",
            rollout={},
            proposed_by="U0MARIA",
            proposed_at=at,
        )
    assert added is not None
    return workflow, added


def found(scene: Scene, version: tuple[int, int], **at: object) -> list[Looked]:
    context = scene.world.context
    with context.database.read() as session:
        return list(prior(session, context, *version, **at))  # type: ignore[arg-type]  # the time is one


def judge(scene: Scene, test: int, count: int) -> None:
    """Judge the next cases of a pack, in their order: tickets for safety are wrong."""
    for one in judging.pack(scene.world.context, test, by="ops")[:count]:
        right = Triage(queue="safety", reply="Hello") if one.place % 3 == 0 else None
        judging.judge(scene.world.context, test, one.place, by="U0ANA", right=right)


def test_the_judged_cases_of_the_version_count_in_order_up_to_the_first_that_waits(make_world: MakeWorld) -> None:
    scene = sample(make_world, tell, autonomy=Autonomy.earned())
    test = tried(scene, 8)
    row = rows(scene.world, schema.VolumeTest)[0]
    ours, other = deployed(scene, row.version["name"]), deployed(scene, "another")
    assert found(scene, ours) == [], "nobody has judged yet"
    judge(scene, test, 5)
    # The last one is judged out of turn.
    last = judging.pack(scene.world.context, test, by="ops")[-1]
    judging.judge(scene.world.context, test, last.place, by="U0ANA", right=None)
    cases = rows(scene.world, schema.VolumeCase)
    expected = [
        Looked(score=one.lowest or 0, is_error=one.place % 3 == 0, probability=1.0, least=1.0) for one in cases[:5]
    ]
    assert {one.score for one in expected} == {0.6, 0.95}
    assert found(scene, ours) == expected, "whoever goes through a pack cannot choose what counts"
    assert found(scene, other) == [], "another version"
    began = scene.world.clock()
    scene.world.clock.move(timedelta(minutes=1))
    judge(scene, test, 3)
    assert len(found(scene, ours)) == 8
    assert found(scene, ours, at=began) == expected, "the same time gives the same cases"


def test_what_the_version_learned_from_or_what_came_before_a_demotion_is_left_out(make_world: MakeWorld) -> None:
    scene = sample(make_world, tell, autonomy=Autonomy.earned())
    test = tried(scene, 4)
    version = deployed(scene, rows(scene.world, schema.VolumeTest)[0].version["name"])
    judge(scene, test, 4)
    second = tried(scene, 5)
    judge(scene, second, 5)
    assert len(found(scene, version)) == 5, "an input counts once"
    team = scene.world.context.team
    with scene.world.database.write() as session:
        cases = volume_tests.cases(session, test, team=team)
        cases[0].learned, cases[1].learned = True, None
        cases[2].probability = 0.25
    left = found(scene, version)
    assert [(one.probability, one.least) for one in left] == [(0.25, 0.25), (1.0, 0.25), (1.0, 1.0)]
    scene.world.clock.move(timedelta(minutes=1))
    epoch(scene, version, end="demoted")
    assert found(scene, version) == [], "it tells nothing of what has changed"
    scene.world.clock.move(timedelta(minutes=1))
    judge(scene, tried(scene, 3), 3)
    assert len(found(scene, version)) == 3


def test_no_later_volume_test_pushes_out_one_that_came_out_badly(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prior_evidence, "TESTS", 2)
    scene = sample(make_world, tell, autonomy=Autonomy.earned())
    test = tried(scene, 3)
    version = deployed(scene, rows(scene.world, schema.VolumeTest)[0].version["name"])
    judge(scene, test, 3)
    assert any(one.is_error for one in found(scene, version))
    for number in (4, 5):
        judge(scene, tried(scene, number), number)
    assert len(found(scene, version)) == 4, "the first ones count, and no further one"
    assert any(one.is_error for one in found(scene, version))


def epoch(scene: Scene, version: tuple[int, int], *, end: str) -> None:
    """Have an epoch of a version that ended."""
    team, at = scene.world.context.team, scene.world.clock()
    workflow, deployment = version
    with scene.world.database.write() as session:
        made = epochs.begin(
            session,
            team=team,
            workflow=workflow,
            deployment=deployment,
            number=1,
            wrong=0.05,
            sure=0.9,
            level=Level.DRAFT,
            probability=0.05,
            state={},
            at=at,
        )
        kept_rows.change(session, schema.Epoch, made, where={"team_id": team}, to={"ended_at": at, "end": end})


def test_the_floors_of_an_epoch_come_from_what_is_known_before_it(make_world: MakeWorld) -> None:
    scene = sample(make_world, tell, autonomy=Autonomy.earned())
    tried(scene, 6)
    version = deployed(scene, rows(scene.world, schema.VolumeTest)[0].version["name"])
    team = scene.world.context.team
    with scene.world.database.read() as session:
        assert known_scores(session, workflow=version[0], deployment=version[1], team=team) == ()
    cases = [{"outcome": "proposed", "lowest": 0.7, "reasons": ["not_earned"]}] * (SCORES - 8)
    # Older evals kept no score: a doubt keeps a case with people at any floor.
    cases += [{"outcome": "proposed", "lowest": 0.9, "reasons": ["doubt", "not_earned"]}, {"outcome": "untried"}]
    cases += [{"outcome": "proposed", "lowest": 0.9, "score": 0.4, "reasons": []}]
    with scene.world.database.write() as session:
        eval = session.query(schema.Eval).first()
        assert eval is not None
        eval.result = {"cases": cases}
        row = deployments.get(session, version[1], team=team)
        assert row is not None
        row.eval_id = eval.id
    with scene.world.database.read() as session:
        scores = known_scores(session, workflow=version[0], deployment=version[1], team=team)
    assert len(scores) == SCORES
    assert sorted(set(scores)) == [0.0, 0.4, 0.6, 0.7, 0.95]

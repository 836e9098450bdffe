"""Earned autonomy on a case's way: the standing of an epoch decides, and what is settled is kept before any label."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from handlers.slack.blocks.parts.paragraphs import told as told_of
from handlers.slack.blocks.parts.transcript import transcript
from handlers.texts.governance.receipts import receipt
from handlers.texts.operations.explained import explained
from store import schema
from store.db import failpoints
from store.db.failpoints import Failpoint, Side
from store.learning import epochs
from store.states import Level
from tests.conftest import MakeWorld
from tests.integration.engine.earned import cases_of, deployed, earned_scene, pinned, stands, stands_within
from tests.integration.engine.scene import Crash, Scene, rows, sample
from tests.integration.engine.trail import follow_the_trail
from tests.waiting import wait_until
from tests.world import Tell, World, sure, why
from workflows import Autonomy
from workflows.engine.proof.receipts.receipt import receipt_view
from workflows.engine.propose.standing import standing_of
from workflows.engine.read.explained.explanations import explanation_view
from workflows.engine.read.spans.way import spans_of
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.model.port import Answer, Question
from workflows.model.scripted import says

pytestmark = pytest.mark.slow


def guarded(scene: Scene, *, floor: float = 0.9, **values: object) -> int:
    """Have the scene's workflow go alone from a floor on; returns the epoch."""
    deployment = deployed(scene.world, scene.workflow)
    values = {"floor": floor, "probability": 0.5, "least": 0.25, **values}
    return stands(scene.world, scene.workflow, deployment, level=Level.GUARDED, **values)


class InTurn:
    """A model whose answer a test changes."""

    def __init__(self, tell: Tell) -> None:
        self.tell = tell

    def __call__(self, question: Question) -> Answer:
        return self.tell(question)


def kept(world: World) -> list[tuple[int, float, bool, float | None, float, float, bool]]:
    """Facts that are settled about each case: (case, score, alone, floor, probability, least, counts)."""
    return [
        (one.case_id, one.score, one.alone, one.floor, one.probability, one.least, one.counts)
        for one in cases_of(world)
    ]


def test_at_or_above_the_earned_floor_a_case_goes_alone_and_its_looks_are_settled(make_world: MakeWorld) -> None:
    scene = earned_scene(make_world)
    epoch = guarded(scene)
    case = scene.worked()
    assert scene.run(case).state == "delivered"
    assert kept(scene.world) == [(case, 0.95, True, 0.9, 0.5, 0.25, True)]
    (row,) = cases_of(scene.world)
    (run,) = rows(scene.world, schema.Run)
    assert (row.epoch_id, row.run_id, run.spot_check_probability) == (epoch, run.id, 0.5)
    follow_the_trail(scene.world)


@pytest.mark.parametrize(
    ("level", "values", "reason", "floor"),
    [
        (Level.GUARDED, {"floor": 0.97}, "confidence is below 0.97: Queue 0.95, Reply 0.95", 0.97),
        (Level.GUARDED, {}, "its autonomy is not earned yet", None),
        (
            Level.GUARDED,
            {"floor": 0.9, "held": "behind"},
            "nothing goes alone for now: spot checks are behind",
            None,
        ),
        (Level.DRAFT, {"floor": 0.9}, "its autonomy is not earned yet", None),
        (
            Level.SHADOW,
            {},
            "in shadow: your answer is compared with the AI's, which nobody sees before",
            None,
        ),
    ],
)
def test_where_it_is_not_earned_a_person_is_told_why_and_the_score_is_kept(
    make_sqlite_world: MakeWorld, level: Level, values: dict[str, object], reason: str, floor: float | None
) -> None:
    scene = earned_scene(make_sqlite_world)
    stands(scene.world, scene.workflow, deployed(scene.world, scene.workflow), level=level, least=0.25, **values)
    case = scene.worked()
    assert why(scene.review(case)) == [reason]
    assert kept(scene.world) == [(case, 0.95, False, floor, 1.0, 0.25, True)]


def test_without_a_deployment_or_an_epoch_a_person_decides(make_sqlite_world: MakeWorld) -> None:
    scene = earned_scene(make_sqlite_world)
    told = ["only the live version earns autonomy, and another one proposed this"]
    assert why(scene.review(scene.worked(id=1))) == told
    deployed(scene.world, scene.workflow)
    assert why(scene.review(scene.worked(id=2))) == told
    assert not cases_of(scene.world)


def test_what_a_rule_or_a_doubt_keeps_with_people_has_no_score(make_sqlite_world: MakeWorld) -> None:
    def answer(question: Question) -> Answer:
        return says({"queue": "billing", "reply": "Hello"}, confidence={"queue": 0.95, "reply": None})

    model = InTurn(answer)
    scene = earned_scene(make_sqlite_world, model)
    guarded(scene)
    unstated = scene.worked(id=1)
    model.tell = sure(0.95, queue="safety", reply="Hello")
    never = scene.worked(id=2)
    assert [(case, score, alone) for case, score, alone, *_ in kept(scene.world)] == [
        (unstated, 0.0, False),
        (never, 0.0, False),
    ]


def test_only_an_own_proposal_is_evidence(make_sqlite_world: MakeWorld) -> None:
    """Sample answers are none, and neither is what was proposed after a person's words on the case."""
    told = says({"queue": "billing", "reply": "Hello"}, confidence=0.95)
    model = InTurn(lambda _: replace(told, sample=True))
    scene = earned_scene(make_sqlite_world, model)
    guarded(scene)
    case = scene.worked(id=1)
    assert why(scene.review(case)) == ["a sample answer never goes alone"]
    model.tell = sure(0.5, queue="billing", reply="Hello")
    refused = scene.worked(id=2)
    scene.reject(refused, Follows.PROPOSE_AGAIN)
    model.tell = sure(0.95, queue="delivery", reply="Hello")
    scene.world.work()
    assert why(scene.review(refused)) == ["you asked for another proposal"]
    assert [(of, score) for of, score, *_ in kept(scene.world)] == [(refused, 0.5)]


def test_a_rerun_and_a_further_revision_do_not_count(make_sqlite_world: MakeWorld) -> None:
    scene = earned_scene(make_sqlite_world, sure(0.5, queue="billing", reply="Hello"))
    guarded(scene)
    case = scene.worked()
    reruns.rerun(scene.world.context, case, by="U1")
    scene.world.work()
    scene.worked(text="charged three times")
    assert [(of, counts) for of, *_, counts in kept(scene.world)] == [(case, True), (case, False), (case, False)]


def test_a_run_that_is_resolved_again_after_a_crash_adds_no_second_row(make_world: MakeWorld) -> None:
    scene = earned_scene(make_world)
    guarded(scene)
    case = scene.submit()

    def die(point: Failpoint, side: Side, about: str) -> None:
        if (point, side, about) == (Failpoint.AUDIT, Side.AFTER, "delivery.attempting"):
            raise Crash

    with failpoints.watched(die):
        scene.crash()
    assert not cases_of(scene.world), "nothing is kept of a transaction that did not end"
    with failpoints.watched(lambda point, side, about: _raise(point is Failpoint.EFFECT and side is Side.AFTER)):
        scene.crash()
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert [of for of, *_ in kept(scene.world)] == [case]


def _raise(now: bool) -> None:
    if now:
        raise Crash


def after(then: Callable[[], object]) -> Tell:
    """A sure model; while it is asked, something else happens."""

    def answer(_: Question) -> Answer:
        then()
        return says({"queue": "billing", "reply": "Hello"}, confidence=0.95)

    return answer


@pytest.mark.parametrize(
    ("becomes", "reason"),
    [
        ({"level": Level.DRAFT}, "its autonomy is not earned yet"),
        ({"level": Level.GUARDED, "floor": 0.97}, "confidence is below 0.97: Queue 0.95, Reply 0.95"),
        (
            {"level": Level.GUARDED, "floor": 0.9, "held": "behind"},
            "nothing goes alone for now: spot checks are behind",
        ),
    ],
)
def test_what_another_replica_takes_back_after_the_proposal_holds_for_it(
    make_world: MakeWorld, becomes: dict[str, object], reason: str
) -> None:
    model = InTurn(sure(0.95, queue="billing", reply="Hello"))
    scene = earned_scene(make_world, model)
    guarded(scene)
    (deployment,) = rows(scene.world, schema.Deployment)
    other = World(database=scene.world.database, model=scene.world.model, registry=scene.world.registry)
    model.tell = after(lambda: stands(other, scene.workflow, deployment.id, **becomes))  # type: ignore[arg-type]  # as parametrized
    case = scene.worked()
    assert why(scene.review(case)) == [reason]
    assert not scene.deliveries()
    (row,) = cases_of(scene.world)
    assert (row.alone, row.score, row.probability, row.epoch_id) == (
        False,
        0.95,
        1.0,
        rows(scene.world, schema.Epoch)[-1].id,
    )


_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def test_a_demotion_that_is_under_way_is_waited_for_and_holds(make_postgres_world: MakeWorld) -> None:
    scene = earned_scene(make_postgres_world)
    guarded(scene)
    (deployment,) = rows(scene.world, schema.Deployment)
    case, database = scene.submit(), scene.world.database
    with ThreadPoolExecutor(1) as pool:
        with database.write() as session:
            stands_within(session, scene.world, scene.workflow, deployment.id, level=Level.DRAFT)
            worked = pool.submit(scene.world.work)
            with database.engine.connect() as other:
                wait_until(lambda: other.exec_driver_sql(_WAITING).scalar_one())
        worked.result()
    assert why(scene.review(case)) == ["its autonomy is not earned yet"]
    assert not scene.deliveries()


def test_runs_wait_for_no_other_run_and_a_person_is_asked_while_a_label_is_worked_in(
    make_postgres_world: MakeWorld,
) -> None:
    scene = earned_scene(make_postgres_world, sure(0.5, queue="billing", reply="Hello"))
    guarded(scene)
    (deployment,) = rows(scene.world, schema.Deployment)
    database, team = scene.world.database, scene.world.context.team
    with database.write() as one, database.write() as two:
        for session in (one, two):
            assert standing_of(session, deployment.id, team=team, held=True) is not None
    with database.write() as labels:
        (epoch,) = epochs.open_ones(labels, team=team)
        assert epochs.held(labels, epoch.id, team=team) is not None
        case = scene.worked()
    assert [of for of, *_ in kept(scene.world)] == [case]


def test_what_went_alone_says_how_far_its_version_was(make_sqlite_world: MakeWorld) -> None:
    scene = earned_scene(make_sqlite_world)
    guarded(scene)
    case = scene.worked()
    view = scene.world.case(case)
    earned = view.earned(view.newest)
    assert earned is not None
    assert (earned.level, earned.floor, earned.epoch) == (Level.GUARDED, 0.9, 1)
    context = scene.world.context
    told = transcript(told_of(explained(explanation_view(context, case))).blocks)
    assert "no rule forbade it. Its version had earned to go alone from 90% sure." in told
    told = transcript(told_of(receipt(receipt_view(context, case))).blocks)
    assert "Its version had earned to go alone from 90% sure; the lowest confidence stated is 0.95." in told
    spans = spans_of(view, view.newest, team=scene.world.context.team, provider="scripted")
    assert spans[-1].attributes["countersign.earned.level"] == "guarded"
    stands(scene.world, scene.workflow, rows(scene.world, schema.Deployment)[0].id, level=Level.DRAFT)
    asked = transcript(told_of(explained(explanation_view(context, scene.worked(id=2)))).blocks)
    assert "Its version had not earned to go alone: people saw what it proposed and decided." in asked


def test_a_workflow_with_a_written_floor_asks_for_no_epoch(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, autonomy=Autonomy.floor(0.9))
    pinned(scene.world)
    guarded(scene, floor=0.99)
    assert scene.run(scene.worked()).state == "delivered"
    assert not cases_of(scene.world)

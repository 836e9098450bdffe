"""Announced cases: a confident one is delivered after a while, unless a person stops it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, time, timedelta
from threading import Barrier
from zoneinfo import ZoneInfo

import pytest

from handlers.texts.governance.receipts import receipt
from handlers.texts.operations.explained import sentences
from store import schema
from store.db import failpoints
from store.db.failpoints import Failpoint, Side
from store.learning import epochs
from store.states import AnnouncementState, Level
from tests.conftest import MakeWorld
from tests.integration.engine.deliver.test_workflow_pauses import pause
from tests.integration.engine.earned import cases_of, deployed, earned_scene, stands
from tests.integration.engine.scene import Crash, Scene, rows
from tests.integration.engine.trail import follow_the_trail
from tests.sample import Desk, sample_workflow
from tests.world import why
from workflows import Autonomy, Review, WorkingHours
from workflows.engine.declare.registry import Registry
from workflows.engine.deliver.waiting_deliveries import awaken
from workflows.engine.errors import BadDeclaration, Refused, Repeated, Stale, Unknown
from workflows.engine.proof.receipts.receipt import receipt_view
from workflows.engine.read.explained.explanations import explanation_view
from workflows.engine.read.status import status_view
from workflows.engine.review.announced.stopping import stop
from workflows.engine.review.rerun import reruns

pytestmark = pytest.mark.slow

KEY = "sample/ticket-1"
QUARTER = timedelta(minutes=15)
VETO = Autonomy.earned(veto=QUARTER, spot_checks=0.25)
CARDS = Review(post_to="C0SUPPORT")


def announcing(make_world: MakeWorld, *, probability: float = 0.25, review: Review = CARDS) -> Scene:
    """A scene whose workflow has confident cases announced. `probability`: with which they are looked at."""
    scene = earned_scene(make_world, autonomy=VETO, review=review)
    values = {"floor": 0.9, "probability": probability, "least": probability}
    stands(scene.world, scene.workflow, deployed(scene.world, scene.workflow), level=Level.VETO, **values)
    return scene


def of(scene: Scene) -> list[tuple[str, str | None]]:
    """The announcements as they stand: (state, the person who stopped it)."""
    return [(row.state, row.stopped_by) for row in rows(scene.world, schema.Announcement)]


def stopped(scene: Scene, announcement: int = 1, *, by: str = "U0ANA") -> int:
    return stop(scene.world.context, announcement, by=by)


def settled(scene: Scene) -> list[tuple[bool, float, float, bool]]:
    """Facts that are kept about each case: (alone, probability, least, counts)."""
    return [(one.alone, one.probability, one.least, one.counts) for one in cases_of(scene.world)]


def test_an_announced_case_goes_out_at_its_time_and_counts_as_alone(make_world: MakeWorld) -> None:
    scene = announcing(make_world)
    case = scene.worked()
    (run,) = rows(scene.world, schema.Run)
    assert (run.state, run.resolution, run.held_until) == ("holding", "alone", scene.world.clock() + QUARTER)
    assert (scene.deliveries(), of(scene)) == ({KEY: "intended"}, [("open", None)])
    assert ("announced", "announcement:1", "C0SUPPORT", "due") in scene.outbox()
    scene.world.clock.move(QUARTER - timedelta(seconds=1))
    scene.world.work()
    assert (scene.run(case).state, scene.desk.attempts) == ("holding", [])
    scene.world.clock.move(timedelta(seconds=1))
    scene.world.work()
    (run,) = rows(scene.world, schema.Run)
    assert (run.state, run.resolution, run.spot_check_probability) == ("delivered", "alone", 0.25)
    assert (scene.desk.attempts, of(scene)) == ([KEY], [("lapsed", None)])
    assert settled(scene) == [(True, 0.25, 0.25, True)]
    follow_the_trail(scene.world)


def test_a_stopped_case_is_a_review_with_its_proposal_and_what_is_decided_is_no_evidence(
    make_world: MakeWorld,
) -> None:
    scene = announcing(make_world)
    case = scene.worked()
    review = stopped(scene)
    assert (scene.review(case).id, why(scene.review(case))) == (review, ["U0ANA stopped it before it went out"])
    (run,) = rows(scene.world, schema.Run)
    assert (run.state, run.resolution, run.output_id, run.held_until) == ("waiting", None, None, None)
    assert (scene.deliveries(), of(scene)) == ({}, [("stopped", "U0ANA")])
    assert settled(scene) == [(False, 0.25, 0.25, False)]
    scene.world.clock.move(QUARTER)
    scene.world.work()
    assert scene.desk.attempts == []
    scene.approve(case)
    scene.world.work()
    (run,) = rows(scene.world, schema.Run)
    assert (run.state, run.resolution, run.spot_check_probability) == ("delivered", "by_person", None)
    assert scene.desk.attempts == [KEY]
    follow_the_trail(scene.world)


def test_what_was_drawn_and_is_stopped_counts_by_its_decision_in_place_of_a_blind_look(make_world: MakeWorld) -> None:
    scene = announcing(make_world, probability=1.0)
    scene.worked()
    (check,) = rows(scene.world, schema.SpotCheck)
    assert check.state == "open"
    stopped(scene)
    (check,) = rows(scene.world, schema.SpotCheck)
    assert (check.state, check.end, settled(scene)) == ("superseded", "stopped", [(False, 1.0, 1.0, True)])


def test_whoever_comes_late_is_told_in_words(make_world: MakeWorld) -> None:
    scene = announcing(make_world)
    scene.worked(id=1)
    stopped(scene)
    with pytest.raises(Repeated):
        stopped(scene)
    with pytest.raises(Stale, match="U0ANA has stopped it already"):
        stopped(scene, by="U0BEN")
    scene.worked(id=2)
    scene.world.clock.move(QUARTER)
    scene.world.work()
    with pytest.raises(Stale, match="too late to stop it: its time was over"):
        stopped(scene, 2)
    with pytest.raises(Unknown):
        stopped(scene, 3)


def test_of_a_stop_and_the_end_of_its_time_exactly_one_wins(make_world: MakeWorld) -> None:
    scene = announcing(make_world)
    for id in range(1, 7):
        scene.worked(id=id)
    scene.world.clock.move(QUARTER)
    for number in range(1, 7):
        start = Barrier(2)

        def press(announcement: int = number, start: Barrier = start) -> bool:
            start.wait()
            try:
                stopped(scene, announcement)
            except Stale:
                return False
            return True

        def look(start: Barrier = start) -> None:
            start.wait()
            awaken(scene.world.context)

        with ThreadPoolExecutor(2) as pool:
            pressed, looked = pool.submit(press), pool.submit(look)
            assert looked.result() is None
            was_stopped = pressed.result()
        scene.world.work()
        state = rows(scene.world, schema.Announcement)[number - 1].state
        assert state == (AnnouncementState.STOPPED if was_stopped else AnnouncementState.LAPSED)
        assert (f"sample/ticket-{number}" in scene.desk.attempts) is not was_stopped
    assert len(scene.desk.attempts) == len(set(scene.desk.attempts))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"level": Level.DRAFT}, "its autonomy is not earned yet"),
        ({"held": "behind"}, "nothing goes alone for now: spot checks are behind"),
        ({"floor": 0.99}, "it was announced, and may not go out by itself any more"),
        ({}, "it was announced, and may not go out by itself any more"),
    ],
)
def test_what_may_not_go_alone_any_more_goes_to_people_at_once(
    make_world: MakeWorld, change: dict[str, object], reason: str
) -> None:
    scene = announcing(make_world)
    case = scene.worked()
    world, workflow = scene.world, scene.workflow
    if change:
        with world.database.write() as session:
            assert epochs.change(session, 1, team=world.context.team, seen=2, **change)
    else:
        stands(world, workflow, 1, level=Level.DRAFT)
    world.work()
    assert (why(scene.review(case)), of(scene), scene.desk.attempts) == ([reason], [("withdrawn", None)], [])
    follow_the_trail(world)


def test_a_demotion_after_its_time_and_before_its_delivery_holds_for_it(make_world: MakeWorld) -> None:
    scene = announcing(make_world)
    case = scene.worked()
    scene.world.clock.move(QUARTER)
    assert awaken(scene.world.context) == 1
    stands(scene.world, scene.workflow, 1, level=Level.DRAFT)
    scene.world.work()
    assert (scene.run(case).state, of(scene), scene.desk.attempts) == ("waiting", [("withdrawn", None)], [])


def test_a_pause_sends_announced_cases_to_people_and_a_resumed_one_is_not_announced_again(
    make_world: MakeWorld,
) -> None:
    scene = announcing(make_world)
    case = scene.worked()
    pause(scene)
    scene.world.work()
    assert why(scene.review(case))[0].startswith("this workflow is paused")
    assert (of(scene), scene.deliveries()) == ([("withdrawn", None)], {})
    scene.approve(case)
    scene.world.work()
    assert scene.desk.attempts == [KEY]


def test_newer_content_takes_the_place_of_what_was_announced(make_world: MakeWorld) -> None:
    scene = announcing(make_world)
    scene.worked()
    case = scene.worked(text="charged three times")
    assert (of(scene), settled(scene)[0]) == ([("withdrawn", None), ("open", None)], (False, 0.25, 0.25, False))
    assert [run.state for run in rows(scene.world, schema.Run)] == ["superseded", "holding"]
    scene.world.clock.move(QUARTER)
    scene.world.work()
    assert (scene.run(case).state, scene.desk.attempts) == ("delivered", ["sample/ticket-1/revision-2"])
    follow_the_trail(scene.world)


def test_outside_working_hours_its_time_does_not_run(make_sqlite_world: MakeWorld) -> None:
    hours = WorkingHours(begin=time(9), end=time(17))
    scene = announcing(make_sqlite_world, review=Review(post_to="C0SUPPORT", hours=hours))
    zone = ZoneInfo(scene.workflow.timezone.key)
    scene.world.clock.time = datetime(2026, 11, 27, 16, 50, tzinfo=zone).astimezone(UTC)
    scene.worked()
    (row,) = rows(scene.world, schema.Announcement)
    assert row.until.astimezone(zone) == datetime(2026, 11, 30, 9, 5, tzinfo=zone)


def test_an_announced_case_is_not_run_again_before_its_time(make_sqlite_world: MakeWorld) -> None:
    scene = announcing(make_sqlite_world)
    case = scene.worked()
    with pytest.raises(Refused, match="it is announced, and goes out at 09:15 UTC unless somebody stops it"):
        reruns.rerun(scene.world.context, case, by="U1")


def test_explanation_receipt_and_status_name_the_way(make_sqlite_world: MakeWorld) -> None:
    scene = announcing(make_sqlite_world)
    case, context = scene.worked(), scene.world.context
    assert "It is announced, and a person can still stop it" in _told(scene, case)
    (status,) = status_view(context, [scene.workflow]).workflows
    assert (status.announced, status.held) == (1, 0)
    scene.world.clock.move(QUARTER)
    scene.world.work()
    assert "It was announced, and nobody stopped it: it was sure enough" in _told(scene, case)
    assert "Nobody; it was announced, and nobody stopped it." in repr(receipt(receipt_view(context, case)))


def _told(scene: Scene, case: int) -> str:
    return repr(sentences(explanation_view(scene.world.context, case)))


def test_killed_at_any_seam_it_is_delivered_once(make_sqlite_world: MakeWorld) -> None:
    """The seams are each commit and each attempt, on the way to the announcement and from its end to the delivery."""
    scene = announcing(make_sqlite_world)
    for number, at in enumerate(_seams(scene), 2):
        case = scene.submit(id=number)
        left = [at]

        def die(point: Failpoint, side: Side, about: str, left: list[int] = left) -> None:
            if point in (Failpoint.COMMIT, Failpoint.EFFECT):
                left[0] -= 1
                if left[0] == 0:
                    raise Crash

        for _ in range(2):
            with failpoints.watched(die), suppress(Crash):
                scene.world.work()
            scene.world.restart()
            scene.world.work()
            scene.world.clock.move(QUARTER)
        scene.world.work()
        assert scene.run(case).state == "delivered", f"killed at seam {at}"
        assert list(scene.desk.applied) == [f"sample/ticket-{one}" for one in range(1, number + 1)]
    assert {state for state, _ in of(scene)} == {"lapsed"}
    follow_the_trail(scene.world)


def _seams(scene: Scene) -> range:
    """Count the seams that a case passes."""
    passed = [0]

    def count(point: Failpoint, side: Side, about: str) -> None:
        passed[0] += point in (Failpoint.COMMIT, Failpoint.EFFECT)

    with failpoints.watched(count):
        scene.worked(id=1)
        scene.world.clock.move(QUARTER)
        scene.world.work()
    return range(1, passed[0] + 1)


def test_a_declaration_says_what_is_missing() -> None:
    workflow = sample_workflow(Desk(), autonomy=VETO)
    with pytest.raises(BadDeclaration, match="nobody would see them: give its Review a post_to"):
        Registry().add(workflow)
    workflow.review = CARDS
    workflow.deliver(idempotent=True)(lambda triage, run: "done")
    with pytest.raises(BadDeclaration, match="a correction undoes it, or leave veto out"):
        Registry().add(workflow)


def test_without_veto_in_the_declaration_people_decide(make_sqlite_world: MakeWorld) -> None:
    scene = announcing(make_sqlite_world)
    scene.workflow.autonomy = Autonomy.earned()
    case = scene.worked()
    assert (why(scene.review(case)), of(scene)) == (["its autonomy is not earned yet"], [])

"""The same key again: the same content is a duplicate, other content a revision that undoes no delivery."""

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, DRAFT, Crash, Office, Scene, office_scene, rows, sample
from tests.world import sure
from workflows import NotDone
from workflows.engine.case.intake import Intake
from workflows.engine.errors import Stale
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.reviews import approve

KEY = "sample/ticket-1"


def send(scene: Scene, text: str) -> Intake:
    return scene.world.submit(scene.workflow, id=1, text=text).intake


def test_the_same_content_again_changes_nothing(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    case = scene.worked()
    before = scene.world.case(case)
    assert send(scene, "charged twice") is Intake.DUPLICATE
    assert scene.world.work() == 0
    assert scene.world.case(case) == before
    assert len(scene.desk.attempts) == 1


def test_the_order_of_the_fields_and_their_defaults_make_no_other_content(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    case = scene.submit()
    receipt = scene.world.submit(scene.workflow, language="en", text="charged twice", id="1")
    assert (receipt.case, receipt.intake) == (case, Intake.DUPLICATE)


def test_a_case_that_stands_ready_is_worked_on_with_the_new_content_only(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    case = scene.submit(text="first")
    assert send(scene, "second") is Intake.REVISED
    scene.world.work()
    assert [run.state for run in scene.world.case(case).runs] == ["superseded", "delivered"]
    assert [question.data["text"] for question in scene.world.model.questions] == ["second"]
    assert scene.deliveries() == {f"{KEY}/revision-2": "applied"}
    assert scene.world.case(case).revision == 2


def test_a_worker_that_has_not_begun_yet_calls_nothing_for_the_old_content(make_world: MakeWorld) -> None:
    """It claimed the run, and the revision came before its first call."""
    scene = sample(make_world)
    case = scene.submit(text="first")
    claimed = scene.world.claim()
    send(scene, "second")

    for run in claimed:
        scene.world.runner.advance(run)

    assert scene.desk.looked_up == []
    assert scene.world.model.questions == ()
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.deliveries() == {f"{KEY}/revision-2": "applied"}


def test_a_worker_that_is_in_the_middle_delivers_nothing_for_the_old_content(make_world: MakeWorld) -> None:
    """The revision comes while the model is thinking."""
    scene = sample(make_world)
    case = scene.submit(text="first")

    def meanwhile(question: object) -> object:
        send(scene, "second")
        return sure(0.95, queue="safety", reply="old")(question)  # type: ignore[arg-type]  # the question it was asked

    scene.world.model.enqueue(meanwhile)  # type: ignore[arg-type]  # answers like a turn
    scene.world.work()

    assert [run.state for run in scene.world.case(case).runs] == ["superseded", "delivered"]
    assert scene.deliveries() == {f"{KEY}/revision-2": "applied"}
    assert len(rows(scene.world, schema.Review)) == 0


def test_an_open_review_is_superseded(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    case = scene.worked(text="first")
    old = scene.review(case)
    shown = scene.wanted(old.id)

    assert send(scene, "second") is Intake.REVISED

    assert scene.wanted(old.id) > shown
    with pytest.raises(Stale, match="this review is superseded"):
        approve(scene.world.context, old.id, old.version, by="U1")
    scene.world.work()
    new = scene.review(case)
    assert new.id != old.id
    scene.approve(case)
    scene.world.work()
    assert scene.deliveries() == {f"{KEY}/revision-2": "applied"}


@pytest.mark.parametrize("place", ["find_customer", "model"])
def test_a_failed_case_is_worked_on_anew(make_sqlite_world: MakeWorld, place: str) -> None:
    office = Office()
    scene = office_scene(make_sqlite_world, office)
    office.will(place, ValueError("broken"))
    case = scene.worked(text="first")
    assert scene.run(case).state == "failed"
    scene.submit(text="second")
    scene.world.work()
    assert [run.state for run in scene.world.case(case).runs] == ["superseded", "delivered"]


def test_a_delivered_case_has_a_second_delivery_under_another_key(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    case = scene.worked(text="first")
    first = scene.desk.applied[KEY]
    assert send(scene, "second") is Intake.REVISED
    scene.world.model.enqueue(sure(0.95, queue="delivery", reply="second"))
    scene.world.work()

    assert [run.state for run in scene.world.case(case).runs] == ["delivered", "delivered"]
    assert scene.deliveries() == {KEY: "applied", f"{KEY}/revision-2": "applied"}
    assert scene.desk.applied[KEY] == first
    assert scene.desk.applied[f"{KEY}/revision-2"].reply == "second"
    assert [run.revision for run in scene.world.case(case).runs] == [1, 2]


def test_back_to_the_first_content_is_a_revision_too(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    case = scene.worked(text="first")
    for text in ("second", "first", "first"):
        intake = send(scene, text)
        scene.world.work()
    assert intake is Intake.DUPLICATE
    assert scene.world.case(case).revision == 3
    assert scene.deliveries() == {KEY: "applied", f"{KEY}/revision-2": "applied", f"{KEY}/revision-3": "applied"}


def test_a_delivery_under_way_is_brought_to_its_end_first(make_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_world, office)
    office.will("book", Crash())
    case = scene.submit(text="first")
    with pytest.raises(Crash):
        scene.world.work()
    scene.submit(text="second")
    assert scene.world.claim(limit=10) == []

    scene.world.restart()
    scene.world.work()

    assert [run.state for run in scene.world.case(case).runs] == ["delivered", "delivered"]
    assert list(office.applied) == ["office/ticket-1", "office/ticket-1/revision-2"]


def test_a_decision_is_not_lost(make_world: MakeWorld) -> None:
    """An approved proposal is delivered, even if other content comes before that."""
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked(text="first")
    scene.approve(case)
    send(scene, "second")
    scene.world.work()

    assert scene.deliveries() == {KEY: "applied"}
    assert [run.state for run in scene.world.case(case).runs] == ["delivered", "waiting"]


def test_a_decided_delivery_that_fails_after_a_revision_is_said_and_holds_up_nothing(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked(text="first")
    scene.approve(case)
    send(scene, "second")
    scene.desk.errors.append(NotDone("closed"))
    scene.world.work()

    old, new = scene.world.case(case).runs
    assert (old.state, new.state) == ("failed", "waiting")
    assert ("cause", "cause:1", "failures", "due") in scene.outbox()
    scene.approve(case)
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.deliveries()[f"{KEY}/revision-2"] == "applied"


def test_a_closed_case_is_opened_by_other_content(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked(text="first")
    scene.reject(case, Follows.CLOSE)
    scene.world.work()
    send(scene, "second")
    scene.world.work()
    scene.approve(case)
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.deliveries() == {f"{KEY}/rejection": "applied", f"{KEY}/revision-2": "applied"}


def test_a_revision_recalls_nothing(make_sqlite_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_sqlite_world, office)
    case = scene.worked(text="first")
    mark = len(office.reached)
    scene.submit(text="second")
    scene.world.work()
    assert office.since(mark) == office.reached[:mark]
    assert not any(line.recalled for line in scene.run(case).steps)


def test_a_rerun_of_a_revision_keeps_the_key_of_the_revision(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    case = scene.worked(text="first")
    scene.desk.errors.append(NotDone("closed"))
    send(scene, "second")
    scene.world.work()
    assert scene.run(case).state == "failed"
    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    assert scene.deliveries() == {KEY: "applied", f"{KEY}/revision-2": "applied"}


def test_the_content_of_every_revision_stays_readable(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    case = scene.worked(text="first")
    send(scene, "second")
    scene.world.work()
    assert [run.input["text"] for run in scene.world.case(case).runs] == ["first", "second"]

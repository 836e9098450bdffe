"""Two transactions on PostgreSQL that meet at the worst moment: one is held right before a statement of its own.

On SQLite writers take turns, and there is no such moment.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from contextlib import contextmanager
from threading import Event, current_thread
from typing import Any

import psycopg
import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, DRAFT, Scene, rows, sample
from tests.sample import Triage
from tests.waiting import LONGEST
from workflows import OutcomeUnknown
from workflows.engine.case import intake
from workflows.engine.case.intake import Intake
from workflows.engine.errors import Refused, Stale
from workflows.engine.review import claims, doubts, reviews
from workflows.engine.review.rerun import reruns
from workflows.engine.review.wrong import corrections

pytestmark = pytest.mark.slow

Call = Callable[[], object]

PATIENCE = 0.3
"""Seconds after which the second one is taken to wait for the first, and the first is let go."""


@contextmanager
def _held(thread: str, statement: str, skip: int) -> Iterator[tuple[Event, Event]]:
    """Hold a thread before it runs a statement that begins so; `skip`: not before the first ones."""
    reached, go, left = Event(), Event(), [skip]

    def execute(cursor: psycopg.Cursor[Any], query: Any, *values: Any, **options: Any) -> psycopg.Cursor[Any]:
        # What raises where it changes no row is an update within a query.
        sql = str(query).removeprefix("WITH held AS (")
        if current_thread().name.startswith(thread) and sql.startswith(statement) and not reached.is_set():
            if left[0]:
                left[0] -= 1
            else:
                reached.set()
                go.wait(LONGEST)
        return sent(cursor, query, *values, **options)

    # All that is sent to PostgreSQL goes through the driver's cursor, whichever way it came.
    sent = psycopg.Cursor.execute
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", execute)
        try:
            yield reached, go
        finally:
            go.set()


def meet(scene: Scene, first: Call, second: Call, *, before: str, skip: int = 0) -> tuple[object, object]:
    """Begin `first`, hold it before a statement, make `second` meanwhile, and let `first` go on; what both came to.

    A refusal is an outcome like any other; anything else that is raised fails the test.
    """
    with (
        ThreadPoolExecutor(1, thread_name_prefix="first") as one,
        ThreadPoolExecutor(1, thread_name_prefix="second") as other,
        _held("first", before, skip) as (reached, go),
    ):
        ahead = one.submit(first)
        assert reached.wait(LONGEST), f"the first one never came to {before!r}"
        behind = other.submit(second)
        wait_for([behind], timeout=PATIENCE)
        go.set()
        return _outcome(ahead), _outcome(behind)


def _outcome(future: "Future[object]") -> object:
    try:
        return future.result(timeout=LONGEST)
    except Refused as refused:
        return refused


def consistent(scene: Scene, case: int) -> None:
    """At most one open review of a case, which is its newest run's; a run that waits has an open review."""
    opened = [review for review in rows(scene.world, schema.Review) if review.state == "open"]
    assert len(opened) <= 1
    view = scene.world.case(case)
    for run in view.runs:
        if run.state == "waiting":
            assert run.review is not None
            assert run.review.state == "open"
            assert run.id == view.newest.id


def test_a_revision_meets_a_worker_that_asks_a_person(make_postgres_world: MakeWorld) -> None:
    """The run is being worked on when the revision looks, and waits for a person when it writes."""
    scene = sample(make_postgres_world, autonomy=DRAFT, review=CARDS)
    case = scene.submit(text="first")
    (claimed,) = scene.world.claim()

    meet(
        scene,
        lambda: scene.submit(text="second"),
        lambda: scene.world.runner.advance(claimed),
        before="UPDATE runs",
    )
    scene.world.work()

    consistent(scene, case)
    assert [run.state for run in scene.world.case(case).runs] == ["superseded", "waiting"]
    assert scene.review(case).has_proposal


def test_a_revision_meets_a_worker_that_takes_the_run(make_postgres_world: MakeWorld) -> None:
    """The run stands ready when the revision looks, and is being worked on when it writes."""
    scene = sample(make_postgres_world, autonomy=DRAFT, review=CARDS)
    case = scene.submit(text="first")
    claimed: list[Any] = []

    meet(scene, lambda: scene.submit(text="second"), lambda: claimed.extend(scene.world.claim()), before="UPDATE runs")
    for run in claimed:
        scene.world.runner.advance(run)
    scene.world.work()

    consistent(scene, case)
    assert scene.run(case).state == "waiting"
    assert scene.run(case).revision == 2


def test_a_worker_meets_a_revision(make_postgres_world: MakeWorld) -> None:
    """The worker is about to ask a person when the revision comes."""
    scene = sample(make_postgres_world, autonomy=DRAFT, review=CARDS)
    case = scene.submit(text="first")
    (claimed,) = scene.world.claim()

    meet(
        scene,
        lambda: scene.world.runner.advance(claimed),
        lambda: scene.submit(text="second"),
        before="INSERT INTO reviews",
    )
    scene.world.work()

    consistent(scene, case)
    assert [run.state for run in scene.world.case(case).runs] == ["superseded", "waiting"]


def test_an_approval_meets_a_revision(make_postgres_world: MakeWorld) -> None:
    """One has the review's row and wants the run's, the other has the run's and wants the review's: nobody is left with
    a database's error in his hands, and a decision that was taken is carried out."""
    scene = sample(make_postgres_world, autonomy=DRAFT, review=CARDS)
    case = scene.worked(text="first")
    review = scene.review(case)

    approved, revised = meet(
        scene,
        lambda: reviews.approve(scene.world.context, review.id, review.version, by="U0EVE"),
        lambda: scene.submit(text="second"),
        before="UPDATE runs",
    )
    scene.world.work()

    assert approved is None or isinstance(approved, Stale)
    assert revised == case
    consistent(scene, case)
    assert len(rows(scene.world, schema.Decision)) == (1 if approved is None else 0)
    assert (scene.deliveries() == {"sample/ticket-1": "applied"}) == (approved is None)
    assert scene.run(case).state == "waiting"
    assert scene.run(case).revision == 2


def test_an_approval_meets_a_rerun(make_postgres_world: MakeWorld) -> None:
    scene = sample(make_postgres_world, autonomy=DRAFT, review=CARDS)
    case = scene.worked()
    review = scene.review(case)

    approved, rerun = meet(
        scene,
        lambda: reviews.approve(scene.world.context, review.id, review.version, by="U0EVE"),
        lambda: reruns.rerun(scene.world.context, case, by="U0DEV"),
        before="UPDATE runs",
    )
    scene.world.work()

    assert isinstance(approved, Stale) != isinstance(rerun, Refused)
    consistent(scene, case)
    assert scene.run(case).state == ("delivered" if approved is None else "waiting")


def test_two_approvals_meet(make_postgres_world: MakeWorld) -> None:
    scene = sample(make_postgres_world, autonomy=DRAFT)
    case = scene.worked()
    review = scene.review(case)

    late, early = meet(
        scene,
        lambda: reviews.approve(scene.world.context, review.id, review.version, by="U0ADAM"),
        lambda: reviews.approve(scene.world.context, review.id, review.version, by="U0EVE"),
        before="UPDATE reviews",
    )

    said = sorted(str(outcome) for outcome in (late, early) if outcome is not None)
    (decision,) = rows(scene.world, schema.Decision)
    assert said == [f"{decision.by} approved it at 2026-11-20 09:00 UTC"]


def test_an_approval_that_comes_after_a_revision_is_told_so(make_postgres_world: MakeWorld) -> None:
    scene = sample(make_postgres_world, autonomy=DRAFT)
    case = scene.worked(text="first")
    review = scene.review(case)

    approved, _ = meet(
        scene,
        lambda: reviews.approve(scene.world.context, review.id, review.version, by="U0ADAM"),
        lambda: scene.submit(text="second"),
        before="UPDATE reviews",
    )

    if approved is not None:
        assert str(approved) == "this review is superseded: a rerun or a newer revision of the case took its place"


def test_two_claims_meet(make_postgres_world: MakeWorld) -> None:
    scene = sample(make_postgres_world, autonomy=DRAFT)
    case = scene.worked()
    review = scene.review(case)

    outcomes = meet(
        scene,
        lambda: claims.claim(scene.world.context, review.id, by="U0ADAM"),
        lambda: claims.claim(scene.world.context, review.id, by="U0EVE"),
        before="UPDATE reviews",
    )

    said = [str(outcome) for outcome in outcomes if outcome is not None]
    assert said == [f"{scene.review(case).claimed_by} has claimed it"]


def test_a_claim_meets_a_decision(make_postgres_world: MakeWorld) -> None:
    scene = sample(make_postgres_world, autonomy=DRAFT)
    case = scene.worked()
    review = scene.review(case)

    claimed, _ = meet(
        scene,
        lambda: claims.claim(scene.world.context, review.id, by="U0ADAM"),
        lambda: reviews.approve(scene.world.context, review.id, review.version, by="U0EVE"),
        before="UPDATE reviews",
    )

    if claimed is not None:
        assert str(claimed) == "U0EVE approved it at 2026-11-20 09:00 UTC"


def test_two_corrections_meet(make_postgres_world: MakeWorld) -> None:
    scene = sample(make_postgres_world)
    case = scene.worked()

    outcomes = meet(
        scene,
        lambda: corrections.correct(scene.world.context, case, Triage(queue="delivery"), by="U0ADAM"),
        lambda: corrections.correct(scene.world.context, case, Triage(queue="safety"), by="U0EVE"),
        before="INSERT INTO runs",
    )

    consistent(scene, case)
    assert len([outcome for outcome in outcomes if isinstance(outcome, Refused)]) == 1
    assert [run.correction for run in scene.world.case(case).runs] == [0, 1]


def test_a_correction_meets_a_revision(make_postgres_world: MakeWorld) -> None:
    scene = sample(make_postgres_world)
    case = scene.worked(text="first")
    scene.workflow.autonomy = DRAFT

    meet(
        scene,
        lambda: corrections.correct(scene.world.context, case, Triage(queue="delivery"), by="U0ADAM"),
        lambda: scene.submit(text="second"),
        before="INSERT INTO runs",
    )
    scene.world.work()

    consistent(scene, case)


def test_two_equal_revisions_meet(make_postgres_world: MakeWorld) -> None:
    scene = sample(make_postgres_world)
    case = scene.worked(text="first")

    def send() -> object:
        return scene.world.submit(scene.workflow, id=1, text="second").intake

    outcomes = meet(scene, send, send, before="UPDATE cases")

    assert sorted(map(str, outcomes)) == [Intake.DUPLICATE, Intake.REVISED]
    assert scene.world.case(case).revision == 2


def test_two_batches_with_the_same_keys_in_another_order_meet(make_postgres_world: MakeWorld) -> None:
    """Each has a key that the other one wants."""
    scene = sample(make_postgres_world)
    scene.submit(id=0)
    one, other = (intake.accept(scene.workflow, {"id": number, "text": "x"}) for number in (1, 2))

    def send(*batch: intake.Accepted) -> list[str]:
        receipts = intake.take_in(scene.world.context, scene.workflow, batch, source="test", actor="tester")
        return [receipt.intake for receipt in receipts]

    outcomes = meet(scene, lambda: send(one, other), lambda: send(other, one), before="INSERT INTO cases")

    assert sorted(map(str, outcomes)) == sorted(
        map(str, [[Intake.TAKEN_IN, Intake.TAKEN_IN], [Intake.DUPLICATE, Intake.DUPLICATE]])
    )


@pytest.mark.parametrize("happened", [True, False])
def test_two_who_settle_a_doubt_meet(make_postgres_world: MakeWorld, happened: bool) -> None:
    scene = sample(make_postgres_world, idempotent=False)
    scene.desk.errors.append(OutcomeUnknown("lost"))
    case = scene.worked()

    outcomes = meet(
        scene,
        lambda: doubts.settle(scene.world.context, case, happened=happened, by="U0ADAM"),
        lambda: doubts.settle(scene.world.context, case, happened=not happened, by="U0EVE"),
        before="UPDATE runs",
    )

    assert len([outcome for outcome in outcomes if isinstance(outcome, Refused)]) == 1
    state = scene.run(case).state
    assert state in outcomes
    assert scene.deliveries() == {"sample/ticket-1": "applied" if state == "delivered" else "failed"}

"""A case is run again: earlier steps are recalled, later ones made anew, and nothing is delivered twice."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import (
    ALL_STEPS,
    CARDS,
    DRAFT,
    Office,
    office_scene,
    rows,
    sample,
)
from tests.sample import Ticket, Triage
from tests.world import sure
from workflows import Ask, NotDone, Proposal, step
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.reviews import approve
from workflows.engine.review.views import Rerun


def test_by_default_it_begins_where_it_failed(make_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_world, office)
    office.will("last_orders", ValueError("closed"))
    case = scene.worked()
    parent = scene.run(case)
    mark = len(office.reached)

    rerun = reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()

    run = scene.run(case)
    assert rerun == Rerun(run=run.id, from_step="last_orders", recalled=1, delivers_only=False, withdraws=False)
    assert (run.parent, run.from_step, run.state) == (parent.id, "last_orders", "delivered")
    assert office.since(mark)[0] == "last_orders"
    assert "find_customer" not in office.since(mark)
    assert scene.steps(case) == ALL_STEPS
    assert [state.state for state in scene.world.case(case).runs] == ["superseded", "delivered"]


def test_recalled_steps_cost_nothing_and_are_marked(make_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_world, office)
    office.will("book", NotDone("closed"))
    case = scene.worked()

    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()

    run = scene.run(case)
    assert [line.recalled for line in run.steps] == [True] * 5 + [False] * 2
    assert all(line.cost == 0 and line.milliseconds == 0 for line in run.steps[:5])
    assert run.steps[0].output == {"name": "customer of 1", "since": "2020-02-29", "balance": "-12.50"}
    total = sum((line.cost for run in scene.world.case(case).runs for line in run.steps), Decimal(0))
    assert total == Decimal("0.01")
    assert office.reached.count("model") == 1


@pytest.mark.parametrize(
    ("from_step", "again"),
    [
        ("start", ["find_customer", "last_orders", "read_note", "read_note", "model"]),
        ("last_orders", ["last_orders", "read_note", "read_note", "model"]),
        ("read_note", ["read_note", "read_note", "model"]),
        ("ask", ["model"]),
        ("deliver", []),
        ("deliver/reserve", []),
    ],
)
def test_it_begins_at_the_step_that_is_named(make_sqlite_world: MakeWorld, from_step: str, again: list[str]) -> None:
    office = Office()
    scene = office_scene(make_sqlite_world, office)
    office.will("notify", NotDone("closed"))
    case = scene.worked()
    mark = len(office.reached)

    reruns.rerun(scene.world.context, case, by="U0DEV", from_step=from_step)
    scene.world.work()

    assert scene.run(case).state == "delivered"
    assert office.since(mark) == [*again, "reserve", "book", "booked", "notify"]
    assert list(office.applied) == ["office/ticket-1"]


def test_a_finished_step_of_the_delivery_is_recalled_where_a_later_one_failed(make_sqlite_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_sqlite_world, office)
    office.will("notify", NotDone("closed"))
    case = scene.worked()
    mark = len(office.reached)

    assert reruns.rerun(scene.world.context, case, by="U0DEV").from_step == "deliver/notify"
    scene.world.work()

    assert scene.run(case).state == "delivered"
    assert office.since(mark) == ["book", "booked", "notify"]


def test_from_the_call_that_failed_the_calls_before_it_are_recalled(make_sqlite_world: MakeWorld) -> None:
    """Also where they are calls of the same step."""
    office = Office()
    scene = office_scene(make_sqlite_world, office)
    office.will("read_note", None, ValueError("torn"))
    case = scene.worked()
    mark = len(office.reached)

    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()

    assert scene.run(case).state == "delivered"
    assert office.since(mark) == ["read_note", "model", "reserve", "book", "booked", "notify"]


def test_a_step_that_is_not_there_is_refused_with_those_that_are(make_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_world, office)
    office.will("book", NotDone("closed"))
    case = scene.worked()
    before = scene.world.case(case)

    with pytest.raises(Refused, match="there is no step 'nowhere'; there are: ") as refused:
        reruns.rerun(scene.world.context, case, by="U0DEV", from_step="nowhere")

    names = str(refused.value).split("there are: ")[1]
    assert names == "start, find_customer, last_orders, read_note, read_note#2, ask, deliver/reserve, deliver"
    with pytest.raises(Refused, match="there is no step 'deliver/nowhere'"):
        reruns.rerun(scene.world.context, case, by="U0DEV", from_step="deliver/nowhere")
    assert scene.world.case(case) == before


def test_asked_twice_it_is_done_once(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.desk.look_up_errors.append(ValueError("closed"))
    case = scene.worked()
    reruns.rerun(scene.world.context, case, by="U0DEV")
    with pytest.raises(Refused, match="it already waits for a worker"):
        reruns.rerun(scene.world.context, case, by="U0OPS")
    assert len(scene.world.case(case).runs) == 2


def test_twenty_ask_at_once_and_it_is_done_once(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.desk.look_up_errors.append(ValueError("closed"))
    case = scene.worked()
    start = Barrier(20)

    def ask(number: int) -> str:
        start.wait()
        try:
            reruns.rerun(scene.world.context, case, by=f"U{number}")
        except Refused as refused:
            return str(refused)
        return "done"

    with ThreadPoolExecutor(20) as pool:
        said = list(pool.map(ask, range(20)))

    assert said.count("done") == 1
    assert set(said) <= {"done", "it already waits for a worker", "somebody else has just run it again"}
    assert len(scene.world.case(case).runs) == 2


def test_a_delivered_case_is_not_run_again(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    case = scene.worked()
    for from_step in (None, "start", "ask", "deliver"):
        with pytest.raises(Refused, match="it was delivered; a delivered case is corrected, not run again"):
            reruns.rerun(scene.world.context, case, by="U0DEV", from_step=from_step)
    assert scene.run(case).state == "delivered"


def test_a_case_that_is_being_worked_on_is_not_run_again(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    case = scene.submit()
    with pytest.raises(Refused, match="it already waits for a worker"):
        reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.claim()
    with pytest.raises(Refused, match="it is being worked on"):
        reruns.rerun(scene.world.context, case, by="U0DEV")


def test_a_case_that_is_not_there_is_unknown(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    with pytest.raises(Unknown, match="there is no case 99"):
        reruns.rerun(scene.world.context, 99, by="U0DEV")


def test_a_waiting_case_that_is_run_again_has_a_new_review(make_world: MakeWorld) -> None:
    """The old one is superseded, and who still has it before him is told so."""
    scene = sample(make_world, sure(0.1, queue="billing", reply="Hello"), review=CARDS)
    case = scene.worked()
    old = scene.review(case)
    shown = scene.wanted(old.id)

    assert reruns.rerun(scene.world.context, case, by="U0DEV").from_step == "start"
    assert scene.wanted(old.id) > shown
    with pytest.raises(Stale, match="this review is superseded: a rerun or a newer revision"):
        approve(scene.world.context, old.id, old.version, by="U1")
    scene.world.work()

    new = scene.review(case)
    assert new.id != old.id
    states = {review.id: review.state for review in rows(scene.world, schema.Review)}
    assert states == {old.id: "superseded", new.id: "open"}
    approve(scene.world.context, new.id, new.version, by="U1")
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.desk.attempts == ["sample/ticket-1"]


def test_nothing_is_delivered_again_before_it_is_decided(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, autonomy=DRAFT)
    case = scene.worked()
    with pytest.raises(Refused, match="there is nothing to deliver yet; nobody has decided"):
        reruns.rerun(scene.world.context, case, by="U0DEV", from_step="deliver")


def test_what_was_approved_is_not_asked_again_where_only_its_delivery_failed(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    case = scene.worked()
    scene.edit(case, queue="delivery", reply="Mine", by="U0EVE")
    scene.desk.errors.append(NotDone("closed"))
    scene.world.work()
    assert scene.run(case).state == "failed"

    assert reruns.rerun(scene.world.context, case, by="U0DEV").from_step == "deliver"
    scene.world.work()

    assert scene.run(case).state == "delivered"
    assert scene.run(case).resolution == "by_person"
    assert scene.desk.applied["sample/ticket-1"].reply == "Mine"
    assert scene.desk.attempts == ["sample/ticket-1"] * 2
    assert len(rows(scene.world, schema.Review)) == len(rows(scene.world, schema.Decision)) == 1
    assert len(scene.world.model.questions) == 1


def test_the_card_of_the_decision_says_so_when_a_rerun_has_delivered_it(make_world: MakeWorld) -> None:
    """Recorded, applied, apply failed: else the card would say for ever that it failed."""
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    case = scene.worked()
    review = scene.review(case).id
    scene.desk.errors.append(NotDone("closed"))
    scene.approve(case)
    scene.world.work()
    failed = scene.wanted(review)

    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()

    assert scene.run(case).state == "delivered"
    assert scene.wanted(review) > failed


def test_from_an_earlier_step_a_decided_case_is_asked_again(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()
    scene.approve(case)
    scene.desk.errors.append(NotDone("closed"))
    scene.world.work()

    reruns.rerun(scene.world.context, case, by="U0DEV", from_step="ask")
    scene.world.work()
    assert scene.run(case).state == "waiting"
    scene.edit(case, queue="delivery", reply="Second")
    scene.world.work()

    assert scene.run(case).state == "delivered"
    assert scene.deliveries() == {"sample/ticket-1": "applied"}
    assert scene.desk.applied["sample/ticket-1"].reply == "Second"
    assert len(scene.world.model.questions) == 2


def test_a_closed_case_can_be_run_again(make_world: MakeWorld) -> None:
    """And closed again: the system of record learns of the rejection once."""
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()
    scene.reject(case, Follows.CLOSE, reason="spam")
    scene.world.work()

    assert reruns.rerun(scene.world.context, case, by="U0DEV").from_step == "start"
    scene.world.work()
    scene.reject(case, Follows.CLOSE, reason="still spam")
    scene.world.work()

    assert scene.run(case).state == "closed"
    assert scene.desk.told == {"sample/ticket-1/rejection": "spam"}
    assert scene.deliveries() == {"sample/ticket-1/rejection": "applied"}


def test_a_closed_case_that_is_run_again_can_be_delivered(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()
    scene.reject(case, Follows.CLOSE)
    scene.world.work()
    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()
    scene.approve(case)
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.deliveries() == {"sample/ticket-1/rejection": "applied", "sample/ticket-1": "applied"}


def test_a_rerun_of_a_rerun_recalls_what_that_recalled(make_sqlite_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_sqlite_world, office)
    office.will("model", *[ValueError("broken")] * 3)
    case = scene.worked()
    for _ in range(3):
        assert reruns.rerun(scene.world.context, case, by="U0DEV").from_step == "ask"
        scene.world.work()
    assert scene.run(case).state == "delivered"
    assert office.reached.count("find_customer") == 1
    assert scene.steps(case) == ALL_STEPS


def test_a_rerun_of_code_that_changed_before_its_step_is_parked(make_sqlite_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_sqlite_world, office)
    office.will("model", ValueError("broken"))
    case = scene.worked()

    @step
    def another(number: int) -> str:
        return ""

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        return ask(text=another(1))

    reruns.rerun(scene.world.context, case, by="U0DEV")
    scene.world.work()

    assert scene.run(case).state == "parked"
    assert scene.problem(case) == "the journal has the step find_customer (call 1) where the code calls another (1)"
    reruns.rerun(scene.world.context, case, by="U0DEV", from_step="start")
    scene.world.work()
    assert scene.run(case).state == "delivered"


def test_the_person_who_ran_it_again_and_the_step_are_in_the_audit(make_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_world, office)
    office.will("last_orders", ValueError("closed"))
    case = scene.worked()
    parent = scene.run(case).id
    rerun = reruns.rerun(scene.world.context, case, by="U0DEV")
    (begun,) = [row for row in rows(scene.world, schema.AuditRow) if row.action == "run.begun_again"]
    assert (begun.actor, str(begun.subject), begun.case_id) == ("U0DEV", f"run:{rerun.run}", case)
    assert begun.details == {"parent": parent, "from": "last_orders", "recalled": 1}

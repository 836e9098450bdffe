"""One effect under one key: stable over retries and reruns, in doubt where nobody can know, and never twice."""

from contextlib import suppress

import pytest

from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Crash, Office, Scene, office_scene, sample
from tests.sample import Ticket, Triage
from tests.world import sure
from workflows import NotDone, OutcomeUnknown, Run
from workflows.engine.errors import Refused
from workflows.engine.review import doubts
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.model.scripted import says

KEY = "sample/ticket-1"


def test_an_unknown_outcome_at_a_target_that_knows_the_key_is_tried_again_under_it(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.desk.errors += [OutcomeUnknown("connection lost"), OutcomeUnknown("connection lost")]

    case = scene.worked()

    assert scene.run(case).state == "delivered"
    assert scene.desk.attempts == [KEY] * 3
    assert scene.deliveries() == {KEY: "applied"}
    assert len(scene.world.waits) == 2


def test_it_is_tried_three_times_in_one_go_and_counted_so(make_world: MakeWorld) -> None:
    """F82: nobody says that it failed, and each attempt stands in the row and in the audit."""
    scene = sample(make_world)
    scene.desk.errors += [OutcomeUnknown("connection lost")] * 9

    case = scene.worked()

    assert scene.desk.attempts == [KEY] * 3
    assert scene.run(case).state == "holding"
    assert scene.problem(case) == "connection lost"
    assert scene.outbox() == []
    delivery = scene.delivery(case)
    assert (delivery.state, delivery.attempts, delivery.maybe_applied) == ("waiting", 3, True)
    assert [row.action for row in scene.world.case(case).audit].count("delivery.attempting") == 3


def test_after_that_a_rerun_makes_the_same_effect_under_the_same_key(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    scene.desk.errors += [OutcomeUnknown("connection lost")] * 3
    case = scene.worked()
    if scene.run(case).state == "doubtful":
        doubts.settle(scene.world.context, case, happened=False, by="U1")
    reruns.rerun(scene.world.context, case, by="U0DEV", from_step="deliver")
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.desk.attempts == [KEY] * 4
    assert scene.deliveries() == {KEY: "applied"}


def test_an_unknown_outcome_at_a_target_without_keys_is_in_doubt(make_world: MakeWorld) -> None:
    """It is not tried again by itself; a person looks."""
    scene = sample(make_world, idempotent=False)
    scene.desk.errors.append(OutcomeUnknown("connection lost"))

    case = scene.worked()

    run = scene.run(case)
    assert run.state == "doubtful"
    assert scene.deliveries() == {KEY: "doubtful"}
    assert scene.problem(case) == "connection lost"
    assert scene.desk.attempts == [KEY]
    assert scene.outbox() == [
        ("doubt", "delivery:1", "failures", "due"),
        ("cause", "cause:1", "failures", "due"),
    ]
    assert scene.world.work() == 0


@pytest.mark.parametrize("error", [ValueError("500"), ConnectionError("reset"), TimeoutError("slow"), KeyError("id")])
def test_any_error_but_a_plain_no_is_in_doubt_there(make_sqlite_world: MakeWorld, error: Exception) -> None:
    scene = sample(make_sqlite_world, idempotent=False)
    scene.desk.errors.append(error)
    case = scene.worked()
    assert scene.run(case).state == "doubtful"


@pytest.mark.parametrize("idempotent", [True, False])
def test_what_certainly_did_not_happen_failed(make_sqlite_world: MakeWorld, idempotent: bool) -> None:
    error = NotDone("the ticket is closed")
    scene = sample(make_sqlite_world, idempotent=idempotent)
    scene.desk.errors.append(error)

    case = scene.worked()

    assert scene.run(case).state == "failed"
    assert scene.deliveries() == {KEY: "failed"}
    assert scene.problem(case) == str(error)
    assert scene.desk.attempts == [KEY]


@pytest.mark.parametrize("place", ["reserve", "book", "booked", "notify"])
def test_a_crash_in_a_delivery_whose_target_knows_the_key_has_its_effect_once(
    make_sqlite_world: MakeWorld, place: str
) -> None:
    office = Office()
    scene = office_scene(make_sqlite_world, office)
    office.will(place, Crash())
    case = scene.submit()
    scene.crash()
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.deliveries() == {"office/ticket-1": "applied"}
    assert list(office.applied) == ["office/ticket-1"]


@pytest.mark.parametrize("place", ["reserve", "book", "booked", "notify"])
def test_a_crash_in_a_delivery_whose_target_does_not_is_in_doubt(make_sqlite_world: MakeWorld, place: str) -> None:
    office = Office()
    scene = office_scene(make_sqlite_world, office, idempotent=False)
    office.will(place, Crash())
    case = scene.submit()

    scene.crash()
    mark = len(office.reached)
    scene.world.work()

    run = scene.run(case)
    assert run.state == "doubtful"
    assert scene.deliveries() == {"office/ticket-1": "doubtful"}
    assert office.since(mark) == []
    assert scene.outbox() == [
        ("doubt", "delivery:1", "failures", "due"),
        ("cause", "cause:1", "failures", "due"),
    ]


def test_a_crash_before_a_delivery_is_no_doubt(make_world: MakeWorld) -> None:
    """It was decided but not begun: it is simply made."""
    scene = sample(make_world, autonomy=DRAFT, idempotent=False)
    case = scene.worked()
    scene.approve(case)
    scene.world.claim()
    scene.world.restart()
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.desk.attempts == [KEY]


def test_several_crashes_in_a_row_have_the_effect_once(make_sqlite_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_sqlite_world, office)
    office.will("booked", *[Crash() for _ in range(3)])
    case = scene.submit()
    for _ in range(3):
        scene.crash()
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert {key for key, _ in office.delivered_by} == {"office/ticket-1"}
    assert len(office.applied) == 1


def test_the_news_of_a_rejection_has_a_key_of_its_own(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()

    scene.reject(case, Follows.CLOSE, reason="spam")
    scene.world.work()

    assert scene.run(case).state == "closed"
    assert scene.run(case).resolution == "rejected"
    assert scene.desk.told == {f"{KEY}/rejection": "spam"}
    assert scene.deliveries() == {f"{KEY}/rejection": "applied"}
    assert scene.desk.applied == {}


@pytest.mark.parametrize("idempotent", [True, False])
def test_a_crash_while_a_rejection_is_told(make_sqlite_world: MakeWorld, idempotent: bool) -> None:
    office = Office()
    scene = office_scene(make_sqlite_world, office, autonomy=DRAFT, idempotent=idempotent)
    case = scene.worked()
    office.will("reject", Crash())
    scene.reject(case, Follows.CLOSE)
    scene.crash()
    scene.world.work()
    assert scene.run(case).state == ("closed" if idempotent else "doubtful")


def test_a_rejection_that_could_not_be_told_is_told_on_a_rerun(make_sqlite_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_sqlite_world, office, autonomy=DRAFT)
    case = scene.worked()
    office.will("reject", NotDone("closed"))
    scene.reject(case, Follows.CLOSE, reason="spam")
    scene.world.work()
    assert scene.run(case).state == "failed"
    assert scene.deliveries() == {"office/ticket-1/rejection": "failed"}

    assert reruns.rerun(scene.world.context, case, by="U0DEV").from_step == "deliver"
    scene.world.work()
    assert scene.run(case).state == "closed"
    assert office.told == {"office/ticket-1/rejection": "spam"}


def test_without_a_way_to_tell_of_it_a_rejected_case_is_just_closed(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    scene.workflow.rejection_effect = None
    case = scene.worked()
    scene.reject(case, Follows.CLOSE)
    scene.world.work()
    assert scene.run(case).state == "closed"
    assert scene.deliveries() == {}


def applying_then_lost(scene: Scene, times: int) -> None:
    """The desk applies what it is sent, and its answer is lost so many times."""
    lost = [OutcomeUnknown("the answer was lost")] * times

    @scene.workflow.deliver(idempotent=True)
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        scene.desk.attempts.append(run.key)
        scene.desk.applied.setdefault(run.key, triage)
        if lost:
            raise lost.pop()
        return "done"


@pytest.mark.parametrize("changed", ["by the model", "by a person"])
def test_what_is_recorded_as_delivered_is_what_the_system_of_record_has(
    make_sqlite_world: MakeWorld, changed: str
) -> None:
    """The desk has the first values under the key and knows it again; other values under it would never arrive.

    So a rerun may not send other values under the key of an effect that may have been had.
    """
    scene = sample(make_sqlite_world, sure(0.95 if changed == "by the model" else 0.1, queue="billing", reply="First"))
    applying_then_lost(scene, 3)
    case = scene.worked()
    if changed == "by a person":
        scene.approve(case)
        scene.world.work()
    assert scene.run(case).state == "holding"

    try:
        reruns.rerun(scene.world.context, case, by="U0DEV", from_step="start")
    except Refused:
        pass  # one way to keep the promise
    else:
        scene.world.model.enqueue(says({"queue": "delivery", "reply": "Second"}, confidence=0.95))
        scene.world.work()
        if scene.run(case).state == "waiting":
            scene.edit(case, queue="delivery", reply="Third")
            scene.world.work()

    for run in scene.world.case(case).runs:
        if run.delivery is not None and run.delivery.state == "applied":
            assert scene.desk.applied[run.delivery.key].model_dump() == run.output


@pytest.mark.parametrize("first", ["answer lost", "crash"])
def test_a_plain_no_to_the_second_attempt_says_nothing_of_the_first(make_sqlite_world: MakeWorld, first: str) -> None:
    """The first had its effect, and then the target closed: it is not certain that nothing happened."""
    office = Office()
    scene = office_scene(make_sqlite_world, office, autonomy=DRAFT)
    case = scene.worked()
    scene.approve(case)
    office.will("book", None, NotDone("closed"))
    office.will("booked", Crash() if first == "crash" else OutcomeUnknown("the answer was lost"))
    if first == "crash":
        scene.crash()
    scene.world.work()
    assert scene.run(case).state == "failed"
    assert office.applied == {"office/ticket-1": Triage(queue="billing", reply="Hello")}

    with suppress(Refused):
        reruns.rerun(scene.world.context, case, by="U0DEV", from_step="start")
        scene.world.work()
        scene.edit(case, queue="delivery", reply="Other")
        scene.world.work()

    for run in scene.world.case(case).runs:
        if run.delivery is not None and run.delivery.state == "applied":
            assert office.applied[run.delivery.key].model_dump() == run.output


def test_a_redelivery_after_a_crash_names_who_resolved_it(make_world: MakeWorld) -> None:
    """Rejected by one person with `propose again`, then approved by another: who approved it resolved it."""
    office = Office()
    scene = office_scene(make_world, office, autonomy=DRAFT)
    case = scene.worked()
    scene.reject(case, Follows.PROPOSE_AGAIN, by="U0EVE")
    scene.world.work()
    scene.approve(case, by="U0BEN")
    office.will("booked", Crash())

    scene.crash()
    scene.world.work()

    assert scene.run(case).state == "delivered"
    assert scene.run(case).resolution == "by_person"
    assert [by for _, by in office.delivered_by] == ["U0BEN", "U0BEN"]


def test_a_redelivery_on_a_rerun_names_who_resolved_it(make_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_world, office, autonomy=DRAFT)
    case = scene.worked()
    office.will("book", NotDone("closed"), NotDone("closed"))
    scene.approve(case, by="U0EVE")
    scene.world.work()
    for _ in range(2):
        reruns.rerun(scene.world.context, case, by="U0DEV")
        scene.world.work()
    assert scene.run(case).state == "delivered"
    assert [by for _, by in office.delivered_by] == ["U0EVE"] * 3


@pytest.mark.parametrize("idempotent", [True, False])
def test_values_that_no_longer_fit_the_code_are_not_attempted(make_sqlite_world: MakeWorld, idempotent: bool) -> None:
    """The code was redeployed with another output between the decision and the delivery: nothing can have happened."""
    scene = sample(make_sqlite_world, autonomy=DRAFT, idempotent=idempotent)
    case = scene.worked()
    scene.approve(case)

    class Stricter(Triage):
        priority: int

    scene.workflow.output = Stricter
    scene.world.work()

    assert scene.run(case).state == "waiting"
    assert scene.desk.attempts == []
    assert scene.deliveries()[KEY] != "doubtful"

    scene.workflow.output = Triage
    scene.approve(case)
    scene.world.work()
    assert scene.run(case).state == "delivered"


def test_a_long_key_and_the_hash_of_it_are_two_cases(make_world: MakeWorld) -> None:
    """Somebody sends, as his own case's key, what the long key of another case stands as."""
    scene = sample(make_world)
    scene.workflow.key = lambda ticket: ticket.text
    victim = scene.worked(id=1, text="x" * 250)
    (key,) = scene.deliveries()

    attacker = scene.worked(id=2, text=key.split("/")[1])

    assert scene.run(victim).state == scene.run(attacker).state == "delivered"
    assert len(scene.deliveries()) == len(scene.desk.applied) == 2


def test_a_receipt_can_be_anything_that_has_a_text(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    receipts: list[object] = [{"id": 7}, None, "a\0b \ud800 😀"]

    @scene.workflow.deliver(idempotent=True)
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        return receipts.pop(0)  # type: ignore[return-value]  # as authors do

    cases = [scene.worked(id=number) for number in range(3)]

    assert [scene.run(case).state for case in cases] == ["delivered"] * 3
    assert [scene.delivery(case).receipt for case in cases] == ["{'id': 7}", "None", "a\0b \ud800 😀"]

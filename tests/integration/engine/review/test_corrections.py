"""A delivered case is corrected: proposed by anyone, decided by a person, delivered under a key of its own."""

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, Scene, rows, sample
from tests.sample import Ticket, Triage
from tests.world import sure, why
from workflows import NotDone
from workflows.engine.errors import CorrectionWaits, InvalidOutput, NeverBroken, Refused, Unknown
from workflows.engine.review import reviews
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.wrong import corrections

KEY = "sample/ticket-1"


def delivered(make_world: MakeWorld) -> tuple[Scene, int]:
    scene = sample(make_world, review=CARDS)
    return scene, scene.worked()


def correct(scene: Scene, case: int, *, by: str = "U0EVE", **values: str) -> int:
    output = Triage.model_validate({"queue": "delivery", "reply": "Sorry", **values})
    return corrections.correct(scene.world.context, case, output, by=by, reasons=["the customer complained"])


def test_a_correction_waits_for_a_person(make_world: MakeWorld) -> None:
    scene, case = delivered(make_world)

    review = correct(scene, case)

    run = scene.run(case)
    assert (run.state, run.correction, run.revision) == ("waiting", 1, 1)
    assert scene.review(case).id == review
    assert why(scene.review(case)) == ["it corrects what was delivered"]
    assert run.proposal is not None
    assert run.proposal.output == {"queue": "delivery", "reply": "Sorry"}
    assert run.proposal.model == "U0EVE"
    assert run.proposal.reasons == ["the customer complained"]
    assert ("card", f"review:{review}", "C0SUPPORT", "due") in scene.outbox()
    assert scene.deliveries() == {KEY: "applied"}
    assert scene.desk.attempts == [KEY]


def test_an_approved_correction_is_a_delivery_of_its_own(make_world: MakeWorld) -> None:
    scene, case = delivered(make_world)
    correct(scene, case)

    scene.approve(case)
    scene.world.work()

    assert scene.run(case).state == "delivered"
    assert scene.deliveries() == {KEY: "applied", f"{KEY}/correction-1": "applied"}
    assert scene.desk.applied[KEY] == Triage(queue="billing", reply="Hello")
    assert scene.desk.applied[f"{KEY}/correction-1"] == Triage(queue="delivery", reply="Sorry")
    assert len(scene.world.model.questions) == 1


def test_a_second_correction_has_the_next_number(make_world: MakeWorld) -> None:
    scene, case = delivered(make_world)
    for reply in ("Sorry", "So sorry", "So very sorry"):
        correct(scene, case, reply=reply)
        scene.approve(case)
        scene.world.work()
    assert scene.deliveries() == {
        KEY: "applied",
        f"{KEY}/correction-1": "applied",
        f"{KEY}/correction-2": "applied",
        f"{KEY}/correction-3": "applied",
    }
    assert scene.desk.applied[f"{KEY}/correction-3"].reply == "So very sorry"


def test_a_correction_can_be_edited(make_sqlite_world: MakeWorld) -> None:
    scene, case = delivered(make_sqlite_world)
    correct(scene, case)
    scene.edit(case, queue="safety", confirmed=True)
    scene.world.work()
    assert scene.desk.applied[f"{KEY}/correction-1"].queue == "safety"


def test_a_rejected_correction_leaves_the_delivery_as_it_is(make_world: MakeWorld) -> None:
    """The system of record has nothing to learn."""
    scene, case = delivered(make_world)
    correct(scene, case)

    scene.reject(case, Follows.CLOSE, reason="it was right")
    scene.world.work()

    assert scene.run(case).state == "closed"
    assert scene.deliveries() == {KEY: "applied"}
    assert scene.desk.told == {}
    assert scene.desk.attempts == [KEY]
    correct(scene, case, reply="Really")
    assert scene.run(case).correction == 2


def test_a_correction_that_is_rejected_by_hand_is_filled_in(make_sqlite_world: MakeWorld) -> None:
    scene, case = delivered(make_sqlite_world)
    correct(scene, case)
    scene.reject(case, Follows.BY_HAND)
    scene.edit(case, queue="billing", reply="Mine")
    scene.world.work()
    assert scene.desk.applied[f"{KEY}/correction-1"].reply == "Mine"


def test_no_model_can_propose_a_correction_again(make_sqlite_world: MakeWorld) -> None:
    scene, case = delivered(make_sqlite_world)
    correct(scene, case)
    with pytest.raises(Refused, match="a correction comes from a person; only its delivery can be run again"):
        scene.reject(case, Follows.PROPOSE_AGAIN)
    with pytest.raises(Refused, match=r"it was delivered|a correction comes from a person"):
        reruns.rerun(scene.world.context, case, by="U0DEV")
    assert scene.run(case).state == "waiting"
    assert scene.decided(case).decisions == []


@pytest.mark.parametrize("times", [1, 3])
def test_a_correction_whose_delivery_failed_is_run_again_under_its_key(make_world: MakeWorld, times: int) -> None:
    scene, case = delivered(make_world)
    correct(scene, case)
    scene.desk.errors += [NotDone("closed")] * times
    scene.approve(case)
    scene.world.work()

    for _ in range(times):
        assert scene.run(case).state == "failed"
        assert reruns.rerun(scene.world.context, case, by="U0DEV").from_step == "deliver"
        scene.world.work()

    assert scene.run(case).state == "delivered"
    assert (scene.run(case).correction, scene.run(case).resolution) == (1, "by_person")
    assert scene.deliveries() == {KEY: "applied", f"{KEY}/correction-1": "applied"}
    assert scene.desk.attempts == [KEY] + [f"{KEY}/correction-1"] * (times + 1)


def test_a_correction_that_parked_is_run_again_when_the_code_fits(make_sqlite_world: MakeWorld) -> None:
    """Between its decision and its delivery the code was redeployed with another input, and then put right."""
    scene, case = delivered(make_sqlite_world)
    correct(scene, case)
    scene.approve(case)

    class Stricter(Ticket):
        customer: str

    scene.workflow.input = Stricter
    scene.world.work()
    assert scene.run(case).state == "parked"
    scene.workflow.input = Ticket

    reruns.rerun(scene.world.context, case, by="U0DEV", from_step="deliver")
    scene.world.work()

    assert scene.run(case).state == "delivered"
    assert scene.deliveries() == {KEY: "applied", f"{KEY}/correction-1": "applied"}


def test_a_correction_that_the_target_always_refuses_can_be_given_up(make_sqlite_world: MakeWorld) -> None:
    """Else nobody could ever correct the case in another way."""
    scene, case = delivered(make_sqlite_world)
    correct(scene, case, reply="with a word that the target does not like")
    scene.desk.errors.append(NotDone("bad word"))
    scene.approve(case)
    scene.world.work()
    assert scene.run(case).state == "failed"

    correct(scene, case, reply="politely")
    scene.approve(case)
    scene.world.work()

    assert scene.run(case).state == "delivered"
    assert scene.desk.applied[KEY + "/correction-2"].reply == "politely"


def test_the_same_values_are_no_correction(make_world: MakeWorld) -> None:
    scene, case = delivered(make_world)
    with pytest.raises(Refused, match="these values are the ones that were delivered"):
        correct(scene, case, queue="billing", reply="Hello")
    correct(scene, case)
    scene.approve(case)
    scene.world.work()
    with pytest.raises(Refused, match="these values are the ones that were delivered"):
        correct(scene, case)
    correct(scene, case, queue="billing", reply="Hello")
    assert len(rows(scene.world, schema.Review)) == 2


def test_one_correction_at_a_time(make_world: MakeWorld) -> None:
    scene, case = delivered(make_world)
    """A second one is told where the first waits."""
    scene, case = delivered(make_world)
    first = correct(scene, case)
    with pytest.raises(CorrectionWaits, match="waits already, in C0SUPPORT; decide that one first") as told:
        correct(scene, case, reply="Another")
    assert (told.value.review, told.value.version, told.value.channel) == (first, 1, "C0SUPPORT")
    scene.approve(case)
    with pytest.raises(Refused, match="only a delivered case is corrected; this one is ready"):
        correct(scene, case, reply="Another")
    assert len(rows(scene.world, schema.Review)) == 1


def test_only_a_delivered_case_is_corrected(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, sure(0.1, queue="billing", reply="Hello"))
    case = scene.submit()
    with pytest.raises(Refused, match="only a delivered case is corrected; this one is ready"):
        correct(scene, case)
    scene.world.work()
    with pytest.raises(Refused, match="only a delivered case is corrected; this one is waiting"):
        correct(scene, case)
    scene.reject(case, Follows.CLOSE)
    scene.world.work()
    with pytest.raises(Refused, match="nothing was delivered that could be corrected"):
        correct(scene, case)
    with pytest.raises(Unknown, match="there is no case 99"):
        correct(scene, 99)


def test_values_of_another_form_are_refused(make_sqlite_world: MakeWorld) -> None:
    scene, case = delivered(make_sqlite_world)
    with pytest.raises(InvalidOutput, match="the whole: has to be a Triage"):
        corrections.correct(scene.world.context, case, Ticket(id=1, text="x"), by="U0EVE")


def test_the_nevers_are_named_and_hold_on_a_correction(make_sqlite_world: MakeWorld) -> None:
    scene, case = delivered(make_sqlite_world)
    correct(scene, case, queue="safety")
    assert why(scene.review(case)) == ["never: answer a safety report alone", "it corrects what was delivered"]
    with pytest.raises(NeverBroken, match="this is barred: never promise money"):
        scene.edit(case, queue="safety", reply="$6", confirmed=True)


def test_a_correction_does_not_get_past_a_bar(make_sqlite_world: MakeWorld) -> None:
    """Its values are a person's own like those in the form: proposed by one and approved by another, still barred."""
    scene, case = delivered(make_sqlite_world)

    def correct_and_approve() -> None:
        review = correct(scene, case, reply="$5")
        reviews.approve(scene.world.context, review, 1, by="U0ADAM")

    with pytest.raises(NeverBroken, match="this is barred: never promise money"):
        correct_and_approve()
    assert scene.deliveries() == {KEY: "applied"}


def test_a_correction_of_a_revision_has_the_revision_in_its_key(make_world: MakeWorld) -> None:
    scene, case = delivered(make_world)
    correct(scene, case)
    scene.approve(case)
    scene.world.work()
    scene.submit(text="another text")
    scene.world.work()

    correct(scene, case)
    assert scene.run(case).correction == 1
    scene.approve(case)
    scene.world.work()

    assert scene.deliveries() == {
        KEY: "applied",
        f"{KEY}/correction-1": "applied",
        f"{KEY}/revision-2": "applied",
        f"{KEY}/revision-2/correction-1": "applied",
    }


def test_a_revision_supersedes_an_open_correction(make_world: MakeWorld) -> None:
    scene, case = delivered(make_world)
    correct(scene, case)
    scene.submit(text="another text")
    scene.world.work()
    assert [run.state for run in scene.world.case(case).runs] == ["delivered", "superseded", "delivered"]
    assert scene.deliveries() == {KEY: "applied", f"{KEY}/revision-2": "applied"}


def test_a_case_cannot_be_named_into_another_ones_correction(make_world: MakeWorld) -> None:
    scene, case = delivered(make_world)
    scene.workflow.key = lambda ticket: ticket.text
    other = scene.worked(id=2, text="ticket-1/correction-1")
    encoded = scene.worked(id=3, text="ticket-1%2Fcorrection-1")
    correct(scene, case)
    scene.approve(case)
    scene.world.work()
    assert [scene.run(one).state for one in (case, other, encoded)] == ["delivered"] * 3
    assert len(scene.deliveries()) == len(scene.desk.applied) == 4


def test_the_person_who_asked_for_a_correction_is_in_the_audit(make_world: MakeWorld) -> None:
    """Anyone may report it; who did has to be found out later."""
    scene, case = delivered(make_world)
    before = len(scene.world.case(case).audit)
    correct(scene, case, by="U0EVE")
    assert "U0EVE" in {row.actor for row in scene.world.case(case).audit[before:]}

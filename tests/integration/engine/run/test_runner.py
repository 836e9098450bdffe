"""The way of a case from intake to its end, on a real database."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, DRAFT, Scene, rows, sample
from tests.sample import Desk, Ticket, Triage, sample_workflow
from tests.world import sure, why
from workflows import Ask, Autonomy, Proposal, Review, Run
from workflows.engine.case.leases import Lease
from workflows.model.scripted import says


def test_a_confident_case_is_resolved_alone_and_delivered(make_world: MakeWorld) -> None:
    """Above the floor and with nothing against it, nobody is asked."""
    desk = Desk()
    workflow = sample_workflow(desk)
    world = make_world(sure(0.95, queue="billing", reply="Hello"))
    world.registry.add(workflow)
    case = world.submit(workflow, id=1, text="charged twice").case

    world.work()

    view = world.case(case)
    assert view.newest.state == "delivered"
    assert view.newest.resolution == "alone"
    assert view.newest.delivery is not None
    assert view.newest.delivery.receipt == "receipt for sample/ticket-1"
    assert [step.name for step in view.newest.steps] == ["look_up", "ask"]
    assert desk.applied["sample/ticket-1"].queue == "billing"


def test_an_unsure_case_waits_for_a_person_with_what_is_proposed(make_world: MakeWorld) -> None:
    scene = sample(make_world, sure(0.79, queue="billing", reply="Hello"))

    case = scene.worked()

    review = scene.review(case)
    assert scene.run(case).state == "waiting"
    assert review.has_proposal
    assert why(review) == ["confidence is below 0.8: Queue 0.79, Reply 0.79"]
    proposal = scene.run(case).proposal
    assert proposal is not None
    assert proposal.output == {"queue": "billing", "reply": "Hello"}
    assert proposal.lowest == 0.79
    assert scene.desk.attempts == []
    assert scene.deliveries() == {}


def test_what_a_person_approves_is_delivered_in_their_name(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()

    scene.approve(case, by="U0EVE")
    assert scene.run(case).state == "ready"
    scene.world.work()

    assert scene.run(case).state == "delivered"
    assert scene.run(case).resolution == "by_person"
    assert scene.deliveries() == {"sample/ticket-1": "applied"}
    assert scene.desk.applied["sample/ticket-1"].queue == "billing"


def test_left_to_itself_a_workflow_only_drafts(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, sure(1.0, queue="billing", reply="Hello"), autonomy=Autonomy())
    case = scene.worked()
    assert why(scene.review(case)) == ["this workflow only drafts; a person decides every case"]


def test_a_case_outside_the_scope_goes_to_a_person_and_no_model_is_asked(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)

    case = scene.worked(language="de")

    review = scene.review(case)
    assert not review.has_proposal
    assert why(review) == ["it is outside what this workflow may decide"]
    assert scene.world.model.questions == ()
    assert scene.run(case).steps == []


def test_an_unfamiliar_case_goes_to_a_person_however_sure_the_model_is(make_sqlite_world: MakeWorld) -> None:
    answer = replace(
        says({"queue": "billing", "reply": "Hello"}, confidence=1.0), unfamiliar="nothing like the examples"
    )
    scene = sample(make_sqlite_world, lambda _: answer)

    case = scene.worked()

    assert scene.review(case).has_proposal
    assert why(scene.review(case)) == ["nothing like the examples"]


def test_the_deadline_counts_from_when_the_review_was_opened(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, autonomy=DRAFT, review=Review(answer_within=timedelta(hours=2)))
    case = scene.submit()
    scene.world.clock.move(timedelta(hours=5))
    scene.world.work()
    assert scene.review(case).answer_by == scene.world.clock() + timedelta(hours=2)


def test_a_card_is_wanted_where_the_workflow_posts_to(make_world: MakeWorld) -> None:
    """In the transaction of what it tells of; without such a channel there is none."""
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    case = scene.worked()
    review = scene.review(case)
    assert scene.outbox() == [("card", f"review:{review.id}", "C0SUPPORT", "due")]

    before = scene.wanted(review.id)
    scene.approve(case)
    decided = scene.wanted(review.id)
    scene.world.work()
    assert before < decided < scene.wanted(review.id)
    assert len(scene.outbox()) == 1


def test_without_a_channel_to_post_to_nothing_is_shown(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, autonomy=DRAFT)
    scene.worked()
    assert scene.outbox() == []


def test_many_cases_are_worked_on_in_the_order_in_which_they_came(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    for number in range(12):
        scene.submit(id=number)
    assert scene.world.work() == 12
    assert scene.desk.attempts == [f"sample/ticket-{number}" for number in range(12)]


def test_the_model_is_asked_with_what_the_author_gives_it(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    scene.worked()
    (question,) = scene.world.model.questions
    assert question.data == {"text": "charged twice", "customer": "customer of 1"}
    assert question.workflow == "sample"
    assert question.text == "charged twice\nen"


def test_a_proposal_without_a_model_is_as_good(make_sqlite_world: MakeWorld) -> None:
    """An author may propose from a rule of his own."""
    scene = sample(make_sqlite_world)

    @scene.workflow.propose
    def propose(ticket: Ticket, ask: Ask[Triage]) -> Proposal[Triage]:
        return Proposal(output=Triage(queue="delivery"), confidence={"queue": 1.0, "reply": 1.0})

    case = scene.worked()

    assert scene.run(case).state == "delivered"
    assert scene.desk.applied["sample/ticket-1"].queue == "delivery"
    assert scene.world.model.questions == ()


class Nasty(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words for it")


NOT_A_PROPOSAL = [None, "billing", {"queue": "billing"}, 7]


@pytest.mark.parametrize("made", NOT_A_PROPOSAL, ids=repr)
def test_a_proposal_of_another_type_stops_the_run(make_sqlite_world: MakeWorld, made: object) -> None:
    scene = sample(make_sqlite_world)
    scene.workflow.propose(lambda ticket, ask: cast(Any, made))

    case = scene.worked()

    assert scene.run(case).state == "failed"
    assert scene.problem(case).startswith("propose has to return a Proposal of Triage, it returned ")


@pytest.mark.parametrize("place", ["scope", "propose", "step", "deliver"])
@pytest.mark.parametrize(
    "error", [KeyError("text"), Nasty(), ValueError("\0\ud800")], ids=["usual", "wordless", "unprintable"]
)
def test_whatever_goes_wrong_is_recorded_on_the_run(make_sqlite_world: MakeWorld, place: str, error: Exception) -> None:
    """`advance` never raises: a worker that falls over would take the next cases with it."""
    scene = sample(make_sqlite_world)
    if place == "scope":
        scene.workflow.scope = lambda _: _raise(error)
    elif place == "propose":
        scene.workflow.propose(lambda ticket, ask: _raise(error))
    elif place == "step":
        scene.desk.look_up_errors.append(error)
    else:
        scene.desk.errors.append(error)

    case, other = scene.submit(id=1), scene.submit(id=2)
    scene.world.work()

    assert scene.run(case).state == "failed"
    assert scene.run(case).problem is not None
    assert [row[0] for row in scene.outbox()][:1] == ["cause"]
    if place in ("step", "deliver"):
        assert scene.run(other).state == "delivered"


def _raise(error: Exception) -> Any:
    raise error


def test_an_input_that_no_longer_fits_parks_the_run(make_sqlite_world: MakeWorld) -> None:
    """The code was redeployed with another input while the case stood ready."""
    scene = sample(make_sqlite_world)
    case = scene.submit()

    class Stricter(scene.workflow.input):  # type: ignore[name-defined,misc]  # as another version of the file would
        customer: str

    scene.workflow.input = Stricter
    scene.world.work()

    assert scene.run(case).state == "parked"
    assert "the input no longer fits Stricter" in scene.problem(case)


def test_a_run_of_a_workflow_that_is_not_loaded_waits_for_it(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    stranger = sample_workflow(scene.desk, name="stranger")
    case = scene.world.submit(stranger, id=1, text="hello").case

    assert scene.world.work() == 0
    assert scene.world.state(case) == "ready"

    scene.world.registry.add(stranger)
    scene.world.work()
    assert scene.world.state(case) == "delivered"


def test_the_system_of_record_is_told_who_resolved_a_case(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, sure(0.95, queue="billing", reply="Hello"))
    told: list[tuple[str, str]] = []

    @scene.workflow.deliver
    def deliver(triage: Triage, run: Run[Ticket]) -> str:
        told.append((run.key, run.by))
        return "done"

    scene.worked(id=1)
    case = scene.worked(id=2, text="smoke")
    scene.approve(case, by="U0EVE")
    scene.world.work()

    assert told == [("sample/ticket-1", "alone"), ("sample/ticket-2", "U0EVE")]


def test_a_claim_that_is_advanced_twice_has_its_effect_once(make_world: MakeWorld) -> None:
    """The dispatcher may say it twice."""
    scene = sample(make_world)
    case = scene.submit()
    (claimed,) = scene.world.claim()

    scene.world.runner.advance(claimed)
    scene.world.runner.advance(claimed)

    assert scene.run(case).state == "delivered"
    assert scene.desk.attempts == ["sample/ticket-1"]


def test_a_claim_that_is_advanced_twice_asks_one_person_once(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    scene.submit()
    (claimed,) = scene.world.claim()
    for _ in range(2):
        scene.world.runner.advance(claimed)
    assert len(rows(scene.world, schema.Review)) == 1
    assert len(scene.world.model.questions) == 1


def test_a_worker_whose_claim_is_old_changes_nothing(make_world: MakeWorld) -> None:
    """It was paused for so long that another one took its run."""
    scene = sample(make_world)
    case = scene.submit()
    (old,) = scene.world.claim()
    scene.world.restart()
    (new,) = scene.world.claim()
    assert new.number > old.number

    scene.world.runner.advance(old)
    assert scene.run(case).state == "running"
    assert scene.run(case).steps == []
    assert scene.desk.looked_up == []

    scene.world.runner.advance(new)
    assert scene.run(case).state == "delivered"


def test_a_claim_on_nothing_changes_nothing(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world)
    case = scene.submit()
    scene.world.runner.advance(Lease(run=scene.run(case).id, case=case, number=99))
    assert scene.run(case).state == "ready"


def test_two_runs_of_one_case_are_never_claimed_at_once(make_world: MakeWorld) -> None:
    scene: Scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()
    scene.approve(case)
    scene.submit(text="another text")
    claimed = scene.world.claim(limit=10)
    assert len(claimed) == 1
    assert scene.world.claim(limit=10) == []

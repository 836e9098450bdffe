"""A never is code that no confidence passes: on the input, on what is proposed, and on what a person enters."""

import pytest

from tests.conftest import MakeWorld
from tests.integration.engine.scene import Scene, sample
from tests.sample import Ticket, Triage
from tests.world import sure, why
from workflows.engine.errors import NeverBroken
from workflows.engine.review import reviews

SAFETY = "answer a safety report alone"


def test_a_never_on_the_input_brings_a_person_however_sure_the_model_is(make_sqlite_world: MakeWorld) -> None:
    """The model proposes an ordinary answer at 0.99; the rule looks at the ticket and does not trust it."""
    scene = sample(make_sqlite_world, sure(0.99, queue="billing", reply="All is well"))

    case = scene.worked(text="there is smoke")

    assert why(scene.review(case)) == [f"never: {SAFETY}"]
    assert scene.review(case).has_proposal
    assert scene.desk.attempts == []


def test_a_never_on_what_is_proposed_brings_a_person(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, sure(0.99, queue="billing", reply="$100 for you"))
    case = scene.worked()
    assert why(scene.review(case)) == ["never: promise money"]


def test_every_never_that_is_broken_is_named(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, sure(0.5, queue="safety", reply="$100"))
    case = scene.worked()
    assert why(scene.review(case)) == [
        f"never: {SAFETY}",
        "never: promise money",
        "confidence is below 0.8: Queue 0.50, Reply 0.50",
    ]


def test_a_never_whose_own_code_fails_counts_as_broken(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, sure(0.99, queue="billing", reply="Hello"))

    @scene.workflow.never("write to a minor")
    def is_minor(ticket: Ticket, triage: Triage) -> bool:
        raise KeyError("age")

    case = scene.worked()

    assert why(scene.review(case)) == ["the rule “never write to a minor” could not be checked: KeyError"]
    assert scene.desk.attempts == []


def test_a_never_after_one_that_fails_is_still_asked(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, sure(0.99, queue="billing", reply="$5"))
    scene.workflow.nevers = ()

    @scene.workflow.never("write to a minor")
    def is_minor(ticket: Ticket, triage: Triage) -> bool:
        raise KeyError("age")

    @scene.workflow.never("promise money")
    def promises(ticket: Ticket, triage: Triage) -> bool:
        return "$" in triage.reply

    case = scene.worked()
    assert why(scene.review(case)) == [
        "never: promise money",
        "the rule “never write to a minor” could not be checked: KeyError",
    ]


def waiting(make_world: MakeWorld, *, proposal: bool, text: str = "charged twice") -> tuple[Scene, int]:
    """A case that waits for a person, with a proposal or with an empty form."""
    scene = sample(make_world, sure(0.1, **({"queue": "billing", "reply": "Hello"} if proposal else {})))
    case = scene.worked(text=text)
    assert scene.review(case).has_proposal == proposal
    return scene, case


@pytest.mark.parametrize("proposal", [True, False], ids=["edit", "answer"])
def test_a_persons_own_values_that_run_into_a_never_are_to_be_confirmed(
    make_sqlite_world: MakeWorld, proposal: bool
) -> None:
    scene, case = waiting(make_sqlite_world, proposal=proposal)

    with pytest.raises(NeverBroken, match=f"^this has to be confirmed: never {SAFETY}$") as refused:
        scene.edit(case, queue="safety")
    assert (refused.value.sentences, refused.value.barred) == ((SAFETY,), False)
    assert scene.run(case).state == "waiting"
    assert scene.decided(case).decisions == []

    scene.edit(case, queue="safety", confirmed=True)
    scene.world.work()
    assert scene.run(case).state == "delivered"
    (decision,) = scene.decided(case).decisions
    assert decision.confirmed == [SAFETY]
    assert decision.kind == ("edited" if proposal else "answered")


@pytest.mark.parametrize("proposal", [True, False], ids=["edit", "answer"])
@pytest.mark.parametrize("confirmed", [True, False])
def test_a_never_that_bars_lets_no_confirmation_through(
    make_sqlite_world: MakeWorld, proposal: bool, confirmed: bool
) -> None:
    scene, case = waiting(make_sqlite_world, proposal=proposal)

    with pytest.raises(NeverBroken, match=r"^this is barred: never promise money$") as refused:
        scene.edit(case, queue="safety", reply="$100", confirmed=confirmed)

    assert refused.value.barred
    assert scene.run(case).state == "waiting"
    assert scene.review(case).version == 1


@pytest.mark.parametrize("on_edit", ["confirm", "bar"])
def test_a_never_that_cannot_be_checked_on_an_edit_counts_as_broken(make_sqlite_world: MakeWorld, on_edit: str) -> None:
    scene, case = waiting(make_sqlite_world, proposal=True)

    @scene.workflow.never("write to a minor", on_edit=on_edit)  # type: ignore[arg-type]  # one of the two words
    def is_minor(ticket: Ticket, triage: Triage) -> bool:
        raise KeyError("age")

    with pytest.raises(NeverBroken, match="never write to a minor") as refused:
        scene.edit(case, queue="delivery")
    assert refused.value.barred == (on_edit == "bar")


def test_confirming_what_runs_into_nothing_records_nothing(make_sqlite_world: MakeWorld) -> None:
    scene, case = waiting(make_sqlite_world, proposal=True)
    scene.edit(case, queue="delivery", confirmed=True)
    assert scene.decided(case).decisions[0].confirmed == []


def test_a_never_on_the_input_asks_for_confirmation_of_any_edit(make_sqlite_world: MakeWorld) -> None:
    scene, case = waiting(make_sqlite_world, proposal=True, text="smoke everywhere")
    with pytest.raises(NeverBroken, match="this has to be confirmed"):
        scene.edit(case, queue="delivery", reply="calm down")


def test_a_never_that_the_card_showed_needs_no_second_press(make_sqlite_world: MakeWorld) -> None:
    """It forbids *alone*: a person who saw it decides, and it is kept that they did."""
    scene, case = waiting(make_sqlite_world, proposal=True, text="smoke everywhere")
    scene.edit(case, queue="billing", reply="Hello")  # what is proposed
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert [(made.kind, made.confirmed) for made in scene.decided(case).decisions] == [("approved", [SAFETY])]
    other = scene.worked(id=2, text="smoke here too")
    scene.approve(other)
    assert scene.decided(other).decisions[0].confirmed == [SAFETY]


def test_a_never_that_came_since_the_card_has_to_be_confirmed_before_an_approval(make_sqlite_world: MakeWorld) -> None:
    """F72"""
    scene, case = waiting(make_sqlite_world, proposal=True)
    scene.workflow.never("answer on a Friday alone")(lambda ticket, triage: True)
    review = scene.review(case)

    with pytest.raises(NeverBroken, match=r"^this has to be confirmed: never answer on a Friday alone$") as met:
        scene.approve(case)
    with pytest.raises(NeverBroken):
        reviews.approve(scene.world.context, review.id, 1, by="U0ANA", confirmed="the mark of other rules")
    assert scene.run(case).state == "waiting"

    reviews.approve(scene.world.context, review.id, 1, by="U0ANA", confirmed=met.value.mark)
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.decided(case).decisions[0].confirmed == ["answer on a Friday alone"]


def test_a_never_that_bars_and_came_since_the_card_stops_an_approval(make_sqlite_world: MakeWorld) -> None:
    """F72"""
    scene, case = waiting(make_sqlite_world, proposal=True)
    scene.workflow.never("answer at all", on_edit="bar")(lambda ticket, triage: True)
    review = scene.review(case)
    with pytest.raises(NeverBroken, match=r"^this is barred: never answer at all$"):
        reviews.approve(scene.world.context, review.id, 1, by="U0ANA", confirmed=True)
    assert scene.run(case).state == "waiting"
    assert scene.desk.attempts == []

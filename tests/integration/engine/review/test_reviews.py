"""A person's turn: what each decision does, that it names what was shown, and who comes too late is told why."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, DRAFT, Office, Scene, office_scene, sample
from tests.sample import Desk, Ticket, Triage, sample_workflow
from tests.world import sure
from workflows import Review, Workflow
from workflows.engine.errors import InvalidOutput, Refused, Stale, Unknown
from workflows.engine.read.history import open_reviews
from workflows.engine.review import claims, reviews
from workflows.engine.review.decisions import MAX_REASON, Follows

KEY = "sample/ticket-1"


def waiting(make_world: MakeWorld, *, proposal: bool = True) -> tuple[Scene, int]:
    """A case that waits for a person."""
    scene = sample(make_world, sure(0.1, **({"queue": "billing", "reply": "Hello"} if proposal else {})), review=CARDS)
    return scene, scene.worked()


def test_approving_delivers_what_was_shown(make_world: MakeWorld) -> None:
    scene, case = waiting(make_world)

    scene.approve(case, by="U0EVE")
    review = scene.decided(case)
    assert review.state == "decided"
    (decision,) = review.decisions
    assert (decision.kind, decision.by, decision.version, decision.at) == ("approved", "U0EVE", 1, scene.world.clock())
    assert decision.output == {"queue": "billing", "reply": "Hello"}
    scene.world.work()

    assert scene.desk.applied == {KEY: Triage(queue="billing", reply="Hello")}
    assert scene.deliveries() == {KEY: "applied"}


def test_editing_delivers_a_persons_own_values(make_world: MakeWorld) -> None:
    scene, case = waiting(make_world)

    scene.edit(case, queue="delivery", reply="Mine", by="U0EVE")
    scene.world.work()

    (decision,) = scene.decided(case).decisions
    assert (decision.kind, decision.by) == ("edited", "U0EVE")
    assert decision.output == {"queue": "delivery", "reply": "Mine"}
    assert scene.desk.applied == {KEY: Triage(queue="delivery", reply="Mine")}
    proposal = scene.run(case).proposal
    assert proposal is not None
    assert proposal.output == {"queue": "billing", "reply": "Hello"}


def test_an_edit_that_changes_nothing_is_an_approval(make_world: MakeWorld) -> None:
    scene, case = waiting(make_world)
    scene.edit(case, queue="billing", reply="Hello")
    assert scene.decided(case).decisions[0].kind == "approved"


def test_an_empty_form_is_answered(make_world: MakeWorld) -> None:
    scene, case = waiting(make_world, proposal=False)

    with pytest.raises(Refused, match="there is no proposal to approve; fill in the form instead"):
        scene.approve(case)
    scene.edit(case, queue="delivery", reply="Mine")
    scene.world.work()

    assert scene.decided(case).decisions[0].kind == "answered"
    assert scene.run(case).state == "delivered"


def test_rejecting_by_hand_leaves_an_empty_form_at_the_next_version(make_world: MakeWorld) -> None:
    scene, case = waiting(make_world)
    old = scene.review(case)

    scene.reject(case, Follows.BY_HAND, by="U0EVE", reason="not billing")

    new = scene.review(case)
    assert (new.id, new.version, new.has_proposal) == (old.id, old.version + 1, False)
    (decision,) = scene.decided(case).decisions
    assert (decision.kind, decision.follows, decision.reason) == ("rejected", "by_hand", "not billing")
    assert scene.run(case).state == "waiting"
    said = "U0EVE rejected it at 2026-11-20 09:00 UTC; it is now at version 2"
    with pytest.raises(Stale, match=said):
        reviews.approve(scene.world.context, old.id, old.version, by="U1")
    with pytest.raises(Stale, match=said):
        reviews.reject(scene.world.context, old.id, old.version, by="U1", reason="no")
    with pytest.raises(Stale, match=said):
        reviews.edit(scene.world.context, old.id, old.version, Triage(queue="billing"), by="U1")
    with pytest.raises(Refused, match="there is no proposal to reject; fill in the form, or close the case"):
        scene.reject(case, Follows.BY_HAND)

    scene.edit(case, queue="billing", reply="Hello")
    scene.world.work()
    assert [decision.kind for decision in scene.decided(case).decisions] == ["rejected", "answered"]
    assert [decision.version for decision in scene.decided(case).decisions] == [1, 2]
    assert scene.run(case).state == "delivered"


def test_a_case_that_is_filled_in_by_hand_can_still_be_closed(make_sqlite_world: MakeWorld) -> None:
    scene, case = waiting(make_sqlite_world)
    scene.reject(case, Follows.BY_HAND)
    scene.reject(case, Follows.CLOSE, reason="spam after all")
    scene.world.work()
    assert scene.run(case).state == "closed"
    assert scene.desk.told == {f"{KEY}/rejection": "spam after all"}


def test_closing_delivers_nothing(make_world: MakeWorld) -> None:
    scene, case = waiting(make_world)

    scene.reject(case, Follows.CLOSE, reason="spam")
    assert scene.decided(case).state == "decided"
    scene.world.work()

    assert scene.run(case).state == "closed"
    assert scene.desk.applied == {}
    assert scene.desk.told == {f"{KEY}/rejection": "spam"}


def test_proposing_again_asks_the_model_anew_and_nothing_else(make_world: MakeWorld) -> None:
    office = Office()
    scene = office_scene(make_world, office, autonomy=DRAFT, review=CARDS)
    case = scene.worked()
    old = scene.review(case)

    scene.reject(case, Follows.PROPOSE_AGAIN, by="U0EVE", reason="look again")
    scene.world.work()

    assert office.reached.count("model") == 2
    assert [office.reached.count(place) for place in ("find_customer", "last_orders", "read_note")] == [1, 1, 2]
    new = scene.review(case)
    assert (new.id != old.id, new.version, new.has_proposal) == (True, 1, True)
    first, second = scene.world.case(case).runs
    assert (first.state, second.state) == ("superseded", "waiting")
    assert (second.parent, second.from_step) == (first.id, "ask")
    assert first.review is not None
    assert first.review.state == "decided"
    assert first.review.decisions[0].follows == "propose_again"


def test_proposing_again_where_no_model_was_asked_begins_anew(make_sqlite_world: MakeWorld) -> None:
    """The case was outside the scope, and the scope was widened since."""
    scene = sample(make_sqlite_world)
    case = scene.worked(language="de")
    scene.workflow.scope = None
    scene.reject(case, Follows.PROPOSE_AGAIN)
    scene.world.work()
    assert scene.run(case).state == "delivered"


def test_claiming_says_who_works_on_it_and_bars_nobody(make_world: MakeWorld) -> None:
    scene, case = waiting(make_world)
    review = scene.review(case)
    shown = scene.wanted(review.id)

    claims.claim(scene.world.context, review.id, by="U0EVE")
    assert scene.review(case).claimed_by == "U0EVE"
    assert scene.review(case).version == review.version
    assert scene.wanted(review.id) > shown
    claims.claim(scene.world.context, review.id, by="U0EVE")
    with pytest.raises(Refused, match=r"^U0EVE has claimed it$"):
        claims.claim(scene.world.context, review.id, by="U0ADAM")
    scene.approve(case, by="U0ADAM")

    assert scene.decided(case).decisions[0].by == "U0ADAM"
    with pytest.raises(Stale, match="U0ADAM approved it at 2026-11-20 09:00 UTC"):
        claims.claim(scene.world.context, review.id, by="U0EVE")


Decide = Callable[[Scene, int], None]

DECISIONS: dict[str, Decide] = {
    "approved": lambda scene, case: scene.approve(case, by="U0EVE"),
    "edited": lambda scene, case: scene.edit(case, queue="delivery", by="U0EVE"),
    "rejected": lambda scene, case: scene.reject(case, Follows.CLOSE, by="U0EVE"),
}


@pytest.mark.parametrize("word", DECISIONS)
def test_a_person_who_comes_too_late_is_told_who_decided_and_when(make_sqlite_world: MakeWorld, word: str) -> None:
    scene, case = waiting(make_sqlite_world)
    review = scene.review(case)
    scene.world.clock.move(timedelta(minutes=7))
    DECISIONS[word](scene, case)
    decided = scene.world.case(case)

    said = f"^U0EVE {word} it at 2026-11-20 09:07 UTC$"
    with pytest.raises(Stale, match=said):
        reviews.approve(scene.world.context, review.id, 1, by="U1")
    with pytest.raises(Stale, match=said):
        reviews.edit(scene.world.context, review.id, 1, Triage(queue="billing"), by="U1")
    with pytest.raises(Stale, match=said):
        reviews.reject(scene.world.context, review.id, 1, by="U1", reason="no")
    with pytest.raises(Stale, match=said):
        claims.claim(scene.world.context, review.id, by="U1")
    assert scene.world.case(case) == decided


@pytest.mark.parametrize("shown", [0, 2, -1, 99])
def test_a_decision_about_another_version_changes_nothing(make_sqlite_world: MakeWorld, shown: int) -> None:
    scene, case = waiting(make_sqlite_world)
    review = scene.review(case)
    with pytest.raises(Stale, match="the review is now open at version 1; look at it again"):
        reviews.approve(scene.world.context, review.id, shown, by="U1")
    assert scene.review(case) == review


def test_a_review_that_is_not_there_is_unknown(make_sqlite_world: MakeWorld) -> None:
    scene, _ = waiting(make_sqlite_world)
    said = "there is no review 99"
    with pytest.raises(Unknown, match=said):
        claims.claim(scene.world.context, 99, by="U1")
    with pytest.raises(Unknown, match=said):
        reviews.approve(scene.world.context, 99, 1, by="U1")
    with pytest.raises(Unknown, match=said):
        reviews.edit(scene.world.context, 99, 1, Triage(queue="billing"), by="U1")
    with pytest.raises(Unknown, match=said):
        reviews.reject(scene.world.context, 99, 1, by="U1", reason="no")


@pytest.mark.parametrize("reason", ["", "   ", "\n", "x" * (MAX_REASON + 1)], ids=["none", "blank", "line", "long"])
@pytest.mark.parametrize("follows", Follows)
def test_a_rejection_needs_a_reason_of_some_length(make_sqlite_world: MakeWorld, reason: str, follows: Follows) -> None:
    scene, case = waiting(make_sqlite_world)
    with pytest.raises(Refused, match="a rejection needs a reason of 1 to 3,000 characters"):
        scene.reject(case, follows, reason=reason)
    assert scene.decided(case).decisions == []


@pytest.mark.parametrize("reason", ["a\0b", "\ud800"])
def test_a_reason_that_cannot_be_kept_is_refused(make_sqlite_world: MakeWorld, reason: str) -> None:
    scene, case = waiting(make_sqlite_world)
    with pytest.raises(Refused, match="the reason: "):
        scene.reject(case, Follows.CLOSE, reason=reason)


def test_any_other_reason_is_kept_as_it_is(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    for number, reason in enumerate(("x", "x" * MAX_REASON, "‮😀\n<!channel>")):
        case = scene.worked(id=number)
        scene.reject(case, Follows.CLOSE, reason=reason)
        scene.world.work()
        assert scene.decided(case).decisions[0].reason == reason
        assert scene.desk.told[f"sample/ticket-{number}/rejection"] == reason


def test_values_of_another_form_are_refused(make_sqlite_world: MakeWorld) -> None:
    scene, case = waiting(make_sqlite_world)
    review = scene.review(case)
    with pytest.raises(InvalidOutput, match="the whole: has to be a Triage"):
        reviews.edit(scene.world.context, review.id, 1, Ticket(id=1, text="x"), by="U1")


def test_a_case_whose_input_no_longer_fits_the_code_is_refused_in_words(make_sqlite_world: MakeWorld) -> None:
    """The code was redeployed with another input while the case waited; the nevers cannot look at it."""
    scene, case = waiting(make_sqlite_world)

    class Stricter(Ticket):
        customer: str

    scene.workflow.input = Stricter
    with pytest.raises(Refused):
        scene.edit(case, queue="delivery")
    assert scene.run(case).state == "waiting"


def test_a_proposal_that_no_longer_fits_the_code_is_not_delivered_in_silence(make_sqlite_world: MakeWorld) -> None:
    """The code was redeployed with another output while the case waited."""
    scene, case = waiting(make_sqlite_world)

    class Stricter(Triage):
        priority: int

    scene.workflow.output = Stricter
    try:
        scene.approve(case)
    except Refused:
        assert scene.run(case).state == "waiting"
    else:
        scene.world.work()
        assert scene.run(case).state in ("failed", "parked")
    assert scene.desk.attempts == []


def test_what_waits_is_listed_by_its_deadline(make_world: MakeWorld) -> None:
    scene, first = waiting(make_world)
    scene.world.clock.move(timedelta(minutes=1))
    second = scene.worked(id=2)
    other = Scene(world=scene.world, workflow=_urgent(scene.desk))
    scene.world.registry.add(other.workflow)
    urgent = other.worked(id=3)

    assert [line.case for line in open_reviews(scene.world.context)] == [urgent, first, second]
    assert [line.case for line in open_reviews(scene.world.context, workflow="sample")] == [first, second]
    assert [line.case for line in open_reviews(scene.world.context, limit=1)] == [urgent]
    scene.approve(first)
    assert [line.case for line in open_reviews(scene.world.context)] == [urgent, second]


def _urgent(desk: Desk) -> Workflow[Ticket, Triage]:
    workflow = sample_workflow(desk, name="urgent")
    workflow.review = Review(answer_within=timedelta(minutes=5))
    return workflow

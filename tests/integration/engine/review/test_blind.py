"""The shadow level: people decide without seeing the proposal, and both are compared once it is decided for good."""

from datetime import timedelta

import pytest

from handlers.texts.governance.receipts import receipt as receipt_told
from handlers.texts.operations.explained import explained
from handlers.texts.pieces import Room, Words
from handlers.texts.review.unseen import compared
from store import schema
from store.cases import unproposed
from store.learning import examples
from store.quality import decided, failures
from store.states import Level
from tests.conftest import MakeWorld
from tests.integration.engine.earned import deployed, earned_scene, stands
from tests.integration.engine.scene import CARDS, Scene, rows
from tests.integration.engine.sources.test_outcomes import a_source, handed_in
from tests.world import sure, why
from workflows import Review, Second
from workflows.engine.deliver.graces import release
from workflows.engine.errors import Refused
from workflows.engine.proof.receipts.receipt import receipt_view
from workflows.engine.proof.receipts.views import Outcome, Standing
from workflows.engine.read.explained.explanations import explanation_view
from workflows.engine.read.history import case_view
from workflows.engine.review.cards import card_view
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.undo import undo
from workflows.engine.review.waiting.deadlines import sweep
from workflows.engine.sources.told.outcomes import outcome_of
from workflows.model.scripted import says
from workflows.quality.labels.making import make_labels

pytestmark = pytest.mark.slow

OTHER = "what only its second run said"
SHORT = "Hello"
SECRET = "the queue that only the model named"
REASON = "in shadow: your answer is compared with the AI's, which nobody sees before"


def shadowed(make_world: MakeWorld, *, review: Review = CARDS, queue: str = "billing") -> Scene:
    """A workflow in the shadow, whose model names a reply that nobody else would write."""
    scene = earned_scene(make_world, sure(0.4, queue=queue, reply=SECRET))
    scene.workflow.review = review
    stands(scene.world, scene.workflow, deployed(scene.world, scene.workflow), level=Level.SHADOW)
    return scene


def everything(scene: Scene, case: int) -> str:
    """Return all that any reader of a case is shown of it: its card, its history, and its explanation."""
    context = scene.world.context
    review = scene.decided(case)
    view = explanation_view(context, case)
    return repr((card_view(context, review.id), case_view(context, case), view, explained(view)))


def told(scene: Scene, case: int) -> list[str]:
    """Return what the card says of the proposal that nobody saw."""
    found = compared(card_view(scene.world.context, scene.decided(case).id), Room(text=300, line=100, items=9))
    return ["".join(piece.text for piece in line.pieces if isinstance(piece, Words)) for line in found]


def judged(scene: Scene) -> list[tuple[str, bool, bool | None, list[str], bool]]:
    """Make the labels that are due; returns all as (kind, saw it, error, wrong fields, judges a proposal)."""
    while make_labels(scene.world.context).is_more:
        pass
    found = rows(scene.world, schema.Label)
    return [(one.kind, one.saw, one.is_error, one.wrong, one.proposal_id is not None) for one in found]


def test_nothing_of_the_proposal_is_shown_before_it_is_decided(make_world: MakeWorld) -> None:
    scene = shadowed(make_world)
    case = scene.worked()
    review = scene.review(case)
    assert (review.blind, review.has_proposal, why(review)) == (True, False, [REASON])
    assert SECRET not in everything(scene, case)
    assert not any(
        {"proposed", "lowest"} & entry.details.keys() for entry in case_view(scene.world.context, case).audit
    )
    (proposal,) = rows(scene.world, schema.Proposal)
    assert proposal.confidence == 0.4
    view = card_view(scene.world.context, review.id)
    assert (view.alike, view.has_another, view.unseen, told(scene, case)) == (None, False, None, [])
    assert SECRET in repr(case_view(scene.world.context, case, unseen=True)), "the journal has it"


def test_afterwards_both_are_compared_and_the_hidden_proposal_is_judged(make_world: MakeWorld) -> None:
    scene = shadowed(make_world)

    @scene.workflow.same("reply")
    def reworded(_proposed: str, _decided: str) -> bool:
        return True

    same, other, closed = (scene.worked(id=number) for number in (1, 2, 3))
    scene.edit(same, queue="billing", reply="Hello")
    scene.edit(other, queue="delivery", reply="Hello")
    scene.reject(closed, Follows.CLOSE)
    scene.world.work()
    assert told(scene, same) == ["The AI had said the same, unseen"]
    assert told(scene, other) == ["The AI had said, unseen: Queue: billing"]
    assert told(scene, closed) == [f"The AI had said, unseen: Queue: billing, Reply: {SECRET}"]
    assert SECRET in everything(scene, other)
    assert [scene.run(case).state for case in (same, other, closed)] == ["delivered", "delivered", "closed"]
    found = judged(scene)
    with scene.world.database.read() as session:
        # Labels are made at once, and candidates of them: they tell of nothing that may be hidden still.
        team, labels = scene.world.context.team, rows(scene.world, schema.Label)
        kept = [examples.labelled_case(session, one.id, team=team) for one in labels]
    assert [one.proposal for one in kept if one is not None] == [None, None]
    assert found == [
        ("answered", False, False, [], True),
        ("answered", False, True, ["queue"], True),
        # Nothing was to be delivered, and the proposal would have been.
        ("rejected", False, True, [], True),
    ]


def test_as_long_as_a_decision_can_be_taken_back_the_proposal_stays_hidden(make_world: MakeWorld) -> None:
    """So nobody looks at it and decides anew."""
    scene = shadowed(make_world, review=Review(post_to="C0SUPPORT", grace=timedelta(minutes=5)))
    case = scene.worked()
    scene.edit(case, queue="delivery", reply="Hello")
    assert SECRET not in everything(scene, case)
    with pytest.raises(Refused, match="nothing of case"):
        receipt_view(scene.world.context, case)
    undo(scene.world.context, scene.decided(case).id, scene.decided(case).version, by="U1")
    assert SECRET not in everything(scene, case)
    scene.edit(case, queue="billing", reply="Hello")
    scene.world.clock.move(timedelta(minutes=6))
    release(scene.world.context)
    scene.world.work()
    assert told(scene, case) == [f"The AI had said, unseen: Reply: {SECRET}"]
    assert judged(scene)[-1] == ("answered", False, True, ["reply"], True)


def test_a_second_person_does_not_see_it_either_and_one_case_is_one_label(make_world: MakeWorld) -> None:
    scene = shadowed(make_world, review=Review(post_to="C0SUPPORT", second=Second()))
    confirmed, overruled, refused = (scene.worked(id=number) for number in (1, 2, 3))
    for case in (confirmed, overruled, refused):
        scene.edit(case, queue="delivery", reply=SHORT, by="U0ANA")
        assert SECRET not in everything(scene, case)
    scene.approve(confirmed, by="U0BEN")
    scene.edit(overruled, queue="billing", reply=SECRET, by="U0BEN")
    scene.approve(overruled, by="U0CLE")
    scene.reject(refused, Follows.BY_HAND, by="U0BEN")
    assert SECRET not in everything(scene, refused)
    with pytest.raises(Refused, match="nobody sees the proposal before it is decided"):
        scene.reject(refused, Follows.PROPOSE_AGAIN, by="U0BEN")
    scene.world.work()
    assert told(scene, confirmed) == [f"The AI had said, unseen: Queue: billing, Reply: {SECRET}"]
    assert told(scene, overruled) == ["The AI had said the same, unseen"]
    # What was overruled or refused counts for nothing, and a refusal says nothing of what nobody saw.
    assert judged(scene) == [
        ("answered", False, True, ["queue", "reply"], True),
        ("answered", False, False, [], True),
    ]
    assert [one.case_id for one in rows(scene.world, schema.Label)] == [confirmed, overruled]


def test_a_lapse_approves_no_hidden_proposal(make_sqlite_world: MakeWorld) -> None:
    review = Review(post_to="C0SUPPORT", answer_within=timedelta(hours=1), on_expiry="approve")
    scene = shadowed(make_sqlite_world, review=review)
    case = scene.worked()
    scene.world.clock.move(timedelta(hours=2))
    sweep(scene.world.context)
    scene.world.work()
    assert (scene.run(case).state, scene.decided(case).state, scene.desk.attempts) == ("waiting", "open", [])


def test_what_is_run_again_stays_hidden_until_its_case_is_decided(make_sqlite_world: MakeWorld) -> None:
    scene = shadowed(make_sqlite_world)
    case = scene.worked()
    reruns.rerun(scene.world.context, case, by="U1")
    scene.world.model.enqueue(says({"queue": "delivery", "reply": OTHER}, confidence=0.4))
    scene.world.work()
    assert SECRET not in everything(scene, case)
    assert OTHER not in everything(scene, case)
    scene.edit(case, queue="delivery", reply=OTHER)
    scene.world.work()
    assert SECRET in everything(scene, case)


def test_blind_reviews_are_no_failures_of_the_ai(make_world: MakeWorld) -> None:
    scene = shadowed(make_world)
    scene.worked()
    context = scene.world.context
    with scene.world.database.read() as session:
        assert unproposed.count_empty(session, team=context.team) == {}
        assert [one.empty for one in failures.open_reviews(session, team=context.team, at=context.clock())] == [0]


def test_the_receipt_says_that_nobody_saw_the_proposal(make_world: MakeWorld) -> None:
    scene = shadowed(make_world)
    case = scene.worked()
    scene.edit(case, queue="delivery", reply="Hello")
    scene.world.work()
    view = receipt_view(scene.world.context, case)
    (run,) = view.runs
    assert run.outcome is Outcome.ANSWERED
    assert run.proposal is not None
    assert [one.standing for one in (run.proposal.shown, run.proposal.output) if one is not None] == [Standing.FITS] * 2
    assert "Nobody saw the proposal before." in repr(receipt_told(view))


def test_a_source_is_not_told_of_the_proposal_before_it_is_decided(make_world: MakeWorld) -> None:
    scene = shadowed(make_world)
    source = a_source(scene)
    [case] = handed_in(scene, source, 1)
    scene.world.work()
    assert outcome_of(scene.world.context, source, case).proposed is None
    scene.edit(case, queue="delivery", reply="Hello")
    scene.world.work()
    assert outcome_of(scene.world.context, source, case).proposed == {"queue": "billing", "reply": SECRET}


def test_figures_of_quality_tell_apart_what_was_decided_unseen(make_world: MakeWorld) -> None:
    scene = shadowed(make_world)
    for number, queue in ((1, "billing"), (2, "delivery")):
        scene.edit(scene.worked(id=number), queue=queue, reply=SECRET)
    scene.world.work()
    judged(scene)
    context = scene.world.context
    span = {"since": context.clock() - timedelta(hours=1), "until": context.clock() + timedelta(hours=1)}
    with scene.world.database.read() as session:
        (line,) = decided.unseen(session, team=context.team, **span)
        assert decided.counts(session, team=context.team, **span) == []
    assert (line.number, line.compared, line.same) == (2, 2, 1)

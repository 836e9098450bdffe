"""The source of a case can be asked without an author's code: it sees the question, and answers it."""

from datetime import timedelta

import pytest

from store import schema
from store.subjects import SubjectKind
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, rows
from tests.integration.engine.sources.test_outcomes import one, told
from workflows.engine.errors import Refused
from workflows.engine.review import cards, reviews
from workflows.engine.review.source import question_sending, questions
from workflows.engine.sources.views import CaseState

ADDRESS = "https://shop.example/hook"


def ask(scene: Scene, case: int, text: str = "Which order?") -> None:
    """Ask about what is shown now."""
    review = scene.review(case)
    reviews.ask(scene.world.context, review.id, review.version, question=text, by="U1")


def test_a_question_is_seen_and_its_answer_goes_on(make_world: MakeWorld) -> None:
    """The card offers it, the source reads number and text, and the answer begins a new run."""
    scene, source, case = one(make_world, autonomy=DRAFT)
    assert cards.card_view(scene.world.context, scene.review(case).id).can_ask
    ask(scene, case)
    scene.world.work()
    outcome = told(scene, source, case)
    assert outcome.state is CaseState.ASKED
    assert outcome.question is not None
    assert (outcome.question.number, outcome.question.text) == (1, "Which order?")
    # It has no address, so it looks for the question.
    assert not [row for row in rows(scene.world, schema.OutboxRow) if row.kind == "question"]
    questions.reply(scene.world.context, case, "Order 17", by="source:shop", number=1)
    assert told(scene, source, case).question is None
    scene.world.work()
    assert told(scene, source, case).state is CaseState.NEEDS_PERSON


def test_a_question_without_an_answer_goes_back_to_the_reviewers(make_world: MakeWorld) -> None:
    """It counts as sent, so that its time runs; then the review opens again."""
    scene, source, case = one(make_world, autonomy=DRAFT)
    ask(scene, case)
    scene.world.clock.move(scene.workflow.review.source_answers_within + timedelta(minutes=1))
    assert question_sending.sweep(scene.world.context) == 1
    assert told(scene, source, case).state is CaseState.NEEDS_PERSON


def test_a_source_with_an_address_is_sent_the_question(make_world: MakeWorld) -> None:
    """One row of the outbox about the question."""
    scene, source, case = one(make_world, autonomy=DRAFT, name="crm", webhook=ADDRESS)
    ask(scene, case)
    [row] = [row for row in rows(scene.world, schema.OutboxRow) if row.kind == "question"]
    assert (row.channel, row.subject.kind, row.about) == (f"webhook:{source}", SubjectKind.QUESTION, {})


def test_a_case_of_a_file_cannot_be_asked_about(make_world: MakeWorld) -> None:
    """Nobody is there to answer, so the card does not offer it."""
    scene, _, _ = one(make_world, autonomy=DRAFT)
    case = scene.worked(id=7)
    assert not cards.card_view(scene.world.context, scene.review(case).id).can_ask
    with pytest.raises(Refused, match="came from none that can be asked"):
        ask(scene, case)

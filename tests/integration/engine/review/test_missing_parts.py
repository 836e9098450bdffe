"""A case that lacks something: its source is asked for it by itself, once, and people see what is missing."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.review.test_questions import Source, Told, asking
from tests.integration.engine.scene import Scene, rows
from tests.integration.engine.sources.test_outcomes import handed_in, one, told
from tests.sample import Ticket
from tests.world import why
from workflows import source_answers
from workflows.engine.context import SYSTEM
from workflows.engine.review.source import question_sending, questions
from workflows.engine.sources.views import CaseState

pytestmark = pytest.mark.slow

NOTE = "the delivery note"


def lacking(scene: Scene) -> None:
    """Have a case lack its note until an answer speaks of it."""

    def missing(ticket: Ticket) -> Sequence[str]:
        return [] if any("note" in one.answer for one in source_answers()) else [NOTE]

    scene.workflow.missing(missing)


def with_source(make_world: MakeWorld) -> tuple[Scene, Source, Told]:
    scene, source, model = asking(make_world)
    lacking(scene)
    return scene, source, model


def test_the_source_is_asked_before_any_model(make_world: MakeWorld) -> None:
    """The review waits for the answer at once; with it the case is proposed."""
    scene, source, model = with_source(make_world)
    case = scene.worked()
    [asked] = rows(scene.world, schema.Question)
    assert asked.asked_by == SYSTEM
    assert [*source.asked.values()] == [f"Something is missing. Please send {NOTE}."]
    assert model.questions == []
    assert scene.decided(case).state == "asked"
    questions.reply(scene.world.context, case, "Here is the note: 4 pallets", by="shop")
    scene.world.work()
    [question] = model.questions
    assert [one.answer for one in question.answers] == ["Here is the note: 4 pallets"]
    assert f"missing: {NOTE}" not in why(scene.review(case))


def test_an_answer_that_brings_nothing_is_not_asked_for_again(make_world: MakeWorld) -> None:
    """A person gets the proposal, and sees what is missing."""
    scene, source, model = with_source(make_world)
    case = scene.worked()
    questions.reply(scene.world.context, case, "We have none", by="shop")
    scene.world.work()
    assert len(source.asked) == len(model.questions) == 1
    assert f"missing: {NOTE}" in why(scene.review(case))


def test_without_an_answer_people_see_what_is_missing(make_world: MakeWorld) -> None:
    """The review opens again once its time is over."""
    scene, _, _ = with_source(make_world)
    case = scene.worked()
    scene.world.clock.move(scene.workflow.review.source_answers_within + timedelta(minutes=1))
    assert question_sending.sweep(scene.world.context) == 1
    assert f"missing: {NOTE}" in why(scene.review(case))


def test_a_case_of_nobody_goes_to_a_person_with_its_proposal(make_world: MakeWorld) -> None:
    """The model is asked where nobody else can be."""
    scene, _, _ = one(make_world)
    lacking(scene)
    case = scene.worked(id=7)
    assert f"missing: {NOTE}" in why(scene.review(case))
    assert scene.review(case).has_proposal


def test_a_program_reads_what_is_missing(make_world: MakeWorld) -> None:
    """By the way on which it hears of outcomes."""
    scene, source, _ = one(make_world)
    lacking(scene)
    [case] = handed_in(scene, source, 8)
    scene.world.work()
    outcome = told(scene, source, case)
    assert outcome.state is CaseState.ASKED
    assert outcome.question is not None
    assert NOTE in outcome.question.text


def test_a_function_that_fails_stops_the_run(make_world: MakeWorld) -> None:
    """As any other part of proposing."""
    scene, _, _ = asking(make_world)

    def missing(ticket: Ticket) -> Sequence[str]:
        raise KeyError("note")

    scene.workflow.missing(missing)
    assert scene.run(scene.worked()).state == "failed"


@pytest.mark.parametrize("said", ["the note", [3], None])
def test_names_are_a_list_of_texts(make_world: MakeWorld, said: object) -> None:
    """Anything else is an error of the author's."""
    scene, _, _ = asking(make_world)
    scene.workflow.missing(lambda _: said)  # type: ignore[type-var]  # as an author might
    assert scene.run(scene.worked()).state == "failed"

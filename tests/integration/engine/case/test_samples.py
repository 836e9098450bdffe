"""A sample answer, written by hand, is shown as one wherever it shows, and counts in no figure."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from handlers.slack.blocks.card import card, summary
from handlers.slack.blocks.modals import details, edit_form
from store.cases import deliveries
from store.cases.review import reviews as kept_reviews
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, sample
from tests.world import Tell
from workflows import NotDone
from workflows.engine.digests.failures.views import FailureFigures
from workflows.engine.digests.making import digest_view, make
from workflows.engine.digests.names import JobName
from workflows.engine.read.tally import Hits, tally
from workflows.engine.review.cards import card_view
from workflows.engine.review.views import CardView
from workflows.engine.text.form_fields import form_of
from workflows.model.port import Answer, Question
from workflows.model.scripted import says

LABEL = "sample answer, written by hand"


def telling(*, samples: int) -> Tell:
    """A model whose first answers are samples; each of the others costs a dollar."""
    asked = count(1)

    def tell(_: Question) -> Answer:
        is_sample = next(asked) <= samples
        answer = says({"queue": "billing", "reply": "Hello"}, confidence=0.95, cost=Decimal(0 if is_sample else 1))
        return replace(answer, sample=is_sample)

    return tell


def shown(scene: Scene, case: int) -> CardView:
    review = scene.world.case(case).newest.review
    assert review is not None
    return card_view(scene.world.context, review.id)


def test_a_sample_answer_is_labelled_wherever_it_is_shown(make_world: MakeWorld) -> None:
    scene = sample(make_world, telling(samples=1), autonomy=DRAFT)
    case = scene.worked(id=1)
    proposal = scene.run(case).proposal
    assert proposal is not None
    assert proposal.sample
    view, fields = shown(scene, case), form_of(scene.workflow.output)
    assert LABEL in summary(view)
    for drawn in (card(view).blocks, details(view), edit_form(view, fields, {})):
        assert LABEL in str(drawn).lower()
    scene.approve(case)
    scene.world.work()
    assert LABEL in str(card(shown(scene, case)).blocks)


def test_a_models_answer_is_not(make_world: MakeWorld) -> None:
    scene = sample(make_world, telling(samples=0), autonomy=DRAFT)
    view = shown(scene, scene.worked(id=1))
    assert LABEL not in str((summary(view), card(view).blocks, details(view))).lower()


def test_samples_are_counted_neither_as_resolved_nor_as_right(make_world: MakeWorld) -> None:
    scene = sample(make_world, telling(samples=2))
    ids = [scene.worked(id=number) for number in (1, 2, 3)]
    counted = tally(scene.world.context, ids, {case: {"queue": "billing"} for case in ids})
    assert (counted.cases, counted.alone, counted.samples, counted.cost) == (1, 1, 2, Decimal(1))
    assert counted.right_of_all == {"queue": Hits(right=1, of=1)}


def test_what_fails_is_told_of_samples_too(make_world: MakeWorld) -> None:
    scene = sample(make_world, telling(samples=1))
    scene.desk.errors.append(NotDone("the desk is closed"))
    counted = tally(scene.world.context, [scene.worked(id=1)], {})
    assert (counted.cases, counted.failed, counted.samples) == (0, 1, 1)


def test_the_summary_of_the_day_counts_no_case_with_a_sample_answer_and_says_so(make_world: MakeWorld) -> None:
    scene = sample(make_world, telling(samples=2), autonomy=DRAFT)
    decided, *_ = [scene.worked(id=number) for number in (1, 2, 3)]
    scene.approve(decided)
    scene.world.work()
    scene.world.clock.move(timedelta(days=1))
    made = make(scene.world.context, JobName.FAILURES, today=date(2026, 11, 21), zone=ZoneInfo("UTC"))
    assert made is not None
    told = digest_view(scene.world.context, made).figures
    assert isinstance(told, FailureFigures)
    (figures,) = told.workflows
    assert (figures.taken_in, figures.by_people, figures.waiting, figures.alone) == (1, 0, 1, 0)
    assert (figures.samples, figures.cost) == (2, Decimal(1))


def test_decisions_about_samples_and_their_deliveries_are_not_counted(make_world: MakeWorld) -> None:
    scene = sample(make_world, telling(samples=1), autonomy=DRAFT)
    for number in (1, 2):
        scene.approve(scene.worked(id=number))
    with scene.world.context.database.read() as session:
        assert kept_reviews.decision_counts(session, team=scene.world.context.team) == {"approved": 1}
    scene.world.work()
    with scene.world.context.database.read() as session:
        assert deliveries.count_applied(session, team=scene.world.context.team) == 1

"""The weekly quality review: what people decided, changed and refused in the week, and nothing of any case."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers.slack.blocks.digests.digest import digest
from handlers.slack.blocks.parts.transcript import transcript
from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from tests.sample import Triage
from tests.world import sure
from workflows import Autonomy, Review
from workflows.engine.digests.jobs import job_called
from workflows.engine.digests.making import digest_view, make, preview
from workflows.engine.digests.names import JobName
from workflows.engine.digests.quality import figures as gathering
from workflows.engine.digests.quality.reasons import rejections
from workflows.engine.digests.quality.views import QualityFigures, QualityOfWorkflow, ReasonCount, ValueChange
from workflows.engine.digests.views import DigestView
from workflows.engine.errors import NeverBroken, Unknown
from workflows.engine.privacy.forgetting import forget
from workflows.engine.review import refusals, undo
from workflows.engine.review.decisions import Follows
from workflows.engine.review.spot_checks.answers import answer
from workflows.engine.review.wrong import corrections, reports
from workflows.model.scripted import says
from workflows.quality.examples.candidates import gather
from workflows.quality.examples.taking import groups, leave
from workflows.quality.labels.making import make_labels

pytestmark = pytest.mark.slow

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 11, 23)
"""The tests happen on the Friday before."""
REASONS = Review(reject_reasons=("Spam", "A duplicate"))
SECRET = "Mrs Smith of 12 Elm Street"


def at(scene: Scene, day: date, hour: int = 12) -> None:
    """Put the clock to a local time in Berlin."""
    scene.world.clock.time = datetime.combine(day, time(hour), tzinfo=BERLIN).astimezone(UTC)


def made(scene: Scene, today: date = MONDAY) -> DigestView:
    """The review of the week before, made at eight."""
    at(scene, today, 8)
    found = make(scene.world.context, JobName.QUALITY, today=today, zone=BERLIN)
    assert found is not None
    return digest_view(scene.world.context, found)


def figures(view: DigestView) -> QualityFigures:
    """Return its figures."""
    assert isinstance(view.figures, QualityFigures)
    return view.figures


def told(view: DigestView) -> QualityOfWorkflow:
    """Return the figures of its only workflow."""
    (found,) = figures(view).workflows
    return found


def test_a_quiet_week_has_a_review_too(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    view = made(scene)
    assert (view.first, view.last, view.missed) == (date(2026, 11, 16), date(2026, 11, 22), 0)
    assert not figures(view).workflows
    assert "Nobody looked at anything" in digest(view).text


def test_decisions_edits_and_reasons_of_the_week_are_told(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=REASONS)
    cases = [scene.worked(id=number) for number in range(1, 13)]
    scene.approve(cases[0])
    for case in cases[1:5]:
        scene.edit(case, queue="delivery", reply="Hello")
    scene.edit(cases[5], queue="billing", reply=SECRET)
    for case in cases[6:8]:
        scene.reject(case, Follows.CLOSE, reason="Spam")
    scene.reject(cases[8], Follows.CLOSE, reason=f"A duplicate: {SECRET}")
    scene.reject(cases[9], Follows.CLOSE, reason=SECRET)
    scene.world.work()
    view = made(scene)
    one = told(view)
    assert (one.decided, one.edited, one.rejected, one.compared) == (10, 5, 4, 5)
    (queue,) = one.fields
    assert (queue.label, queue.number) == ("Queue", 4)
    assert queue.values == [ValueChange(proposed="billing", decided="delivery", number=4)]
    assert one.few == 1
    assert one.reasons == [ReasonCount(said="Spam", number=2), ReasonCount(said="A duplicate", number=1)]
    assert one.free_reasons == 2
    (by,) = one.proposers
    assert (by.decided, by.edited, by.rejected) == (10, 5, 4)
    assert one.before.decided == 0


def test_no_word_of_a_case_is_in_the_digest_nor_in_its_row_nor_in_a_file(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=REASONS)
    for number in range(1, 5):
        scene.edit(scene.worked(id=number, text=SECRET), queue="delivery", reply=SECRET)
    scene.reject(scene.worked(id=9), Follows.CLOSE, reason=SECRET)
    view = made(scene)
    row = next(row for row in rows(scene.world, schema.Digest) if row.id == view.id)
    for shown in (json.dumps(row.figures), str(digest(view).blocks)):
        assert SECRET not in shown
    assert SECRET not in str(job_called(JobName.QUALITY).records(view.figures))


def test_those_with_the_right_read_the_reasons_in_peoples_own_words(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=REASONS)
    own = scene.worked(id=1)
    scene.reject(own, Follows.CLOSE, reason=SECRET)
    scene.reject(scene.worked(id=2), Follows.CLOSE, reason="Spam")
    view = made(scene)
    assert view.id is not None
    found = rejections(scene.world.context, view.id, told(view).row)
    assert [(one.case, one.reason) for one in found.rejections] == [(own, SECRET)]
    with pytest.raises(Unknown):
        rejections(scene.world.context, 99, 1)


def test_the_week_before_stands_beside_the_week(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    at(scene, MONDAY - timedelta(days=10))
    for number in (1, 2, 3):
        scene.edit(scene.worked(id=number), queue="delivery")
    at(scene, MONDAY - timedelta(days=3))
    scene.approve(scene.worked(id=4))
    one = told(made(scene))
    assert (one.decided, one.edited) == (1, 0)
    assert (one.before.decided, one.before.edited) == (3, 3)


def test_what_was_taken_back_is_not_counted(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=Review(grace=timedelta(minutes=5)))
    case = scene.worked(id=1)
    review = scene.review(case)
    scene.edit(case, queue="delivery")
    undo.undo(scene.world.context, review.id, review.version, by="U1")
    assert not figures(made(scene)).workflows


def test_a_persons_correction_says_nothing_of_the_models_proposals(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=Autonomy.floor(0.8, spot_checks=0))
    case = scene.worked(id=1)
    corrections.correct(scene.world.context, case, Triage(queue="delivery"), by="U1")
    scene.edit(case, queue="billing", reply="Sorry", by="U2")
    scene.world.work()
    one = told(made(scene))
    assert (one.decided, one.edited, one.corrected) == (0, 0, 1)


def test_a_sample_answer_says_nothing_of_quality(make_world: MakeWorld) -> None:
    written = says({"queue": "billing", "reply": "Hello"}, confidence=0.5)
    scene = sample(make_world, lambda _: replace(written, sample=True), autonomy=DRAFT)
    scene.edit(scene.worked(id=1), queue="delivery")
    assert not figures(made(scene)).workflows


def test_only_the_newest_edits_are_read_and_all_are_counted(
    make_world: MakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "MOST", 3)
    scene = sample(make_world, autonomy=DRAFT)
    for number in range(1, 6):
        scene.edit(scene.worked(id=number), queue="delivery", reply="Hello")
    view = made(scene)
    one = told(view)
    assert (one.edited, one.compared, one.fields[0].number) == (5, 3, 3)
    assert "the 3 newest of 5 edits" in str(digest(view).blocks)


def test_edits_of_a_workflow_that_is_not_known_any_more_are_only_counted(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    for number in (1, 2, 3):
        scene.edit(scene.worked(id=number), queue="delivery")
    del scene.world.registry._workflows["sample"]
    one = told(made(scene))
    assert (one.edited, one.fields, one.compared) == (3, [], 0)


def test_reports_are_told_with_what_came_of_them(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=Autonomy.floor(0.8, spot_checks=0))
    wrong, right, open_still = (scene.worked(id=number) for number in (1, 2, 3))
    for case in (wrong, right, open_still):
        kept = reports.note(scene.world.context, about="it", case=case, by="U0EVE", said="wrong")
        assert kept is not None
        reports.take_up(scene.world.context, kept)
    scene.edit(wrong, queue="delivery", reply="Sorry")
    scene.world.work()
    scene.approve(right)
    one = told(made(scene))
    reported = one.reported
    assert (reported.reported, reported.corrected, reported.right, reported.waiting) == (3, 1, 1, 1)
    assert one.corrected == 1


def test_spot_checks_are_told_with_their_outcomes_and_those_that_are_overdue(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=Autonomy.floor(0.8, spot_checks=1))
    for number in (1, 2, 3):
        scene.worked(id=number)
    check = rows(scene.world, schema.SpotCheck)[0]
    same = Triage(queue="billing", reply="Hello")
    answer(scene.world.context, check.id, check.version, same, by="U1")
    one = told(made(scene, MONDAY))
    assert one.checks is not None
    assert (one.checks.alone, one.checks.drawn, one.checks.looked_at, one.checks.same) == (3, 3, 1, 1)
    assert (one.checks.open, one.overdue) == (2, 0)
    at(scene, MONDAY + timedelta(days=3))
    assert told(preview(scene.world.context, JobName.QUALITY, today=MONDAY, zone=BERLIN)).overdue == 2


def test_rules_that_people_passed_over_are_told_by_their_sentence_and_bars_by_their_number(
    make_world: MakeWorld,
) -> None:
    scene = sample(make_world, sure(0.95, queue="billing", reply="Hello"), autonomy=DRAFT)
    case = scene.worked(id=1)
    scene.edit(case, queue="safety", confirmed=True)
    other = scene.worked(id=2)
    with (
        pytest.raises(NeverBroken),
        refusals.told_of_review(scene.world.context, scene.review(other).id, by="U1", wanted="edit"),
    ):
        scene.edit(other, queue="billing", reply="$5")
    one = told(made(scene))
    assert one.confirmed == [ReasonCount(said="answer a safety report alone", number=1)]
    assert one.barred == 1


def test_cases_that_wait_to_become_examples_are_a_line_until_somebody_decided_them(make_world: MakeWorld) -> None:
    """Also where nothing else happened in the week, and never one whose decision or content is gone."""
    scene = sample(make_world, autonomy=DRAFT)
    context = scene.world.context
    at(scene, MONDAY - timedelta(days=9))
    for number, what in enumerate(("kettle", "invoice", "parcel"), 1):
        text = f"Please look after my {what} of last week, since nobody answers the letter that I wrote about it"
        scene.edit(scene.worked(id=number, text=text), queue="delivery")
    scene.world.work()
    make_labels(context)
    assert gather(context).candidates == 3
    view = made(scene)
    assert (told(view).decided, told(view).examples) == (0, 3)
    assert "3 decided cases wait to become examples: /countersign examples sample" in str(
        transcript(digest(view).blocks)
    )
    forget(context, scene.world.rows(schema.Case)[0].id, by="U1")
    assert told(preview(context, JobName.QUALITY, today=MONDAY, zone=BERLIN)).examples == 2
    leave(context, [one.id for group in groups(context, "sample") for one in group.candidates], by="U0MARIA")
    assert not figures(preview(context, JobName.QUALITY, today=MONDAY, zone=BERLIN)).workflows

"""Decisions become labels once, by the rules, and follow what is taken back."""

from datetime import timedelta
from typing import Any

import pytest

from store import schema
from store.learning import labels as kept
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from tests.sample import Triage
from workflows import Autonomy, Review
from workflows.engine.review import reviews
from workflows.engine.review.decisions import Follows
from workflows.engine.review.spot_checks.answers import answer
from workflows.engine.review.spot_checks.grades import grade
from workflows.engine.review.spot_checks.views import Grade
from workflows.engine.review.undo import undo
from workflows.engine.review.wrong import corrections, reports
from workflows.quality.labels.making import make_labels

pytestmark = pytest.mark.slow


def made(scene: Scene) -> list[tuple[str, bool | None, list[Any], bool]]:
    """Make the labels that are due; returns all of them as (kind, error, wrong fields, with a right output)."""
    while make_labels(scene.world.context).is_more:
        pass
    return [(one.kind, one.is_error, one.wrong, one.output_id is not None) for one in rows(scene.world, schema.Label)]


def test_each_decision_is_one_label_by_its_rule(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)

    @scene.workflow.same("reply")
    def reworded(proposed: str, decided: str) -> bool:
        return proposed.casefold() == decided.casefold()

    cases = [scene.worked(id=number) for number in range(1, 7)]
    scene.approve(cases[0])
    scene.edit(cases[1], queue="billing", reply="HELLO")
    scene.edit(cases[2], queue="delivery", reply="Hello")
    for case, follows in zip(cases[3:6], (Follows.CLOSE, Follows.PROPOSE_AGAIN, Follows.BY_HAND), strict=True):
        scene.reject(case, follows)
    expected = [
        ("approved", False, [], True),
        ("edited", False, [], True),
        ("edited", True, ["queue"], True),
        *[("rejected", True, [], False)] * 3,
    ]
    assert made(scene) == expected
    assert make_labels(scene.world.context).labels == 0, "each only once"
    # After "by hand" the answer is the right one, and no proposal is judged a second time.
    scene.edit(cases[5], queue="delivery", reply="Hi")
    scene.world.work()
    # A proposal that was told of a refused one is no evidence of the version.
    scene.approve(cases[4])
    assert made(scene)[6:] == [("answered", None, [], True), ("approved", None, [], True)]
    last = rows(scene.world, schema.Label)[-1]
    assert (last.saw, last.proposal_id) == (True, None)


def test_rows_of_a_grid_that_nobody_opened_and_questions_and_lapses_are_no_labels(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    review = scene.review(scene.worked())
    reviews.approve(scene.world.context, review.id, review.version, by="U1", together=True)
    assert made(scene) == []


def test_what_is_taken_back_counts_no_more(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=Review(grace=timedelta(minutes=5)))
    case = scene.worked()
    review = scene.review(case)
    scene.approve(case)
    assert made(scene) == [("approved", False, [], True)]
    undo(scene.world.context, review.id, review.version, by="U1")
    scene.world.clock.move(timedelta(seconds=30))
    made(scene)
    (label,) = rows(scene.world, schema.Label)
    assert label.revoked_at is not None
    scene.edit(case, queue="delivery", reply="Hello")
    assert made(scene)[1:] == [("edited", True, ["queue"], True)]


def test_a_correction_judges_the_proposal_that_was_delivered_and_the_last_word_counts(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()
    scene.approve(case)
    scene.world.work()
    corrections.correct(scene.world.context, case, Triage(queue="delivery", reply="Hello"), by="U2")
    scene.approve(case)
    assert made(scene) == [("approved", False, [], True), ("corrected", True, ["queue"], True)]
    first, second = rows(scene.world, schema.Label)
    assert (first.proposal_id, first.run_id) == (second.proposal_id, second.run_id)
    with scene.world.database.read() as session:
        (counted,) = kept.of_workflow(session, team=scene.world.context.team, workflow=first.workflow_id, limit=9)
        (number,) = kept.counts(session, team=scene.world.context.team, workflow=first.workflow_id, since=first.at)
    assert (counted.label, number.kind, number.wrong) == (second.id, "corrected", ["queue"])


def test_a_report_that_was_right_and_one_that_was_not(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    one, other = scene.worked(id=1), scene.worked(id=2)
    for case in (one, other):
        reports.note(scene.world.context, about=f"case {case}", case=case, by="U3", said="wrong")
    reports.take_up_all(scene.world.context)
    scene.approve(one)
    scene.edit(other, queue="delivery", reply="Hello")
    assert made(scene) == [("reported", False, [], True), ("reported", True, ["queue"], True)]


def test_a_spot_check_is_a_label_once_it_is_decided_and_its_correction_is_none(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=Autonomy.floor(0.8, spot_checks=1))
    context = scene.world.context
    scene.worked(id=1)
    (check,) = rows(scene.world, schema.SpotCheck)
    answer(context, check.id, 1, Triage(queue="delivery", reply="Hello"), by="U1")
    assert made(scene) == [], "before the difference is graded"
    grade(context, check.id, 2, Grade.MINOR, by="U1", people=["U1"])
    assert made(scene) == [("spot_checked", True, ["queue"], True)]
    (label,) = rows(scene.world, schema.Label)
    assert (label.saw, label.by) == (False, "U1")


def test_a_batch_that_another_process_made_is_there_once(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    for number in range(1, 6):
        scene.approve(scene.worked(id=number))
    assert [make_labels(scene.world.context, limit=2).labels for _ in range(3)] == [2, 2, 1]
    with scene.world.database.write() as session:
        session.query(schema.LabelProgress).update({"decision_id": 0})
    assert make_labels(scene.world.context).labels == 0
    assert len(rows(scene.world, schema.Label)) == 5

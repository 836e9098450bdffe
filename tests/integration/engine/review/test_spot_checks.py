"""A share of what went alone is drawn, in the transaction that resolves it, and looked at blind."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from store import schema
from store.cases.review import spot_checks as kept
from store.cases.review.spot_checks import SpotCheckCounts
from store.db import failpoints
from store.db.failpoints import Failpoint, Side
from store.subjects import SubjectKind
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, Crash, Scene, rows, sample
from tests.integration.engine.trail import follow_the_trail
from tests.sample import Triage
from tests.world import sure
from workflows import Autonomy, NotDone, Review
from workflows.engine.case import intake
from workflows.engine.declare.registry import Registry
from workflows.engine.errors import NotBlind, OwnCase, Repeated, SamePerson, Stale
from workflows.engine.review.cards import card_view
from workflows.engine.review.spot_checks.answers import Answered, answer
from workflows.engine.review.spot_checks.comparison import is_delivered_first
from workflows.engine.review.spot_checks.grades import NotSaid, grade
from workflows.engine.review.spot_checks.looks import (
    blind_view,
    checks_of_channel,
    comparison_view,
    count_for,
    leave,
    next_of,
    note_seen,
    open_it,
    pass_on,
    spot_check_view,
    waiting_for,
)
from workflows.engine.review.spot_checks.sampler import falls
from workflows.engine.review.spot_checks.upkeep import Upkeep, correct, end_passed
from workflows.engine.review.spot_checks.views import Became, Grade, Right, Task
from workflows.engine.review.wrong import corrections, reports
from workflows.model.port import Answer, Question
from workflows.model.scripted import says

pytestmark = pytest.mark.slow

ALL = Autonomy.floor(0.8, spot_checks=1)
"""Everything that goes alone is drawn."""
HALF = Autonomy.floor(0.8, spot_checks=0.5)


def checks(scene: Scene) -> list[schema.SpotCheck]:
    return rows(scene.world, schema.SpotCheck)


def counts(scene: Scene) -> SpotCheckCounts:
    """Return the figures of the only workflow."""
    context = scene.world.context
    with context.database.read() as session:
        since, until = context.clock() - timedelta(days=7), context.clock() + timedelta(days=7)
        (found,) = kept.counts(session, team=context.team, since=since, until=until).values()
        return found


def test_what_goes_alone_is_drawn_with_the_transaction_that_resolves_it(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=ALL)
    case = scene.worked()
    (check,) = checks(scene)
    run = scene.run(case)
    assert (check.run_id, check.case_id, check.state, check.probability) == (run.id, case, "open", 1.0)
    assert check.due_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC), "two working days after a Friday morning"
    follow_the_trail(scene.world)


def test_the_probability_is_kept_for_each_run_that_went_alone_drawn_or_not(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=HALF)
    for number in range(1, 31):
        scene.worked(id=number)
    runs = rows(scene.world, schema.Run)
    assert {run.spot_check_probability for run in runs} == {0.5}
    drawn = [run.id for run in runs if falls(scene.world.context.seed, run.id, 0.5)]
    assert [check.run_id for check in checks(scene)] == drawn
    assert 5 < len(drawn) < 25
    told = counts(scene)
    assert (told.alone, told.probabilities, told.drawn, told.open) == (30, 15.0, len(drawn), len(drawn))


@pytest.mark.parametrize("after", ["spot_check.drawn", "delivery.attempting"])
def test_a_run_that_is_resolved_again_after_a_crash_draws_the_same(make_world: MakeWorld, after: str) -> None:
    scene = sample(make_world, autonomy=ALL)
    scene.submit()

    def die(point: Failpoint, side: Side, about: str) -> None:
        if (point, side, about) == (Failpoint.AUDIT, Side.AFTER, after):
            raise Crash

    with failpoints.watched(die):
        scene.crash()
    assert not checks(scene), "nothing is kept of a transaction that did not end"
    scene.world.work()
    assert len(checks(scene)) == 1


def test_a_sample_answer_is_never_drawn(make_world: MakeWorld) -> None:
    """It was written by hand for a demonstration, and shows nothing of how good the workflow is."""
    answer = says({"queue": "billing", "reply": "Hello"}, confidence=0.95)
    scene = sample(make_world, lambda _: replace(answer, sample=True), autonomy=ALL)
    scene.worked()
    assert not checks(scene)
    assert [run.spot_check_probability for run in rows(scene.world, schema.Run)] == [None]


def test_what_a_person_decides_is_not_drawn(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=Autonomy(at_least=0.99, spot_checks=1))
    case = scene.worked()
    scene.approve(case)
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert not checks(scene)
    assert [run.spot_check_probability for run in rows(scene.world, schema.Run)] == [None]


def test_at_a_share_of_0_nothing_is_drawn_and_that_is_kept(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=Autonomy.floor(0.8, spot_checks=0))
    scene.worked()
    assert not checks(scene)
    assert [run.spot_check_probability for run in rows(scene.world, schema.Run)] == [0.0]


def test_a_draw_is_in_the_trail_of_its_case(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=ALL)
    scene.worked()
    (check,) = checks(scene)
    found = [row for row in rows(scene.world, schema.AuditRow) if row.subject == SubjectKind.SPOT_CHECK.of(check.id)]
    assert [(row.action, row.actor, row.case_id) for row in found] == [
        ("spot_check.drawn", "countersign", check.case_id)
    ]


# Looked at: a blind answer, and the grade of a difference


def drawn(make_world: MakeWorld, **more: Any) -> tuple[Scene, int]:
    """Return a scene with a case that went alone and was drawn, and its spot check."""
    scene = sample(make_world, autonomy=ALL, **more)
    scene.worked()
    return scene, checks(scene)[0].id


def look(scene: Scene, check: int, *, by: str, shown: int = 1, **values: str) -> Answered:
    """Answer a spot check blind."""
    output = Triage.model_validate({"queue": "billing", "reply": "Hello"} | values)
    return answer(scene.world.context, check, shown, output, by=by)


def judge(scene: Scene, check: int, given: Grade, *, by: str, others: bool = True, note: str = "") -> str:
    """Grade the difference as it stands now."""
    shown = spot_check_view(scene.world.context, check).version
    people = ["U0ANA", "U0BEN"] if others else [by]
    # What was delivered is wrong, wherever it stands.
    right = Right.OTHER if is_delivered_first(scene.world.context.seed, check) else Right.ONE
    return grade(scene.world.context, check, shown, given, by=by, people=people, right=right, note=note)


def ended(scene: Scene, check: int) -> tuple[str, str | None, str | None, bool | None]:
    """Return the state of a spot check, its outcome, how that was found, and whether it counts as an error."""
    (row,) = [one for one in checks(scene) if one.id == check]
    return row.state, row.outcome, row.end, row.is_error


def test_an_equal_answer_decides_it_and_nobody_is_asked_to_grade(make_world: MakeWorld) -> None:
    scene, check = drawn(make_world)
    open_it(scene.world.context, check, by="U0ANA")
    scene.world.clock.move(timedelta(seconds=40))
    assert look(scene, check, by="U0ANA").differences == []
    assert ended(scene, check) == ("decided", "same", "equal", False)
    assert checks(scene)[0].seconds == 40
    follow_the_trail(scene.world)


def test_the_form_shows_nothing_of_the_answer_before_one_is_in(make_world: MakeWorld) -> None:
    scene, check = drawn(make_world, tell=sure(0.95, queue="delivery", reply="It was answered so"))
    view = blind_view(scene.world.context, check, by="U0ANA")
    assert (view.text, dict(view.values)) == ("charged twice\nen", {"reply": ""}), "what the form has by itself"
    assert "answered so" not in repr(view)
    waiting = waiting_for(scene.world.context, by="U0ANA", workflows=["sample"], limit=10)
    assert "answered so" not in repr(waiting)
    with pytest.raises(Stale, match="nobody has answered"):
        comparison_view(scene.world.context, check, by="U0ANA")


def test_whoever_answered_sees_both_and_may_let_the_other_stand(make_world: MakeWorld) -> None:
    scene, check = drawn(make_world)
    found = look(scene, check, by="U0ANA", queue="delivery").differences
    assert [(one.label, one.one, one.other) for one in found] == [("Queue", "billing", "delivery")]
    view = comparison_view(scene.world.context, check, by="U0ANA")
    assert (view.is_second, [(one.one, one.other) for one in view.differences]) == (False, [("billing", "delivery")])
    assert judge(scene, check, Grade.SAME, by="U0ANA") == "decided"
    assert ended(scene, check) == ("decided", "same", "changed", False)
    follow_the_trail(scene.world)


@pytest.mark.parametrize(("given", "error"), [(Grade.MINOR, True), (Grade.SAME, False)])
def test_an_error_that_one_found_is_graded_by_another_whose_grade_counts(
    make_world: MakeWorld, given: Grade, error: bool
) -> None:
    scene, check = drawn(make_world)
    look(scene, check, by="U0ANA", queue="delivery")
    assert judge(scene, check, Grade.CRITICAL, by="U0ANA", note="the wrong desk") == "awaiting_second"
    assert counts(scene).open == 1, "until then it is open"
    with pytest.raises(SamePerson):
        judge(scene, check, Grade.CRITICAL, by="U0ANA")
    assert judge(scene, check, given, by="U0BEN") == "decided"
    assert ended(scene, check) == ("decided", given, "second", error)
    (row,) = checks(scene)
    assert (row.grade, row.second_grade, row.second_by) == ("critical", given, "U0BEN")
    follow_the_trail(scene.world)


@pytest.mark.parametrize("finds_delivered_right", [True, False])
def test_a_second_person_says_which_is_right_and_what_was_delivered_may_be(
    make_world: MakeWorld, finds_delivered_right: bool
) -> None:
    scene, check = drawn(make_world)
    look(scene, check, by="U0ANA", queue="delivery")
    judge(scene, check, Grade.MAJOR, by="U0ANA")
    context = scene.world.context
    with pytest.raises(NotSaid):
        grade(context, check, 3, Grade.MAJOR, by="U0BEN", people=None)
    is_first = comparison_view(context, check, by="U0BEN").differences[0].one == "billing"
    right = Right.ONE if is_first is finds_delivered_right else Right.OTHER
    grade(context, check, 3, Grade.MAJOR, by="U0BEN", people=None, right=right)
    (row,) = checks(scene)
    outcome = ("same", False, "delivered") if finds_delivered_right else ("major", True, "blind")
    assert (row.outcome, row.is_error, row.second_right) == outcome
    assert row.correction == (None if finds_delivered_right else "due")


def test_neither_may_be_right(make_world: MakeWorld) -> None:
    scene, check = drawn(make_world)
    look(scene, check, by="U0ANA", queue="delivery")
    judge(scene, check, Grade.MINOR, by="U0ANA")
    grade(scene.world.context, check, 3, Grade.CRITICAL, by="U0BEN", people=None, right=Right.NEITHER)
    assert ended(scene, check) == ("decided", "critical", "second", True)
    assert checks(scene)[0].second_right == "neither"


def test_the_second_person_is_not_told_whose_the_answers_are(make_world: MakeWorld) -> None:
    """In which order they stand follows from the spot check, and is not the same for all."""
    scene = sample(make_world, autonomy=ALL)
    orders = set()
    for number in range(1, 13):
        scene.worked(id=number)
    for check in checks(scene):
        look(scene, check.id, by="U0ANA", queue="delivery")
        judge(scene, check.id, Grade.MINOR, by="U0ANA")
        view = comparison_view(scene.world.context, check.id, by="U0BEN")
        assert view.is_second
        assert view == comparison_view(scene.world.context, check.id, by="U0CLEO"), "the same for everybody"
        orders.add(view.differences[0].one)
    assert orders == {"billing", "delivery"}


def test_where_nobody_else_may_grade_the_first_grade_stands(make_world: MakeWorld) -> None:
    scene, check = drawn(make_world)
    look(scene, check, by="U0ANA", queue="delivery")
    assert judge(scene, check, Grade.MINOR, by="U0ANA", others=False) == "decided"
    assert ended(scene, check) == ("decided", "minor", "no_other", True)


def test_others_who_know_the_case_are_nobody_who_may_grade(make_world: MakeWorld) -> None:
    scene, check = drawn(make_world)
    look(scene, check, by="U0ANA", queue="delivery")
    note_seen(scene.world.context, checks(scene)[0].case_id, by="U0BEN")
    assert judge(scene, check, Grade.MINOR, by="U0ANA") == "decided"
    assert ended(scene, check) == ("decided", "minor", "no_other", True)


def test_a_difference_that_nobody_graded_waits_for_somebody_else_after_a_day(make_world: MakeWorld) -> None:
    scene, check = drawn(make_world)
    look(scene, check, by="U0ANA", queue="delivery")
    context = scene.world.context
    assert next_of(context, by="U0BEN", workflows=["sample"]) is None
    first = next_of(context, by="U0ANA", workflows=["sample"])
    assert first is not None
    assert first.task is Task.GRADE
    scene.world.clock.move(timedelta(days=1))
    second = next_of(context, by="U0BEN", workflows=["sample"])
    assert second is not None
    assert second.task is Task.SECOND
    assert judge(scene, check, Grade.MINOR, by="U0BEN") == "decided"
    assert ended(scene, check) == ("decided", "minor", "second", True)


@pytest.mark.parametrize("given", [Grade.MAJOR, Grade.CRITICAL])
def test_major_and_critical_open_a_correction_with_the_blind_answer(make_world: MakeWorld, given: Grade) -> None:
    scene, check = drawn(make_world, review=CARDS)
    look(scene, check, by="U0ANA", queue="delivery")
    judge(scene, check, given, by="U0ANA", note="the wrong desk", others=False)
    assert correct(scene.world.context, check) is Became.OPENED
    assert correct(scene.world.context, check) is None, "once"
    (row,) = checks(scene)
    assert row.review_id is not None
    card = card_view(scene.world.context, row.review_id)
    shown = [(value.name, value.delivered, value.proposed) for value in card.values]
    assert shown == [("queue", "billing", "delivery"), ("reply", "Hello", "Hello")]
    assert (card.correction, card.model, list(card.model_says)) == (True, "U0ANA", ["the wrong desk"])
    scene.approve(row.case_id, by="U0BEN")
    scene.world.work()
    assert [one.queue for one in scene.desk.applied.values()] == ["billing", "delivery"]
    assert ended(scene, check) == ("decided", given, "no_other", True), "it found the error; it is not undone by it"
    follow_the_trail(scene.world)


def test_a_correction_that_waits_already_is_joined(make_world: MakeWorld) -> None:
    scene, check = drawn(make_world)
    look(scene, check, by="U0ANA", queue="delivery")
    review = corrections.correct(scene.world.context, checks(scene)[0].case_id, Triage(queue="safety"), by="U0CLEO")
    judge(scene, check, Grade.MAJOR, by="U0ANA", others=False)
    assert correct(scene.world.context, check) is Became.JOINED
    assert checks(scene)[0].review_id == review


def test_an_answer_that_is_barred_is_reported_in_place_of_proposed(make_world: MakeWorld) -> None:
    """Nothing is delivered by a blind answer, so no rule is asked before."""
    scene, check = drawn(make_world)
    look(scene, check, by="U0ANA", reply="Here are $50")
    judge(scene, check, Grade.MAJOR, by="U0ANA", others=False)
    assert correct(scene.world.context, check) is Became.REPORTED
    (row,) = checks(scene)
    assert row.review_id is not None
    assert card_view(scene.world.context, row.review_id).reported


# Who looks


def test_whoever_decided_something_about_the_case_is_not_asked(make_world: MakeWorld) -> None:
    scene, check = drawn(make_world)
    case = checks(scene)[0].case_id
    kept_report = reports.note(scene.world.context, about="it", case=case, by="U0MARIA", said="wrong?")
    assert kept_report is not None
    reports.take_up(scene.world.context, kept_report)
    scene.approve(case, by="U0ANA")  # it was right, and stays
    scene.world.work()
    assert next_of(scene.world.context, by="U0ANA", workflows=["sample"]) is None
    assert next_of(scene.world.context, by="U0BEN", workflows=["sample"]) is not None
    with pytest.raises(NotBlind):
        look(scene, check, by="U0ANA")


def test_whoever_was_shown_the_case_is_not_asked_to_look_at_it_blind(make_world: MakeWorld) -> None:
    scene, check = drawn(make_world)
    context, case = scene.world.context, checks(scene)[0].case_id
    for _ in range(3):
        note_seen(context, case, by="U0ANA")
    assert next_of(context, by="U0ANA", workflows=["sample"]) is None
    assert count_for(context, by="U0ANA", workflows=["sample"]).number == 0
    seen = [row for row in rows(scene.world, schema.AuditRow) if row.action == "spot_check.seen"]
    assert [row.actor for row in seen] == ["U0ANA"], "told once"
    with pytest.raises(NotBlind):
        blind_view(context, check, by="U0ANA")
    look(scene, check, by="U0BEN", queue="delivery")
    note_seen(context, case, by="U0BEN")  # they know both now, and their grade is still asked for
    assert judge(scene, check, Grade.SAME, by="U0BEN") == "decided"


def test_what_somebody_left_to_others_is_not_shown_to_them_again(make_world: MakeWorld) -> None:
    scene, check = drawn(make_world)
    context = scene.world.context
    open_it(context, check, by="U0ANA")
    pass_on(context, check, by="U0ANA")
    pass_on(context, check, by="U0ANA")
    assert next_of(context, by="U0ANA", workflows=["sample"]) is None
    assert next_of(context, by="U0BEN", workflows=["sample"]) is not None, "it is free at once"


def test_whoever_handed_a_case_in_is_not_asked_where_their_workflow_says_so(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=ALL, review=Review(self_approval=False))
    accepted = intake.accept(scene.workflow, {"id": 1, "text": "charged twice"})
    intake.take_in(scene.world.context, scene.workflow, [accepted], source="test", actor="U0ANA")
    scene.world.work()
    (check,) = checks(scene)
    assert next_of(scene.world.context, by="U0ANA", workflows=["sample"]) is None
    assert waiting_for(scene.world.context, by="U0ANA", workflows=["sample"], limit=5) == []
    with pytest.raises(OwnCase):
        look(scene, check.id, by="U0ANA")
    look(scene, check.id, by="U0BEN")


def test_what_a_colleague_has_open_is_not_shown_for_a_while_and_bars_nobody(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=ALL)
    scene.worked(id=1)
    scene.worked(id=2)
    first, second = (check.id for check in checks(scene))
    context = scene.world.context
    open_it(context, first, by="U0ANA")
    theirs = next_of(context, by="U0BEN", workflows=["sample"])
    assert theirs is not None
    assert theirs.check == second
    mine = next_of(context, by="U0ANA", workflows=["sample"])
    assert mine is not None
    assert mine.check == first
    look(scene, first, by="U0BEN")
    assert ended(scene, first)[0] == "decided"
    leave(context, second, by="U0ANA")


def test_of_two_who_answer_at_once_one_wins_and_the_other_is_told_who(make_world: MakeWorld) -> None:
    scene, check = drawn(make_world)
    with ThreadPoolExecutor(2) as pool:
        asked = {who: pool.submit(look, scene, check, by=who, queue="delivery") for who in ("U0ANA", "U0BEN")}
    failed = {who: one.exception() for who, one in asked.items()}
    (lost,) = [error for error in failed.values() if error is not None]
    (winner,) = [who for who, error in failed.items() if error is None]
    assert isinstance(lost, Stale)
    assert winner in str(lost)
    assert checks(scene)[0].answered_by == winner


def test_the_same_answer_that_arrives_twice_is_kept_once(make_world: MakeWorld) -> None:
    scene, check = drawn(make_world)
    look(scene, check, by="U0ANA", queue="delivery")
    with pytest.raises(Repeated):
        look(scene, check, by="U0ANA", queue="delivery")
    grade(scene.world.context, check, 2, Grade.MINOR, by="U0ANA", people=None)
    with pytest.raises(Repeated):
        grade(scene.world.context, check, 2, Grade.MINOR, by="U0ANA", people=None)


# What no longer stands


def test_a_correction_ends_it_and_a_form_that_was_open_is_refused(make_world: MakeWorld) -> None:
    scene, check = drawn(make_world)
    case = checks(scene)[0].case_id
    blind_view(scene.world.context, check, by="U0ANA")
    corrections.correct(scene.world.context, case, Triage(queue="delivery"), by="U0CLEO")
    scene.approve(case, by="U0BEN")
    assert next_of(scene.world.context, by="U0ANA", workflows=["sample"]) is not None, "it is not delivered yet"
    scene.world.work()
    assert next_of(scene.world.context, by="U0ANA", workflows=["sample"]) is None
    with pytest.raises(Stale, match="corrected meanwhile"):
        look(scene, check, by="U0ANA")
    assert end_passed(scene.world.context) == 1
    assert end_passed(scene.world.context) == 0
    assert ended(scene, check) == ("superseded", None, "correction", None)
    told = counts(scene)
    assert (told.alone, told.drawn, told.looked_at, told.superseded, told.corrected) == (1, 1, 0, 1, 1)
    follow_the_trail(scene.world)


def test_what_went_out_is_looked_at_whatever_newer_content_came_since(make_world: MakeWorld) -> None:
    """Whoever got a wrong answer writes again: such cases are the last that a share of errors may leave out."""
    scene, check = drawn(make_world)
    scene.worked(text="charged three times")
    assert end_passed(scene.world.context) == 0
    assert [one.state for one in checks(scene)] == ["open", "open"], "the newer content is drawn for itself"
    assert "charged twice" in blind_view(scene.world.context, check, by="U0ANA").text, "as it was when it went out"
    look(scene, check, by="U0ANA", queue="delivery")
    grade(scene.world.context, check, 2, Grade.MAJOR, by="U0ANA", people=["U0ANA"])
    Upkeep(scene.world.context).look()
    assert ended(scene, check) == ("decided", "major", "no_other", True)
    assert [one.correction for one in checks(scene)] == ["overtaken", None], "what replaced it is not corrected"
    told = counts(scene)
    assert (told.alone, told.drawn, told.looked_at, told.errors) == (2, 2, 1, 1)
    follow_the_trail(scene.world)


def test_whoever_decided_newer_content_may_look_at_what_went_out_before_it(make_world: MakeWorld) -> None:
    def unsure(question: Question) -> Answer:
        is_sure = question.data["text"] == "charged twice"
        return says({"queue": "billing", "reply": "Hello"}, confidence=0.95 if is_sure else 0.1)

    scene, check = drawn(make_world, tell=unsure)
    scene.approve(scene.worked(text="charged three times"), by="U0BEN")
    scene.world.work()
    found = next_of(scene.world.context, by="U0BEN", workflows=["sample"])
    assert found is not None
    assert found.check == check


def test_newer_content_ends_what_did_not_go_out(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=ALL)
    scene.desk.errors.append(NotDone("the desk is closed"))
    scene.worked()
    scene.worked(text="charged three times")
    assert end_passed(scene.world.context) == 1
    assert [(one.state, one.end) for one in checks(scene)] == [("superseded", "revision"), ("open", None)]


def test_a_workflow_that_is_gone_ends_it_a_week_after_it_was_due(make_world: MakeWorld) -> None:
    scene, check = drawn(make_world)
    scene.world.registry = Registry()
    context = replace(scene.world.context, registry=scene.world.registry)
    scene.world.clock.move(timedelta(days=10))
    assert end_passed(context) == 0, "another process may know it"
    scene.world.clock.move(timedelta(days=2))
    assert end_passed(context) == 1
    assert ended(scene, check) == ("superseded", None, "gone", None)


def test_what_is_not_delivered_yet_is_not_looked_at(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=ALL)
    scene.desk.errors.append(NotDone("the desk is closed"))
    scene.worked()
    (check,) = checks(scene)
    assert check.state == "open"
    assert next_of(scene.world.context, by="U0ANA", workflows=["sample"]) is None
    assert end_passed(scene.world.context) == 0


# Figures


def test_the_figures_are_about_the_same_runs(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=ALL)
    for number in range(1, 7):
        scene.worked(id=number)
    same, minor, major, second, disputed, _ = (check.id for check in checks(scene))
    look(scene, same, by="U0ANA")
    for check, given in ((minor, Grade.MINOR), (major, Grade.MAJOR)):
        look(scene, check, by="U0ANA", queue="delivery")
        judge(scene, check, given, by="U0ANA", others=False)
    for check in (second, disputed):
        look(scene, check, by="U0ANA", queue="delivery")
        judge(scene, check, Grade.CRITICAL, by="U0ANA")
    judge(scene, disputed, Grade.SAME, by="U0BEN")
    assert counts(scene) == SpotCheckCounts(
        alone=6,
        probabilities=6.0,
        drawn=6,
        looked_at=4,
        same=2,
        minor=1,
        major=1,
        critical=0,
        errors=2,
        open=2,
        superseded=0,
        corrected=0,
        looked_at_weight=4.0,
        errors_weight=2.0,
    )


def test_a_channel_is_told_how_many_wait_and_the_card_goes_when_none_do(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=ALL, review=CARDS)
    upkeep = Upkeep(scene.world.context)
    upkeep.look()
    scene.worked(id=1)
    scene.worked(id=2)
    upkeep.look()
    upkeep.look()
    (row,) = [one for one in rows(scene.world, schema.OutboxRow) if one.kind == "spot_checks"]
    assert (row.channel, row.wanted) == ("C0SUPPORT", 1), "wanted where it changed, and not again"
    told = checks_of_channel(scene.world.context, "C0SUPPORT")
    assert told is not None
    assert told.number == 2
    for check in checks(scene):
        look(scene, check.id, by="U0ANA")
    assert checks_of_channel(scene.world.context, "C0SUPPORT") is None
    (row,) = [one for one in rows(scene.world, schema.OutboxRow) if one.kind == "spot_checks"]
    assert row.wanted == 3, "each outcome has it drawn anew"

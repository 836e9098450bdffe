"""Cases that are alike by their workflow's own key: rows that are approved together, each a decision of its own."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from tests.sample import Ticket, Triage
from tests.world import Tell
from workflows import BadDeclaration, Review, Second
from workflows.engine.errors import Refused
from workflows.engine.read.history import case_view
from workflows.engine.review import claims, reviews
from workflows.engine.review.alike import alike_cases
from workflows.engine.review.alike.views import Bar, Went
from workflows.engine.review.assignment import assignments
from workflows.engine.review.decisions import Follows
from workflows.engine.review.wrong import reports
from workflows.model.scripted import says
from workflows.quality.examples.past_decisions import decided

ANA, BEN = "U0ANA", "U0BEN"
AT_ONCE = 20


def grouped(make_world: MakeWorld, tell: Tell | None = None, *, review: Review | None = None) -> Scene:
    """The sample automation, in which cases of one queue are alike."""
    scene = sample(make_world, tell, autonomy=DRAFT, review=review)
    scene.workflow.alike(lambda ticket, triage: f"To {triage.queue}")
    return scene


def waiting(scene: Scene, *texts: str) -> list[int]:
    """Take cases with these texts in; returns their reviews."""
    taken = [scene.worked(id=id, text=text) for id, text in enumerate(texts, 1)]
    return [scene.review(case).id for case in taken]


def approved(scene: Scene, review: int, *, by: str = ANA, shown: int = 1) -> Went:
    return alike_cases.approve_row(scene.world.context, review, shown, by=by, interaction_id=None).went


def bars(scene: Scene, review: int, *, by: str = ANA) -> Sequence[Bar | None]:
    return [row.bar for row in alike_cases.grid_view(scene.world.context, review, by=by).rows]


def test_cases_of_one_key_are_a_group_and_only_a_digest_of_it_is_kept(make_world: MakeWorld) -> None:
    scene = grouped(make_world, lambda asked: says({"queue": "billing", "reply": asked.data["text"]}, confidence=0.6))
    first, *_ = waiting(scene, "one", "two", "three")
    (group,) = alike_cases.groups(scene.world.context, workflows=["sample"], limit=5)
    assert (group.name, group.number, group.workflow) == ("To billing", 3, "sample")
    grid = alike_cases.grid_view(scene.world.context, first, by=ANA)
    assert grid.same == {"Queue": "billing"}
    assert [row.values for row in grid.rows] == [{"Reply": "one"}, {"Reply": "two"}, {"Reply": "three"}]
    marks = {row.alike for row in rows(scene.world, schema.Review)}
    assert len(marks) == 1
    assert "billing" not in str(marks)


@pytest.mark.parametrize("said", [None, "", 5, RuntimeError("no")])
def test_a_key_that_says_nothing_or_fails_makes_nothing_alike(make_world: MakeWorld, said: object) -> None:
    scene = sample(make_world, autonomy=DRAFT)

    def key(ticket: Ticket, triage: Triage) -> str | None:
        if isinstance(said, Exception):
            raise said
        return said  # type: ignore[return-value]  # an author may return anything

    scene.workflow.alike(key)
    first, _ = waiting(scene, "one", "two")
    assert alike_cases.groups(scene.world.context, workflows=["sample"], limit=5) == []
    assert alike_cases.number_like(scene.world.context, first) == 0
    with pytest.raises(BadDeclaration, match="twice"):
        scene.workflow.alike(key)


def test_each_row_is_a_decision_with_an_audit_row_and_a_delivery_of_its_own(make_world: MakeWorld) -> None:
    scene = grouped(make_world)
    some = waiting(scene, "one", "two", "three")
    assert [approved(scene, review) for review in some] == [Went.APPROVED] * 3
    assert [row.review_id for row in rows(scene.world, schema.Decision)] == some
    audited = [row for row in rows(scene.world, schema.AuditRow) if row.action == "review.approved"]
    assert [row.details["together"] for row in audited] == ["unopened"] * 3
    scene.world.work()
    assert len(scene.desk.applied) == 3
    assert alike_cases.groups(scene.world.context, workflows=["sample"], limit=5) == []


def test_what_a_rule_a_colleague_or_an_open_question_keeps_is_left_and_the_others_are_not(
    make_world: MakeWorld,
) -> None:
    scene = grouped(make_world)
    scene.workflow.ask_source(lambda question, run: "sent")
    plain, smoke, theirs, asked = waiting(scene, "one", "there is smoke", "three", "four")
    claims.claim(scene.world.context, theirs, by=BEN)
    reviews.ask(scene.world.context, asked, 1, question="Which order?", by=BEN)
    assert bars(scene, plain) == [None, Bar.RULE, Bar.CLAIMED, Bar.ASKED]
    assert bars(scene, plain, by=BEN) == [None, Bar.RULE, None, Bar.ASKED]
    went = [approved(scene, review) for review in (plain, smoke, theirs, asked)]
    assert went == [Went.APPROVED, Went.LEFT, Went.LEFT, Went.ELSEWHERE]
    assert [(row.review_id, row.kind) for row in rows(scene.world, schema.Decision)] == [
        (asked, "asked"),
        (plain, "approved"),
    ]
    refused = [row for row in rows(scene.world, schema.AuditRow) if row.action == "approve.refused"]
    assert [row.details["why"] for row in refused] == ["to_be_confirmed", "too_late"]


def test_a_rule_that_came_after_the_card_keeps_a_row_back_too(make_world: MakeWorld) -> None:
    scene = grouped(make_world)
    (only,) = waiting(scene, "one")
    scene.workflow.never("answer ticket one")(lambda ticket, triage: ticket.id == 1)
    result = alike_cases.approve_row(scene.world.context, only, 1, by=ANA, interaction_id=None)
    assert (result.went, result.said) == (Went.LEFT, "it breaks a rule: answer ticket one")


def test_nobody_approves_their_own_case_and_two_persons_stay_two(make_world: MakeWorld) -> None:
    review = Review(self_approval=False, second=Second(when=None, sentence="always"))
    scene = grouped(make_world, review=review)
    (only,) = waiting(scene, "one")
    assert bars(scene, only, by="tester") == [Bar.OWN_CASE]
    assert approved(scene, only, by="tester") is Went.LEFT
    assert approved(scene, only) is Went.AWAITS_SECOND
    assert approved(scene, only, by=BEN) is Went.ELSEWHERE, "it was shown at another version"
    assert approved(scene, only, by=BEN, shown=2) is Went.LEFT, "a second person looks at it"
    scene.world.work()
    assert scene.desk.applied == {}


def test_an_empty_form_is_like_no_other(make_world: MakeWorld) -> None:
    scene = grouped(make_world)
    one, two = waiting(scene, "one", "two")
    reviews.reject(scene.world.context, one, 1, by=ANA, reason="no", follows=Follows.BY_HAND)
    assert alike_cases.number_like(scene.world.context, one) == 0
    assert alike_cases.number_like(scene.world.context, two) == 1


def test_what_nobody_opened_is_kept_as_such_and_is_no_example(make_world: MakeWorld) -> None:
    scene = grouped(make_world)
    unseen, seen = waiting(scene, "one", "two")
    alike_cases.note_opened(scene.world.context, seen, by=ANA)
    assert [approved(scene, review) for review in (unseen, seen)] == [Went.APPROVED] * 2
    scene.world.work()
    assert [row.unopened for row in rows(scene.world, schema.Decision)] == [True, False]
    review = case_view(scene.world.context, 1).newest.review
    assert review is not None
    assert [made.unopened for made in review.decisions] == [True]
    with pytest.raises(Refused, match="nobody opened it"):
        decided(scene.world.context, 1)
    assert decided(scene.world.context, 2).example.output["queue"] == "billing"


def test_a_second_person_who_opened_it_makes_a_label_of_it(make_world: MakeWorld) -> None:
    scene = grouped(make_world, review=Review(second=Second(when=None, sentence="always")))
    (only,) = waiting(scene, "one")
    assert approved(scene, only) is Went.AWAITS_SECOND
    reviews.approve(scene.world.context, only, 2, by=BEN)
    scene.world.work()
    assert decided(scene.world.context, 1).example.output["queue"] == "billing"


def test_a_press_that_arrives_twice_says_the_same_twice_and_decides_once(make_world: MakeWorld) -> None:
    scene = grouped(make_world)
    (only,) = waiting(scene, "one")
    for _ in range(2):
        result = alike_cases.approve_row(scene.world.context, only, 1, by=ANA, interaction_id="press")
        assert result.went is Went.APPROVED
    assert len(rows(scene.world, schema.Decision)) == 1


@pytest.mark.slow
def test_of_many_people_at_once_each_row_has_one_who_wins_and_the_others_are_told_who(make_world: MakeWorld) -> None:
    """Half of them approve all rows together; half of them decide one row each on its card."""
    scene = grouped(make_world)
    some = waiting(scene, *(f"case {number}" for number in range(10)))
    start = Barrier(AT_ONCE)

    def act(number: int) -> list[str]:
        by = f"U{number}"
        start.wait()
        if number % 2:
            results = [alike_cases.approve_row(scene.world.context, one, 1, by=by, interaction_id=None) for one in some]
            assert all(one.by is not None for one in results), "whoever is too late learns who was not"
            return [by for one in results if one.went is Went.APPROVED]
        try:
            own = Triage(queue="delivery", reply=by)
            reviews.edit(scene.world.context, some[number // 2], 1, own, by=by)
        except Refused:
            return []
        return [by]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        won = Counter(by for found in pool.map(act, range(AT_ONCE)) for by in found)
    made = rows(scene.world, schema.Decision)
    assert sorted(row.review_id for row in made) == some
    assert Counter(row.by for row in made) == won
    scene.world.work()
    assert len(scene.desk.attempts) == len(some)


@pytest.mark.slow
def test_a_page_holds_fifty_rows_and_a_place_beyond_the_end_is_the_beginning(make_world: MakeWorld) -> None:
    scene = grouped(make_world)
    for _ in scene.world.submit_all(scene.workflow, [{"id": id, "text": "x"} for id in range(1, 54)]):
        scene.world.work()
    context, first = scene.world.context, scene.review(1).id
    page = alike_cases.grid_view(context, first, by=ANA)
    assert (page.total, len(page.rows), page.has_more) == (53, 50, True)
    page = alike_cases.grid_view(context, first, by=ANA, first=50)
    assert (len(page.rows), page.has_more, page.first) == (3, False, 50)
    assert alike_cases.grid_view(context, first, by=ANA, first=60).first == 0
    assert replace(page.group, number=0).workflow == "sample"


def test_what_somebody_reported_as_wrong_is_not_approved_unopened(make_world: MakeWorld) -> None:
    scene = grouped(make_world)
    plain, wrong = waiting(scene, "one", "two")
    kept = reports.note(scene.world.context, about="it", case=2, by="U0EVE", said="no refund is due")
    assert kept is not None
    assert approved(scene, plain) is Went.APPROVED
    assert reports.take_up(scene.world.context, kept) is reports.Outcome.SHOWN
    assert bars(scene, wrong) == [Bar.REPORTED]
    went = alike_cases.approve_row(scene.world.context, wrong, 1, by=ANA, interaction_id=None)
    assert (went.went, went.said) == (Went.LEFT, "somebody reported it as wrong")
    reviews.approve(scene.world.context, wrong, 1, by=ANA)


def test_what_is_for_somebody_else_is_not_approved_unopened(make_world: MakeWorld) -> None:
    scene = grouped(make_world)
    plain, theirs, mine = waiting(scene, "one", "two", "three")
    for review, to in ((theirs, BEN), (mine, ANA)):
        assignments.assign(scene.world.context, review, 1, to, by="U0KIM")
    assert bars(scene, plain) == [None, Bar.ASSIGNED, None]
    went = alike_cases.approve_row(scene.world.context, theirs, 1, by=ANA, interaction_id=None)
    assert (went.went, went.said) == (Went.LEFT, "it is for somebody else")
    assert [approved(scene, one) for one in (plain, mine)] == [Went.APPROVED] * 2
    reviews.approve(scene.world.context, theirs, 1, by=ANA)

"""The next review of a person who goes through what waits: its order, the claims, and the seconds that are kept."""

from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from types import MappingProxyType

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from tests.sample import Ticket, Triage
from workflows import Review, Second
from workflows.engine.errors import Stale
from workflows.engine.read.reading_times import ReadingTime, reading_times
from workflows.engine.review import claims, next_reviews, reviews, undo
from workflows.engine.review.form import drafts
from workflows.engine.review.next_reviews import Queue
from workflows.engine.review.wrong import corrections

ANA, BEN = "U0ANA", "U0BEN"
MINUTE = timedelta(minutes=1)


def waiting(scene: Scene, number: int) -> list[int]:
    """Take so many cases in, each with a deadline of its own; returns their reviews."""
    found = []
    for id in range(1, number + 1):
        case = scene.worked(id=id, text=f"Case {id}")
        found.append(scene.review(case).id)
        scene.world.clock.move(MINUTE)
    return found


def first(
    scene: Scene,
    by: str = ANA,
    without: Collection[int] = (),
    seconds: Mapping[tuple[str, int], bool] = MappingProxyType({}),
) -> int | None:
    queue = Queue(by=by, workflows=["sample"], seconds=seconds, without=without)
    found = next_reviews.first_of(scene.world.context, queue)
    return found.review if found is not None else None


def claimed(scene: Scene) -> dict[int, str]:
    """Return who has claimed what."""
    return {row.id: row.claimed_by for row in rows(scene.world, schema.Review) if row.claimed_by is not None}


def approved(scene: Scene, review: int, by: str = ANA) -> None:
    """Approve a review in a session, which goes on with the next one."""
    queue = Queue(by=by, workflows=["sample"], without={review})
    going_on = next_reviews.going_on(scene.world.context, queue)
    reviews.approve(scene.world.context, review, 1, by=by, opened=True, and_then=going_on)


def test_a_correction_comes_first_then_the_earliest_deadline_and_what_a_colleague_has_last(
    make_world: MakeWorld,
) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    one, two, three = waiting(scene, 3)
    assert first(scene) == one
    assert first(scene, without={one}) == two
    next_reviews.take(scene.world.context, one, by=BEN)
    assert first(scene) == two
    assert first(scene, without={two, three}) == one
    assert first(scene, by=BEN) == one
    approved(scene, two)
    scene.world.work()
    corrections.correct(scene.world.context, 2, Triage(queue="delivery"), by=BEN)
    scene.world.work()
    correction = scene.review(2).id
    assert first(scene) == correction
    scene.world.clock.move(claims.CLAIM_LASTS + MINUTE)
    assert first(scene, without={correction}) == one, "the colleague's claim is over"


def test_the_claim_on_the_next_one_is_a_part_of_the_decision_and_draws_no_card(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=replace(sample_review(), post_to="C0SUPPORT"))
    one, two, _ = waiting(scene, 3)
    cards = {row.subject_id: row.wanted for row in rows(scene.world, schema.OutboxRow)}
    approved(scene, one)
    assert claimed(scene) == {two: ANA}
    assert {row.subject_id: row.wanted for row in rows(scene.world, schema.OutboxRow)}[two] == cards[two]
    assert [line.actor for line in scene.world.case(2).audit if line.action == "review.claimed"] == [ANA]
    found = next_reviews.first_of(scene.world.context, Queue(by=ANA, workflows=["sample"]))
    assert found is not None
    assert (found.review, found.waiting, found.is_taken) == (two, 2, True)
    scene.world.clock.move(MINUTE)
    found = next_reviews.first_of(scene.world.context, Queue(by=ANA, workflows=["sample"]))
    assert found is not None
    assert not found.is_taken, "what was opened a while ago is opened anew"


def sample_review() -> Review:
    return Review()


def test_a_decision_that_comes_too_late_claims_nothing(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    one, _ = waiting(scene, 2)
    scene.approve(1, by=BEN)
    try:
        approved(scene, one)
    except Stale:
        assert claimed(scene) == {}
    else:
        raise AssertionError("it was decided already")


def test_what_is_left_is_free_again(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    (one,) = waiting(scene, 1)
    next_reviews.take(scene.world.context, one, by=ANA)
    next_reviews.leave(scene.world.context, one, by=BEN)
    assert claimed(scene) == {one: ANA}
    next_reviews.leave(scene.world.context, one, by=ANA)
    assert claimed(scene) == {}
    said = [line.action for line in scene.world.case(1).audit]
    assert said[-2:] == ["review.claimed", "review.released"]


def test_nobody_is_shown_what_they_may_not_decide_since_they_handed_it_in(make_world: MakeWorld) -> None:
    """However many of them stand before it."""
    scene = sample(make_world, autonomy=DRAFT, review=Review(self_approval=False))
    waiting(scene, 12)
    assert first(scene, by="tester") is None
    assert first(scene, by=ANA) is not None


def test_what_waits_for_a_second_person_comes_to_those_who_may_be_it_and_never_to_the_first(
    make_world: MakeWorld,
) -> None:
    """By deadline, with the open ones; however many the first person left behind them."""
    second: Second[Ticket, Triage] = Second()
    scene = sample(make_world, autonomy=DRAFT, review=Review(second=second))
    one, two, *others = waiting(scene, 14)
    scene.approve(1, by=ANA)
    for case in range(3, 15):
        scene.approve(case, by=ANA)
    context = scene.world.context
    assert (first(scene), first(scene, without={two})) == (two, None)
    assert [first(scene, by=BEN, without=without) for without in ((), {one}, {one, two})] == [one, two, others[0]]
    found = next_reviews.first_of(context, Queue(by=BEN, workflows=["sample"]))
    assert found is not None
    assert found.waiting == 14
    next_reviews.take(context, one, by=BEN)
    assert first(scene, by="U0KIM") == two, "a colleague is at the first one"
    scene.edit(1, by=BEN, queue="delivery")
    assert (first(scene), first(scene, by=BEN)) == (one, two), "now it waits for somebody else than Ben"


def test_a_second_person_who_is_named_is_shown_only_what_waits_for_them(make_world: MakeWorld) -> None:
    """And a reviewer who is not, only what is open."""
    seconds: list[Second[Ticket, Triage]] = [Second(by=["U0KIM"]), Second()]
    scene = sample(make_world, autonomy=DRAFT, review=Review(second=seconds))
    one, two = waiting(scene, 2)
    scene.approve(1, by=ANA)
    named, place = Queue(by="U0KIM", workflows=[], seconds={("sample", 0): True}), {("sample", 0): False}
    found = next_reviews.first_of(scene.world.context, named)
    assert found is not None
    assert (found.review, found.waiting) == (one, 1)
    assert first(scene, by=BEN, seconds=place) == two
    scene.approve(1, by="U0KIM")
    assert next_reviews.first_of(scene.world.context, named) is None
    assert first(scene, by=BEN, seconds=place) == one, "at the second place it may be any reviewer"
    assert first(scene, by=ANA, seconds=place) == two


@pytest.mark.slow
def test_people_who_go_through_one_queue_at_once_decide_each_review_once(make_world: MakeWorld) -> None:
    """None of them waits for another one for good, and none is refused what they were shown first."""
    scene = sample(make_world, autonomy=DRAFT)
    everything = waiting(scene, 24)
    people = [f"U{number}" for number in range(4)]
    start = Barrier(len(people))

    def go_through(by: str) -> int:
        made, seen = 0, set[int]()
        start.wait()
        while (review := first(scene, by=by, without=seen)) is not None:
            seen.add(review)
            next_reviews.take(scene.world.context, review, by=by)
            try:
                approved(scene, review, by=by)
                made += 1
            except Stale:
                continue
        return made

    with ThreadPoolExecutor(len(people)) as pool:
        assert sum(pool.map(go_through, people)) == len(everything)
    assert sorted(row.review_id for row in rows(scene.world, schema.Decision)) == everything


def seconds(scene: Scene) -> list[float | None]:
    return [row.seconds for row in rows(scene.world, schema.Decision)]


def test_the_seconds_from_the_step_or_the_form_to_the_decision_are_kept(make_world: MakeWorld) -> None:
    """A press on a card has none, even by somebody who looked at the form before."""
    scene = sample(make_world, autonomy=DRAFT)
    one, two, three = waiting(scene, 3)
    context, clock = scene.world.context, scene.world.clock
    next_reviews.take(context, one, by=ANA)
    clock.move(timedelta(seconds=4))
    approved(scene, one)
    clock.move(timedelta(seconds=6))
    approved(scene, two)
    claims.take_in_hand(context, three, 1, by=ANA)
    clock.move(timedelta(seconds=30))
    reviews.approve(context, three, 1, by=ANA)
    assert seconds(scene) == [4.0, 6.0, None]
    assert [one.seconds for one in scene.decided(1).decisions] == [4.0]


def test_a_form_counts_from_when_it_was_last_opened_by_that_person(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    one, two = waiting(scene, 2)
    context, clock = scene.world.context, scene.world.clock
    claims.take_in_hand(context, one, 1, by=ANA)
    clock.move(timedelta(seconds=50))
    claims.take_in_hand(context, one, 1, by=BEN)
    clock.move(timedelta(seconds=5))
    claims.take_in_hand(context, one, 1, by=ANA)
    clock.move(timedelta(seconds=2))
    scene.edit(1, by=ANA, queue="delivery")
    claims.take_in_hand(context, two, 1, by=BEN)
    clock.move(timedelta(hours=9))
    scene.edit(2, by=BEN, queue="delivery")
    assert seconds(scene) == [2.0, None], "a form that stood open over night says nothing"
    drafts.sweep(context)
    assert rows(scene.world, schema.Opening) == []


def test_the_median_seconds_are_told_by_workflow_and_kind(make_world: MakeWorld) -> None:
    """Without what was taken back, or is older."""
    scene = sample(make_world, autonomy=DRAFT, review=Review(grace=MINUTE))
    context, clock = scene.world.context, scene.world.clock
    found = waiting(scene, 5)
    began = clock()
    for review, took in zip(found, (3, 5, 20, 90, 7), strict=True):
        next_reviews.take(context, review, by=ANA)
        clock.move(timedelta(seconds=took))
        if review == found[-1]:
            scene.edit(5, by=ANA, queue="delivery")
        else:
            approved(scene, review)
        if took == 90:
            undo.undo(context, review, 1, by=ANA)
    assert reading_times(context, since=began) == [
        ReadingTime(workflow="sample", kind="approved", decisions=3, median=5.0),
        ReadingTime(workflow="sample", kind="edited", decisions=1, median=7.0),
    ]
    assert reading_times(context, since=clock() + MINUTE) == []

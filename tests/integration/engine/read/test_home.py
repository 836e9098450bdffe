"""A person's Home: what they have in hand, what waits for their team, and what they decided today."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from store.cases.turns import Turns
from tests.conftest import MakeWorld
from tests.integration.engine.scene import CARDS, DRAFT, Scene, sample
from tests.sample import Ticket, Triage, sample_workflow
from workflows import Review, Second
from workflows.engine.read.declared.charters import charter_view
from workflows.engine.read.home import home_view
from workflows.engine.read.home_views import PAGE, HomeView, Place
from workflows.engine.review import claims, next_reviews, reviews
from workflows.engine.review.cards import waiting_in
from workflows.engine.review.decisions import Follows
from workflows.engine.review.undo import undo
from workflows.engine.review.waiting import escalations
from workflows.engine.review.wrong.corrections import correct

ANA, BEN = "U0ANA", "U0BEN"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
GRACE = replace(CARDS, grace=10 * MINUTE)


def at_home(scene: Scene, user: str = ANA, *, zone: str | None = None, place: Place | None = None) -> HomeView:
    known = ZoneInfo(zone) if zone is not None else None
    return home_view(scene.world.context, user, workflows=[scene.workflow], zone=known, place=place)


def drafts(make_world: MakeWorld, review: Review = GRACE) -> Scene:
    return sample(make_world, autonomy=DRAFT, review=review)


def opened(scene: Scene, **values: str | int) -> int:
    """Take a case in; returns its open review."""
    return scene.review(scene.worked(**values)).id


def approve(scene: Scene, review: int, *, by: str = ANA) -> None:
    reviews.approve(scene.world.context, review, 1, by=by)


def test_what_a_person_claimed_is_in_their_hands_for_as_long_as_the_claim_counts(make_world: MakeWorld) -> None:
    """Nobody else has it there, and a decided one is in nobody's hands."""
    scene = drafts(make_world)
    first, second = opened(scene, id=1, text="charged twice\nhelp"), opened(scene, id=2)
    for review in (second, first):
        claims.claim(scene.world.context, review, by=ANA)
    home = at_home(scene)
    assert [(one.review, one.version, one.subject) for one in home.in_hand] == [
        (first, 1, "charged twice"),
        (second, 1, "charged twice"),
    ]
    assert (home.all_in_hand, at_home(scene, BEN).all_in_hand) == (2, 0)
    approve(scene, first)
    assert [one.review for one in at_home(scene).in_hand] == [second]
    scene.world.clock.move(31 * MINUTE)
    assert at_home(scene).in_hand == []


def test_what_went_to_a_person_is_in_their_hands_until_it_is_decided(make_world: MakeWorld) -> None:
    """Whoever else may decide it, and whoever it is assigned to, has nothing more by that."""
    scene = drafts(make_world)
    object.__setattr__(scene.workflow.review, "escalate_to", ("U0KIM2", "U0KIM"))
    first, _ = opened(scene, id=1), opened(scene, id=2)
    escalations.escalate(scene.world.context, first, 1, by=ANA)
    for person in ("U0KIM", "U0KIM2"):
        (one,) = at_home(scene, person).in_hand
        assert (one.review, one.is_claimed, one.is_assigned) == (first, False, False)
    assert [at_home(scene, person).all_in_hand for person in (ANA, BEN)] == [0, 0]
    approve(scene, first)
    assert at_home(scene, "U0KIM").in_hand == []


def test_what_a_person_asked_its_source_is_in_their_hands_until_it_is_answered(make_world: MakeWorld) -> None:
    scene = drafts(make_world)
    scene.workflow.ask_source(lambda question, run: "sent")
    review = opened(scene)
    reviews.ask(scene.world.context, review, 1, question="Which order?", by=ANA)
    scene.world.work()
    home = at_home(scene)
    assert [(one.review, one.state) for one in home.in_hand] == [(review, "asked")]
    assert (home.decided, home.waiting, at_home(scene, BEN).in_hand) == ([], 0, [])


def test_the_teams_queue_is_counted_by_workflow_with_the_oldest_and_the_next_deadline(make_world: MakeWorld) -> None:
    """Of the workflows that the person may read, and of no other; a correction is counted and comes first."""
    scene = drafts(make_world)
    other = sample_workflow(scene.desk, autonomy=DRAFT, name="other")
    other.review = Review(answer_within=HOUR)
    scene.world.registry.add(other)
    began = scene.world.clock()
    done = opened(scene)
    approve(scene, done)
    scene.world.clock.move(11 * MINUTE)
    scene.world.work()
    opened(scene, id=2)
    scene.world.submit(other, id=3, text="late")
    scene.world.clock.move(MINUTE)
    scene.world.work()
    home = home_view(scene.world.context, ANA, workflows=[scene.workflow, other])
    assert [(one.workflow, one.number, one.oldest, one.answer_by) for one in home.queues] == [
        ("other", 1, began + 12 * MINUTE, began + HOUR + 12 * MINUTE),
        ("sample", 1, began + 11 * MINUTE, began + 8 * HOUR + 11 * MINUTE),
    ]
    correct(scene.world.context, scene.world.case(1).id, Triage(queue="delivery"), by=BEN)
    home = home_view(scene.world.context, ANA, workflows=[scene.workflow, other])
    assert [(one.workflow, one.number, one.corrections) for one in home.queues] == [("sample", 2, 1), ("other", 1, 0)]
    assert home.waiting == 3
    assert [one.workflow for one in at_home(scene).queues] == ["sample"]


def test_what_a_person_decided_today_is_told_with_undo_while_it_is_possible(make_world: MakeWorld) -> None:
    """The newest first; what was taken back is gone, and what somebody else decided is not theirs."""
    scene = drafts(make_world)
    assert at_home(scene).is_new
    first, second, third = (opened(scene, id=number) for number in (1, 2, 3))
    approve(scene, first)
    scene.world.clock.move(9 * MINUTE)
    reviews.reject(scene.world.context, second, 1, by=ANA, reason="spam", follows=Follows.CLOSE)
    approve(scene, third, by=BEN)
    home = at_home(scene)
    end = scene.world.clock() + 10 * MINUTE
    assert [(one.review, one.kind, one.follows, one.undoable, one.until) for one in home.decided] == [
        (second, "rejected", "close", True, end),
        (first, "approved", None, True, end - 9 * MINUTE),
    ]
    assert not home.is_new
    undo(scene.world.context, second, 1, by=ANA)
    scene.world.clock.move(MINUTE)
    scene.world.work()
    (decided,) = at_home(scene).decided
    assert (decided.review, decided.undoable, decided.until, decided.run_state) == (first, False, None, "delivered")


def test_a_decision_that_waits_for_a_second_person_can_be_taken_back_by_the_first(make_world: MakeWorld) -> None:
    scene = drafts(make_world, replace(CARDS, second=Second()))
    review = opened(scene)
    approve(scene, review)
    (decided,) = at_home(scene).decided
    assert (decided.version, decided.awaits_second, decided.undoable, decided.until) == (2, True, True, None)
    assert at_home(scene).waiting == 1
    undo(scene.world.context, review, decided.version, by=ANA)
    assert at_home(scene).decided == []


def test_what_waits_for_a_second_person_is_listed_for_all_but_the_first(make_world: MakeWorld) -> None:
    """Whoever is at it has it in hand."""
    scene = drafts(make_world, replace(CARDS, second=Second()))
    approve(scene, opened(scene))
    context = scene.world.context
    for by, number in ((ANA, 0), (BEN, 1)):
        waiting = waiting_in(context, Turns(by=by, workflows=["sample"]), first=0, limit=10)
        assert (waiting.total, [one.awaits_second for one in waiting.reviews]) == (number, [True] * number)
    next_reviews.take(context, waiting.reviews[0].review, by=BEN)
    assert [[one.state for one in at_home(scene, by).in_hand] for by in (ANA, BEN)] == [[], ["awaiting_second"]]


def test_today_begins_at_midnight_where_the_person_is_and_else_where_the_workflow_is(make_world: MakeWorld) -> None:
    """A decision that can still be undone is told, whenever it was decided."""
    scene = drafts(make_world)
    scene.workflow.timezone = ZoneInfo("America/New_York")
    scene.world.clock.time = datetime(2026, 11, 20, 22, 55, tzinfo=UTC)  # 23:55 in Berlin
    approve(scene, opened(scene))
    scene.world.work()
    assert [len(at_home(scene, zone=zone).decided) for zone in ("Europe/Berlin", None)] == [1, 1]
    scene.world.clock.move(9 * MINUTE)
    assert at_home(scene, zone="Europe/Berlin").decided[0].undoable
    scene.world.clock.move(2 * MINUTE)
    scene.world.work()
    assert [len(at_home(scene, zone=zone).decided) for zone in ("Europe/Berlin", None)] == [0, 1]


def test_a_list_has_pages_of_fifteen_and_a_page_beyond_the_end_is_the_last(make_world: MakeWorld) -> None:
    scene = drafts(make_world, CARDS)
    inputs: list[dict[str, JsonValue]] = [{"id": number, "text": f"text {number}"} for number in range(PAGE + 2)]
    scene.world.submit_all(scene.workflow, inputs)
    scene.world.work()
    waiting = waiting_in(scene.world.context, Turns(by="U0ANA", workflows=["sample"]), first=0, limit=50).reviews
    for one in waiting:
        claims.claim(scene.world.context, one.review, by=ANA)
    first, last = at_home(scene), at_home(scene, place=Place(in_hand=90))
    assert (len(first.in_hand), first.all_in_hand, first.place.in_hand) == (PAGE, PAGE + 2, 0)
    assert ([one.subject for one in last.in_hand], last.place.in_hand) == (
        [one.subject for one in waiting[PAGE:]],
        PAGE,
    )


def test_the_list_and_the_next_review_begin_with_a_correction(make_world: MakeWorld) -> None:
    """Something wrong is live, so it does not wait for its deadline."""
    scene = sample(make_world, review=CARDS)
    delivered = scene.worked()
    scene.workflow.autonomy = DRAFT
    opened(scene, id=2)
    scene.world.clock.move(HOUR)
    review = correct(scene.world.context, delivered, Triage(queue="delivery"), by=BEN)
    waiting = waiting_in(scene.world.context, Turns(by="U0ANA", workflows=["sample"]), first=0, limit=1)
    assert (waiting.reviews[0].review, waiting.total) == (review, 2)


def test_a_charter_tells_the_declaration_and_the_present_pause(make_sqlite_world: MakeWorld) -> None:
    second: Second[Ticket, Triage] = Second(
        sentence="more than 5,000 euros", when=lambda ticket, triage: True, by=[BEN]
    )
    scene = drafts(make_sqlite_world, replace(GRACE, reviewers=["S0SUPPORT", ANA], second=second))
    view = charter_view(scene.world.context, scene.workflow)
    assert (view.owner, view.at_least, view.pause, view.is_scoped) == ("U0MARIA", None, None, True)
    assert view.nevers == ["answer a safety report alone", "promise money"]
    assert (view.reviewers, view.seconds[0].by, view.seconds[0].always) == (["S0SUPPORT", ANA], [BEN], False)
    assert (view.may, view.does) == ([], ["execute", "recommend", "retrieve"])

"""A decision is delivered after a while in which the person who made it can take it back."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from store import schema
from store.states import ReviewState
from tests.conftest import MakeWorld
from tests.integration.engine.deliver.test_workflow_pauses import pause, resume
from tests.integration.engine.scene import CARDS, DRAFT, Scene, rows, sample
from tests.integration.engine.trail import follow_the_trail
from tests.sample import Triage
from workflows import Review, Second
from workflows.engine.deliver.waiting_deliveries import awaken
from workflows.engine.errors import BadDeclaration, Refused, Repeated, Stale
from workflows.engine.read.tally import act_counts
from workflows.engine.review import claims, reviews
from workflows.engine.review.cards import card_view
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.undo import undo
from workflows.engine.review.wrong.corrections import correct

KEY = "sample/ticket-1"
MINUTE = timedelta(minutes=1)
GRACE = Review(post_to="C0SUPPORT", grace=MINUTE)


def decided(scene: Scene, *, by: str = "U0ANA") -> tuple[int, int]:
    """Take a case in and approve it; return its case and its review."""
    case = scene.worked()
    review = scene.review(case).id
    scene.approve(case, by=by)
    scene.world.work()
    return case, review


def take_back(scene: Scene, review: int, *, by: str = "U0ANA", shown: int = 1) -> ReviewState:
    return undo(scene.world.context, review, shown, by=by)


def test_nothing_is_attempted_before_the_grace_period_is_over_and_then_it_is_delivered(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=GRACE)
    case, review = decided(scene)
    view = card_view(scene.world.context, review)
    assert (view.held, view.held_until, view.can_be_undone) == ("grace", scene.world.clock() + MINUTE, True)
    assert scene.deliveries() == {KEY: "intended"}
    scene.world.clock.move(MINUTE - timedelta(seconds=1))
    scene.world.work()
    assert (scene.run(case).state, scene.desk.attempts) == ("holding", [])
    scene.world.clock.move(timedelta(seconds=1))
    scene.world.work()
    assert (scene.run(case).state, scene.desk.attempts) == ("delivered", [KEY])
    assert not card_view(scene.world.context, review).can_be_undone
    follow_the_trail(scene.world)


def test_a_decision_that_is_taken_back_counts_for_nothing(make_world: MakeWorld) -> None:
    """The review is open again with its proposal, at the next version, and what was pressed before is refused."""
    scene = sample(make_world, autonomy=DRAFT, review=GRACE)
    case, review = decided(scene)
    assert take_back(scene, review) == "open"
    again = scene.review(case)
    assert (again.id, again.version, again.has_proposal, scene.run(case).state) == (review, 2, True, "waiting")
    (kept,) = rows(scene.world, schema.Decision)
    assert (kept.kind, kept.revoked_by, kept.revoked_at) == ("approved", "U0ANA", scene.world.clock())
    assert act_counts(scene.world.context).decisions == {}
    assert scene.deliveries() == {}
    assert card_view(scene.world.context, review).decision is None
    with pytest.raises(Stale, match="U0ANA took the decision back at"):
        reviews.approve(scene.world.context, review, 1, by="U0BEN")
    scene.world.clock.move(timedelta(hours=2))
    scene.world.work()
    assert scene.desk.attempts == []
    scene.approve(case, by="U0BEN")
    scene.world.clock.move(MINUTE)
    scene.world.work()
    assert (scene.run(case).state, scene.desk.attempts) == ("delivered", [KEY])
    assert act_counts(scene.world.context).decisions == {"approved": 1}
    follow_the_trail(scene.world)


@pytest.mark.parametrize("first", ["edit", "close", "answer"])
def test_every_decision_that_ends_a_review_can_be_taken_back(make_world: MakeWorld, first: str) -> None:
    """Another one may follow: what it delivers is its own."""
    scene = sample(make_world, autonomy=DRAFT, review=GRACE)
    case = scene.worked()
    review = scene.review(case).id
    shown = 1
    if first == "edit":
        scene.edit(case, by="U0ANA", queue="delivery", reply="edited")
    elif first == "close":
        scene.reject(case, Follows.CLOSE, by="U0ANA")
    else:
        scene.reject(case, Follows.BY_HAND, by="U0BEN")
        scene.edit(case, by="U0ANA", queue="delivery", reply="by hand")
        shown = 2
    scene.world.work()
    assert scene.run(case).state == "holding"
    take_back(scene, review, shown=shown)
    assert scene.review(case).has_proposal is (first != "answer")
    assert [row.revoked_at is None for row in rows(scene.world, schema.Decision)] == [True] * (shown - 1) + [False]
    scene.edit(case, by="U0ANA", queue="delivery", reply="right")
    take_back(scene, review, shown=shown + 1)
    scene.reject(case, Follows.CLOSE, by="U0ANA")
    take_back(scene, review, shown=shown + 2)
    scene.edit(case, by="U0ANA", queue="delivery", reply="right")
    scene.world.clock.move(MINUTE)
    scene.world.work()
    assert (scene.desk.applied[KEY].reply, scene.desk.told) == ("right", {})
    assert scene.deliveries() == {KEY: "applied"}
    follow_the_trail(scene.world)


def test_only_the_person_who_decided_takes_it_back_and_in_words_nobody_afterwards(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=GRACE)
    case, review = decided(scene)
    with pytest.raises(Refused, match="only who decided it can take it back"):
        take_back(scene, review, by="U0BEN")
    scene.world.clock.move(MINUTE)
    with pytest.raises(Stale, match="the time to take it back ended at 09:01 UTC"):
        take_back(scene, review)
    scene.world.work()
    with pytest.raises(Stale, match="it was delivered at 09:01 UTC; report it as wrong instead"):
        take_back(scene, review)
    assert scene.run(case).state == "delivered"


def test_a_colleague_who_decided_too_is_not_on_it_once_the_first_person_takes_it_back(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=Review(post_to="C0SUPPORT", grace=MINUTE, second=Second()))
    case = scene.worked()
    review = scene.review(case).id
    scene.approve(case, by="U0ANA")
    claims.take_in_hand(scene.world.context, review, 2, by="U0BEN")
    scene.approve(case, by="U0BEN")
    take_back(scene, review, shown=2)
    assert card_view(scene.world.context, review).claimed_by is None


def test_an_undo_that_arrives_twice_is_one(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=GRACE)
    _, review = decided(scene)
    take_back(scene, review)
    with pytest.raises(Repeated):
        take_back(scene, review)
    with pytest.raises(Stale, match="U0ANA took the decision back"):
        take_back(scene, review, by="U0BEN")


def test_what_a_workflow_resolves_alone_is_delivered_at_once(make_world: MakeWorld) -> None:
    scene = sample(make_world, review=GRACE)
    assert scene.run(scene.worked()).state == "delivered"


def test_a_process_that_starts_anew_keeps_to_the_grace_period(make_world: MakeWorld) -> None:
    """Several may look at the clock at once: it is released once."""
    scene = sample(make_world, autonomy=DRAFT, review=GRACE)
    case, _ = decided(scene)
    scene.world.restart()
    scene.world.work()
    assert scene.run(case).state == "holding"
    scene.world.clock.move(MINUTE)
    start = Barrier(5)

    def look(_: int) -> int:
        start.wait()
        return awaken(scene.world.context)

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(look, range(5))) == 1
    scene.world.work()
    assert (scene.run(case).state, scene.desk.attempts) == ("delivered", [KEY])


def test_a_pause_during_the_grace_period_holds_the_delivery_after_it(make_world: MakeWorld) -> None:
    """It can be taken back while the grace period lasts, and no longer, however long the pause does."""
    scene = sample(make_world, autonomy=DRAFT, review=GRACE)
    case, review = decided(scene)
    pause(scene, deliveries=True)
    scene.world.work()
    assert card_view(scene.world.context, review).held == "grace"
    wanted = scene.wanted(review)
    scene.world.clock.move(MINUTE)
    scene.world.work()
    view = card_view(scene.world.context, review)
    assert (view.held, view.held_until, scene.wanted(review)) == ("paused", None, wanted + 1)
    with pytest.raises(Stale, match="there is no time left to take it back; the case is holding"):
        take_back(scene, review)
    resume(scene)
    scene.world.work()
    assert (scene.run(case).state, scene.desk.attempts) == ("delivered", [KEY])


def test_a_revision_during_the_grace_period_waits_behind_the_decision(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=GRACE)
    case, _ = decided(scene)
    scene.world.clock.move(MINUTE / 2)
    scene.submit(text="charged three times")
    scene.world.work()
    scene.approve(case, by="U0BEN")
    scene.world.clock.move(MINUTE / 2)
    scene.world.work()
    assert scene.desk.attempts == [KEY]
    scene.world.clock.move(MINUTE / 2)
    scene.world.work()
    assert scene.desk.attempts == [KEY, f"{KEY}/revision-2"]


def test_a_decision_on_a_case_that_was_revised_since_is_taken_back_for_good(make_world: MakeWorld) -> None:
    """Nobody decides the old content any more, and nothing of it is delivered."""
    scene = sample(make_world, autonomy=DRAFT, review=GRACE)
    case, review = decided(scene)
    scene.submit(text="charged three times")
    scene.world.work()
    assert take_back(scene, review) == "superseded"
    assert [run.state for run in scene.world.case(case).runs] == ["superseded", "waiting"]
    scene.approve(case)
    scene.world.clock.move(MINUTE)
    scene.world.work()
    assert scene.desk.attempts == [f"{KEY}/revision-2"]
    follow_the_trail(scene.world)


def test_a_rerun_during_the_grace_period_is_refused(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=GRACE)
    case, _ = decided(scene)
    for step in (None, "deliver", "start"):
        with pytest.raises(Refused, match="it is decided, and will be delivered at 09:01 UTC"):
            reruns.rerun(scene.world.context, case, by="U0KIM", from_step=step)


def test_a_clock_that_jumps_holds_no_decision_for_long(make_world: MakeWorld) -> None:
    """Ahead, it is delivered; decided while it was ahead, it is delivered once it is put back."""
    scene = sample(make_world, autonomy=DRAFT, review=Review(grace=timedelta(hours=1)))
    decided(scene)
    scene.world.clock.move(timedelta(hours=12))
    scene.world.work()
    assert scene.desk.attempts == [KEY]
    case = scene.worked(id=2)
    scene.approve(case)
    scene.world.clock.move(-timedelta(hours=12))
    scene.world.work()
    assert scene.run(case).state == "delivered"


def test_a_correction_can_be_taken_back_too(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT, review=CARDS)
    case, _ = decided(scene)
    scene.workflow.review = GRACE
    review = correct(scene.world.context, case, Triage(queue="delivery", reply="no"), by="U0BEN")
    scene.approve(case, by="U0ANA")
    take_back(scene, review)
    scene.reject(case, Follows.CLOSE)
    scene.world.clock.move(MINUTE)
    scene.world.work()
    assert scene.desk.attempts == [KEY]
    follow_the_trail(scene.world)


@pytest.mark.parametrize("wrong", [-timedelta(seconds=1), timedelta(days=1, seconds=1)])
def test_a_grace_period_is_from_nothing_to_a_day(wrong: timedelta) -> None:
    with pytest.raises(BadDeclaration, match="a grace period is from nothing to one day"):
        Review(grace=wrong)


def test_of_an_undo_and_the_end_of_the_grace_period_at_once_one_counts(make_world: MakeWorld) -> None:
    """Taken back, nothing is delivered; delivered, the person is told so."""
    scene = sample(make_world, autonomy=DRAFT, review=GRACE)
    cases = [scene.submit(id=number) for number in range(10)]
    scene.world.work()
    shown = {case: scene.review(case).id for case in cases}
    for case in cases:
        scene.approve(case, by="U0ANA")
    scene.world.clock.move(MINUTE - timedelta(seconds=1))
    start = Barrier(len(cases) + 1)

    def call(work: Callable[[], object]) -> str:
        start.wait()
        try:
            work()
        except Stale as late:
            return str(late)
        return "done"

    def end() -> None:
        scene.world.clock.move(timedelta(seconds=1))
        awaken(scene.world.context)

    works: list[Callable[[], object]] = [end, *(lambda case=case: take_back(scene, shown[case]) for case in cases)]
    with ThreadPoolExecutor(len(works)) as pool:
        said = Counter(list(pool.map(call, works))[1:])
    scene.world.work()
    back = [case for case in cases if scene.run(case).state == "waiting"]
    assert len(back) == said["done"]
    assert len(scene.desk.attempts) == len(set(scene.desk.attempts)) == len(cases) - len(back)
    follow_the_trail(scene.world)

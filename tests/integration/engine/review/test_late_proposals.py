"""Cases without a proposal are proposed anew on request, but not while somebody works on them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.deliver.test_workflow_pauses import pause, resume
from tests.integration.engine.run.test_interleaving import meet
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from tests.integration.engine.trail import follow_the_trail
from tests.sample import Triage
from workflows import NoProposal, NotAllowed
from workflows.engine.errors import Refused, Stale, Unknown
from workflows.engine.read.views import OpenReview
from workflows.engine.review import claims, reviews
from workflows.engine.review.decisions import Follows
from workflows.engine.review.late_proposals import Counted, propose_anew, waiting
from workflows.model.port import Answer, Question
from workflows.model.scripted import says


class Provider:
    """A model that answers, or says why it does not."""

    def __init__(self, *codes: str) -> None:
        """`codes`: of what the first questions come to."""
        self.codes = list(codes)

    def __call__(self, _: Question) -> Answer:
        if self.codes:
            raise NoProposal("Not now.", code=self.codes.pop(0))
        return says({"queue": "billing", "reply": "Hello"}, confidence=0.95)


def down(make_world: MakeWorld, *codes: str) -> tuple[Scene, Sequence[int]]:
    """Cases that went to people without a proposal, one for each of these reasons; the model answers now."""
    scene = sample(make_world, Provider(*codes), autonomy=DRAFT)
    return scene, [scene.worked(id=id) for id in range(len(codes))]


def anew(scene: Scene) -> Counted:
    """Have the model asked anew about what waits."""
    return propose_anew(scene.world.context, "sample", by="U0KIM")


def test_what_waits_without_a_proposal_gets_one_from_the_models_step_on(make_world: MakeWorld) -> None:
    scene, cases = down(make_world, "unavailable", "over_budget")
    assert waiting(scene.world.context, "sample") == anew(scene) == Counted(begun=2, in_hand=0)
    scene.world.work()
    for case in cases:
        assert scene.review(case).has_proposal
        first, second = scene.world.case(case).runs
        assert (first.state, second.from_step) == ("superseded", "ask")
    assert scene.desk.looked_up == [0, 1]
    assert anew(scene) == Counted(begun=0, in_hand=0)
    follow_the_trail(scene.world)


def test_what_was_paused_is_proposed_anew_from_the_start_once_it_is_resumed(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    pause(scene)
    cases = [scene.worked(id=id) for id in range(3)]
    with pytest.raises(Refused, match=r"sample is paused \(its queues are wrong\); resume it first"):
        anew(scene)
    resume(scene)
    assert anew(scene).begun == 3
    scene.world.work()
    assert all(scene.review(case).has_proposal for case in cases)


@pytest.mark.parametrize("code", ["not_allowed", "retired"])
def test_so_is_what_stopped_the_workflow(make_sqlite_world: MakeWorld, code: str) -> None:
    scene, (case,) = down(make_sqlite_world, code)
    resume(scene)
    assert anew(scene).begun == 1
    scene.world.work()
    assert scene.review(case).has_proposal


def test_a_step_that_was_not_let_in_is_made_anew(make_sqlite_world: MakeWorld) -> None:
    scene = sample(make_sqlite_world, autonomy=DRAFT)
    scene.desk.look_up_errors.append(NotAllowed("no key"))
    case = scene.worked()
    resume(scene)
    assert anew(scene).begun == 1
    scene.world.work()
    assert scene.review(case).has_proposal


@pytest.mark.parametrize("code", ["garbage", "refused", "truncated", "no_proposal"])
def test_what_would_come_to_the_same_again_is_left_to_people(make_sqlite_world: MakeWorld, code: str) -> None:
    scene, _ = down(make_sqlite_world, code)
    outside = scene.worked(id=9, language="fi")
    assert anew(scene) == Counted(begun=0, in_hand=0)
    assert not scene.review(outside).has_proposal


def test_the_oldest_are_begun_first(make_sqlite_world: MakeWorld) -> None:
    scene, cases = down(make_sqlite_world, *["unavailable"] * 4)
    anew(scene)
    begun = [run.case_id for run in rows(scene.world, schema.Run) if run.from_step == "ask"]
    assert begun == list(cases)


def test_a_review_that_is_claimed_is_left_to_who_claimed_it(make_world: MakeWorld) -> None:
    scene, (claimed, _) = down(make_world, "unavailable", "unavailable")
    review = scene.review(claimed)
    claims.claim(scene.world.context, review.id, by="U0ANA")
    assert anew(scene) == Counted(begun=1, in_hand=1)
    assert scene.review(claimed) == review.__class__(**{**vars(review), "claimed_by": "U0ANA"})


def test_a_claim_counts_for_half_an_hour(make_sqlite_world: MakeWorld) -> None:
    scene, (case,) = down(make_sqlite_world, "unavailable")
    claims.claim(scene.world.context, scene.review(case).id, by="U0ANA")
    scene.world.clock.move(timedelta(minutes=30))
    assert anew(scene) == Counted(begun=0, in_hand=1)
    scene.world.clock.move(timedelta(seconds=1))
    assert anew(scene) == Counted(begun=1, in_hand=0)


def test_a_claim_that_a_wrong_clock_made_does_not_count_for_a_year(make_world: MakeWorld) -> None:
    """F69: 400 days ahead."""
    scene, (case, other) = down(make_world, "unavailable", "unavailable")
    scene.world.clock.move(timedelta(days=400))
    for one in (case, other):
        claims.claim(scene.world.context, scene.review(one).id, by="U0ANA")
    scene.world.clock.move(timedelta(days=-400))
    claims.claim(scene.world.context, scene.review(other).id, by="U0BEN")
    assert scene.review(other).claimed_by == "U0BEN"
    assert anew(scene) == Counted(begun=1, in_hand=1)


def test_a_form_that_is_open_counts_as_a_claim_and_bars_nobody(make_world: MakeWorld) -> None:
    scene, (case,) = down(make_world, "unavailable")
    review = scene.review(case)
    claims.take_in_hand(scene.world.context, review.id, review.version, by="U0ANA")
    assert scene.review(case).claimed_by == "U0ANA"
    assert anew(scene) == Counted(begun=0, in_hand=1)
    scene.edit(case, queue="delivery", by="U0BEN")
    scene.world.work()
    assert scene.run(case).state == "delivered"


def test_a_form_that_is_opened_beside_a_claim_keeps_it_and_counts_from_then(make_sqlite_world: MakeWorld) -> None:
    scene, (case,) = down(make_sqlite_world, "unavailable")
    review = scene.review(case)
    claims.claim(scene.world.context, review.id, by="U0ANA")
    scene.world.clock.move(timedelta(minutes=20))
    claims.take_in_hand(scene.world.context, review.id, review.version, by="U0BEN")
    scene.world.clock.move(timedelta(minutes=20))
    assert scene.review(case).claimed_by == "U0ANA"
    assert anew(scene) == Counted(begun=0, in_hand=1)


def test_a_claim_that_is_over_may_be_taken_by_another(make_world: MakeWorld) -> None:
    scene, (case,) = down(make_world, "unavailable")
    review = scene.review(case)
    claims.claim(scene.world.context, review.id, by="U0ANA")
    scene.world.clock.move(timedelta(minutes=31))
    claims.claim(scene.world.context, review.id, by="U0BEN")
    assert scene.review(case).claimed_by == "U0BEN"


def test_what_somebody_decided_once_is_left_to_people(make_world: MakeWorld) -> None:
    """A proposal that was made before the pause and rejected by hand leaves an empty form, and a person's word."""
    scene: Scene

    def proposes_and_is_paused(_: Question) -> Answer:
        pause(scene)
        return says({"queue": "billing", "reply": "Hello"}, confidence=0.95)

    scene = sample(make_world, proposes_and_is_paused)
    case = scene.worked()
    scene.reject(case, Follows.BY_HAND)
    resume(scene)
    assert anew(scene) == Counted(begun=0, in_hand=1)
    assert scene.run(case).state == "waiting"


def test_a_workflow_that_nobody_knows_is_refused_and_one_without_cases_has_nothing(
    make_sqlite_world: MakeWorld,
) -> None:
    scene = sample(make_sqlite_world)
    assert anew(scene) == Counted(begun=0, in_hand=0)
    with pytest.raises(Unknown):
        propose_anew(scene.world.context, "nowhere", by="U0KIM")


def _fill_in(scene: Scene, review: OpenReview) -> str | None:
    """Send the form of a review; returns why it came too late, or None."""
    try:
        reviews.edit(scene.world.context, review.id, review.version, Triage(queue="delivery"), by="U0ANA")
    except Stale as stale:
        return str(stale)
    return None


def test_of_presses_and_proposing_at_once_each_case_has_one_that_wins(make_world: MakeWorld) -> None:
    """The first press decides; a press after the new start is refused in words, and nothing is done twice."""
    scene, cases = down(make_world, *["unavailable"] * 8)
    shown = {case: scene.review(case) for case in cases}
    start = Barrier(len(cases) + 1)

    def press(case: int) -> bool:
        start.wait()
        return _fill_in(scene, shown[case]) is None

    def propose() -> Counted:
        start.wait()
        return anew(scene)

    with ThreadPoolExecutor(len(cases) + 1) as pool:
        proposing = pool.submit(propose)
        pressed = dict(zip(cases, pool.map(press, cases), strict=True))
        assert proposing.result().begun == list(pressed.values()).count(False)
    scene.world.work()
    for case, won in pressed.items():
        assert scene.run(case).state == ("delivered" if won else "waiting")
        assert len(scene.world.case(case).runs) == (1 if won else 2)
    follow_the_trail(scene.world)


def test_a_press_that_comes_first_wins_over_proposing_anew(make_postgres_world: MakeWorld) -> None:
    scene, (case,) = down(make_postgres_world, "unavailable")
    review = scene.review(case)
    pressed, counted = meet(scene, lambda: _fill_in(scene, review), lambda: anew(scene), before="INSERT INTO decisions")
    assert (pressed, counted) == (None, Counted(begun=0, in_hand=0))
    scene.world.work()
    assert scene.run(case).state == "delivered"


def test_a_form_that_is_being_opened_wins_over_proposing_anew(make_postgres_world: MakeWorld) -> None:
    scene, (case,) = down(make_postgres_world, "unavailable")
    review = scene.review(case)
    _, counted = meet(
        scene,
        lambda: claims.take_in_hand(scene.world.context, review.id, review.version, by="U0ANA"),
        lambda: anew(scene),
        before="INSERT INTO audit",
    )
    assert counted == Counted(begun=0, in_hand=1)


def test_a_pause_that_comes_in_between_stops_it_and_is_said(make_postgres_world: MakeWorld) -> None:
    scene, _ = down(make_postgres_world, *["unavailable"] * 3)
    counted, _ = meet(scene, lambda: anew(scene), lambda: pause(scene), before="INSERT INTO runs")
    assert isinstance(counted, Counted)
    assert counted.begun in (1, 2, 3)
    assert counted.begun == 3 or counted.stopped == "sample was paused meanwhile (its queues are wrong)"

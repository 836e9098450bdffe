"""Many at once: one valid decision for each version, one delivery for each key, and who loses is told so."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from tests.sample import Triage
from workflows import OutcomeUnknown, step
from workflows.engine.case import intake
from workflows.engine.case.intake import Intake
from workflows.engine.errors import Refused, Stale
from workflows.engine.read.history import open_reviews
from workflows.engine.read.views import OpenReview
from workflows.engine.review import claims, doubts, reviews
from workflows.engine.review.decisions import Follows

pytestmark = pytest.mark.slow

AT_ONCE = 20

Decide = Callable[[Scene, int, int, str], None]
"""(scene, review, version that was shown, by whom)."""


def _approve(scene: Scene, review: int, shown: int, by: str) -> None:
    reviews.approve(scene.world.context, review, shown, by=by)


def _edit(scene: Scene, review: int, shown: int, by: str) -> None:
    reviews.edit(scene.world.context, review, shown, Triage(queue="delivery", reply=by), by=by)


def _reject(follows: Follows) -> Decide:
    def decide(scene: Scene, review: int, shown: int, by: str) -> None:
        reviews.reject(scene.world.context, review, shown, by=by, reason="wrong", follows=follows)

    return decide


def _claim(scene: Scene, review: int, shown: int, by: str) -> None:
    claims.claim(scene.world.context, review, by=by)


BY_HAND, CLOSE, AGAIN = _reject(Follows.BY_HAND), _reject(Follows.CLOSE), _reject(Follows.PROPOSE_AGAIN)


def outcomes(scene: Scene, calls: Sequence[tuple[Decide, OpenReview, str]]) -> list[str]:
    """Make these calls at once, and return the result of each: `done`, or the words that the person got."""
    start = Barrier(len(calls))

    def call(what: tuple[Decide, OpenReview, str]) -> str:
        decide, review, by = what
        start.wait()
        try:
            decide(scene, review.id, review.version, by)
        except (Stale, Refused) as refused:
            return str(refused)
        return "done"

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(call, calls))


@pytest.mark.parametrize(
    "mix",
    [
        [_approve],
        [_approve, _edit],
        [_approve, _edit, BY_HAND, CLOSE, AGAIN],
        [BY_HAND],
    ],
    ids=["approve", "approve or edit", "anything", "by hand"],
)
def test_of_twenty_decisions_at_once_one_counts(make_world: MakeWorld, mix: list[Decide]) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()
    review = scene.review(case)
    calls = [(mix[number % len(mix)], review, f"U{number:02}") for number in range(AT_ONCE)]

    said = outcomes(scene, calls)

    assert said.count("done") == 1
    winner = calls[said.index("done")][2]
    (decision,) = rows(scene.world, schema.Decision)
    assert (decision.by, decision.version) == (winner, 1)
    assert all(words.startswith(f"{winner} {decision.kind} it at ") for words in said if words != "done")
    scene.world.work()
    if decision.kind in ("approved", "edited"):
        assert scene.run(case).state == "delivered"
        assert scene.desk.attempts == ["sample/ticket-1"]
        if decision.kind == "edited":
            assert scene.desk.applied["sample/ticket-1"].reply == winner
    else:
        assert scene.desk.attempts == []


def test_the_person_who_loses_is_told_the_present_state(make_world: MakeWorld) -> None:
    """Decided is decided: no word of a version that somebody could still look at."""
    scene = sample(make_world, autonomy=DRAFT)
    review = scene.review(scene.worked())
    said = outcomes(scene, [(_approve, review, f"U{number:02}") for number in range(AT_ONCE)])
    (decision,) = rows(scene.world, schema.Decision)
    assert set(said) == {"done", f"{decision.by} approved it at 2026-11-20 09:00 UTC"}


def test_of_twenty_who_claim_at_once_one_has_it(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()
    said = outcomes(scene, [(_claim, scene.review(case), f"U{number:02}") for number in range(AT_ONCE)])
    assert Counter(said) == {"done": 1, f"{scene.review(case).claimed_by} has claimed it": AT_ONCE - 1}
    assert scene.review(case).version == 1


def test_claims_and_decisions_do_not_come_in_each_others_way(make_world: MakeWorld) -> None:
    scene = sample(make_world, autonomy=DRAFT)
    case = scene.worked()
    review = scene.review(case)
    calls = [((_approve, _claim)[number % 2], review, f"U{number:02}") for number in range(AT_ONCE)]
    said = outcomes(scene, calls)
    decided = [words for (decide, _, _), words in zip(calls, said, strict=True) if decide is _approve]
    assert decided.count("done") == 1
    scene.world.work()
    assert scene.run(case).state == "delivered"
    assert scene.desk.attempts == ["sample/ticket-1"]


def test_twenty_people_on_twenty_reviews_make_twenty_decisions(make_world: MakeWorld) -> None:
    """Each goes through all of them in an order of his own."""
    scene = sample(make_world, autonomy=DRAFT)
    cases = [scene.submit(id=number) for number in range(AT_ONCE)]
    scene.world.work()
    waiting = open_reviews(scene.world.context)
    start = Barrier(AT_ONCE)
    mix = [_approve, _edit, CLOSE]

    def person(number: int) -> Counter[str]:
        chance = random.Random(number)
        found: Counter[str] = Counter()
        start.wait()
        for review in chance.sample(waiting, len(waiting)):
            try:
                chance.choice(mix)(scene, review.id, review.version, f"U{number:02}")
            except Stale:
                found["stale"] += 1
            else:
                found["done"] += 1
        return found

    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = sum(pool.map(person, range(AT_ONCE)), Counter[str]())
    scene.world.work()

    assert found == {"done": AT_ONCE, "stale": AT_ONCE * (AT_ONCE - 1)}
    decisions = rows(scene.world, schema.Decision)
    assert Counter((decision.review_id, decision.version) for decision in decisions) == Counter(
        (review.id, 1) for review in waiting
    )
    delivered = {f"sample/ticket-{number}" for number, case in enumerate(cases) if scene.run(case).state == "delivered"}
    assert set(scene.desk.applied) == delivered
    assert Counter(scene.desk.attempts) == dict.fromkeys(delivered, 1)
    assert len(delivered) == sum(decision.kind != "rejected" for decision in decisions)
    assert len(scene.desk.told) == AT_ONCE - len(delivered)
    assert len(scene.deliveries()) == AT_ONCE
    assert set(scene.deliveries().values()) == {"applied"}


def test_two_workers_with_one_claim_have_one_effect(make_world: MakeWorld) -> None:
    """The dispatcher may say it twice, at once."""
    scene = sample(make_world, autonomy=DRAFT)
    cases = [scene.submit(id=number) for number in range(6)]
    scene.world.work()
    for case in cases:
        scene.approve(case)
    claimed = scene.world.claim(limit=10)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(scene.world.runner.advance, [*claimed, *claimed]))

    assert [scene.run(case).state for case in cases] == ["delivered"] * 6
    assert Counter(scene.desk.attempts) == {f"sample/ticket-{number}": 1 for number in range(6)}


def test_two_workers_with_one_claim_in_the_same_step_do_not_fail_the_run(make_world: MakeWorld) -> None:
    """Both make the call; the journal keeps one, and the other steps back."""
    scene = sample(make_world)
    meeting = Barrier(2)

    @step
    def look_up(ticket: int) -> str:
        with suppress(BrokenBarrierError):  # where only one of them gets here, that is as well
            meeting.wait(timeout=2)
        return f"customer of {ticket}"

    scene.workflow.propose(lambda ticket, ask: ask(customer=look_up(ticket.id)))
    case = scene.submit()
    claimed = scene.world.claim()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(scene.world.runner.advance, [*claimed, *claimed]))

    assert scene.run(case).state == "delivered"
    assert scene.desk.attempts == ["sample/ticket-1"]
    assert scene.outbox() == []


def test_several_workers_share_the_cases(make_world: MakeWorld) -> None:
    scene = sample(make_world)
    cases = [scene.submit(id=number) for number in range(24)]

    def worker(_: int) -> int:
        advanced = 0
        while claimed := scene.world.claim(limit=2):
            for run in claimed:
                scene.world.runner.advance(run)
                advanced += 1
        return advanced

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(worker, range(4))) == 24
    assert {scene.run(case).state for case in cases} == {"delivered"}
    assert Counter(scene.desk.attempts) == {f"sample/ticket-{number}": 1 for number in range(24)}


def test_the_same_key_twenty_times_at_once_is_one_case(make_world: MakeWorld) -> None:
    """Also the very first of its workflow, whose own row is made then."""
    scene = sample(make_world)
    start = Barrier(AT_ONCE)

    def send(number: int) -> tuple[int, str]:
        start.wait()
        receipt = scene.world.submit(scene.workflow, id=1, text="charged twice")
        return receipt.case, receipt.intake

    with ThreadPoolExecutor(AT_ONCE) as pool:
        receipts = list(pool.map(send, range(AT_ONCE)))

    assert len({case for case, _ in receipts}) == 1
    assert Counter(intake for _, intake in receipts) == {Intake.TAKEN_IN: 1, Intake.DUPLICATE: AT_ONCE - 1}
    assert len(rows(scene.world, schema.Case)) == len(rows(scene.world, schema.Run)) == 1
    scene.world.work()
    assert scene.desk.attempts == ["sample/ticket-1"]


def test_the_same_revision_twenty_times_at_once_is_one_revision(make_world: MakeWorld) -> None:
    """The same event, on several replicas: nobody is refused who brings what is there already."""
    scene = sample(make_world)
    case = scene.worked(text="first")
    start = Barrier(AT_ONCE)

    def send(number: int) -> str:
        start.wait()
        return scene.world.submit(scene.workflow, id=1, text="second").intake

    with ThreadPoolExecutor(AT_ONCE) as pool:
        receipts = list(pool.map(send, range(AT_ONCE)))

    assert Counter(receipts) == {Intake.REVISED: 1, Intake.DUPLICATE: AT_ONCE - 1}
    assert scene.world.case(case).revision == 2


def test_other_content_under_one_key_twenty_times_at_once_is_one_case(make_world: MakeWorld) -> None:
    """Each content is a revision of its own or refused with the advice to send it again; the newest one counts."""
    scene = sample(make_world, autonomy=DRAFT)
    start = Barrier(AT_ONCE)

    def send(number: int) -> str:
        start.wait()
        try:
            scene.world.submit(scene.workflow, id=1, text=f"text {number}")
        except Refused:
            return "refused"
        return f"text {number}"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        kept = [said for said in pool.map(send, range(AT_ONCE)) if said != "refused"]
    scene.world.work()

    (case,) = rows(scene.world, schema.Case)
    assert case.revision == len(kept) == len(rows(scene.world, schema.Run))
    view = scene.world.case(case.id)
    assert sorted(str(run.input["text"]) for run in view.runs) == sorted(kept)
    assert [run.state for run in view.runs] == ["superseded"] * (len(kept) - 1) + ["waiting"]
    assert len(open_reviews(scene.world.context)) == 1


def test_twenty_batches_with_the_same_keys_at_once_are_taken_in_once(make_world: MakeWorld) -> None:
    """In whatever order each of them brings the keys."""
    scene = sample(make_world)
    inputs = [intake.accept(scene.workflow, {"id": number, "text": "x"}) for number in range(10)]
    start = Barrier(AT_ONCE)

    def send(number: int) -> Counter[str]:
        batch = random.Random(number).sample(inputs, len(inputs))
        start.wait()
        receipts = intake.take_in(scene.world.context, scene.workflow, batch, source="test", actor="tester")
        return Counter(str(receipt.intake) for receipt in receipts)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        total = sum(pool.map(send, range(AT_ONCE)), Counter[str]())

    assert total == {Intake.TAKEN_IN: 10, Intake.DUPLICATE: 10 * (AT_ONCE - 1)}
    assert len(rows(scene.world, schema.Case)) == 10


def test_twenty_settle_one_doubt_at_once_and_one_counts(make_world: MakeWorld) -> None:
    scene = sample(make_world, idempotent=False)
    scene.desk.errors.append(OutcomeUnknown("lost"))
    case = scene.worked()
    start = Barrier(AT_ONCE)

    def settle(number: int) -> str:
        start.wait()
        try:
            return doubts.settle(scene.world.context, case, happened=number % 2 == 0, by=f"U{number:02}")
        except Refused:
            return "refused"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = Counter(pool.map(settle, range(AT_ONCE)))

    assert said["refused"] == AT_ONCE - 1
    ((state, _),) = (item for item in said.items() if item[0] != "refused")
    assert scene.run(case).state == state
    assert set(scene.deliveries().values()) == {"applied" if state == "delivered" else "failed"}

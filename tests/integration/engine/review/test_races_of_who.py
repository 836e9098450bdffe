"""Whatever people do at once about one case: one decision stands, it is delivered once, and everyone is told."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Literal

import pytest

from store import schema
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, Scene, rows, sample
from tests.integration.engine.trail import follow_the_trail
from tests.sample import Ticket, Triage
from workflows import Review, Second
from workflows.engine.case.intake import accept
from workflows.engine.context import SYSTEM
from workflows.engine.deliver.waiting_deliveries import awaken
from workflows.engine.errors import Refused
from workflows.engine.review import claims, reviews
from workflows.engine.review.corrected.corrected_inputs import rerun_corrected
from workflows.engine.review.decisions import Follows
from workflows.engine.review.rerun import reruns
from workflows.engine.review.standing import standing
from workflows.engine.review.undo import undo
from workflows.engine.review.waiting import deadlines
from workflows.engine.review.wrong import reports

AT_ONCE = 20
MINUTE = timedelta(minutes=1)


def acts(scene: Scene, case: int, review: int, shown: int, by: str) -> list[Callable[[], object]]:
    """Return all that somebody may do about a case."""
    context = scene.world.context
    put_right = accept(scene.workflow, {"id": 1, "text": f"put right by {by}"})
    return [
        lambda: reviews.approve(context, review, shown, by=by),
        lambda: reviews.edit(context, review, shown, Triage(queue="delivery", reply=by), by=by),
        lambda: reviews.reject(context, review, shown, by=by, reason="no", follows=Follows.CLOSE),
        lambda: undo(context, review, shown, by="U0ANA"),
        lambda: claims.claim(context, review, by=by, shown=shown),
        lambda: reruns.rerun(context, case, by=by),
        lambda: rerun_corrected(context, case, put_right, by=by, reason="wrong"),
        lambda: scene.submit(text=f"by {by}"),
        lambda: reports.note(context, about="it", case=case, by=by, said="wrong"),
        lambda: awaken(context),
    ]


@pytest.mark.parametrize("begun", ["open", "second", "grace"])
@pytest.mark.parametrize("seed", [1, 2])
def test_twenty_people_do_anything_at_once(make_world: MakeWorld, begun: str, seed: int) -> None:
    """On a case that is open, that waits for a second person, or whose decision can still be taken back."""
    settings = {
        "open": Review(grace=MINUTE),
        "second": Review(grace=MINUTE, second=Second()),
        "grace": Review(grace=MINUTE),
    }
    scene = sample(make_world, autonomy=DRAFT, review=settings[begun])
    case = scene.worked()
    opened = scene.review(case)
    shown = opened.version
    if begun != "open":
        scene.approve(case, by="U0ANA")
        shown = scene.decided(case).version
        scene.world.clock.move(MINUTE)
    chance = random.Random(seed)
    at_once([chance.choice(acts(scene, case, opened.id, shown, f"U{number:02}")) for number in range(AT_ONCE)])
    one_stands(scene)


@pytest.mark.slow
@pytest.mark.parametrize("policy", ["approve", "reject"])
@pytest.mark.parametrize("begun", ["open", "claimed", "second", "grace"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_twenty_people_do_anything_at_once_while_its_time_ends(
    make_world: MakeWorld, begun: str, policy: Literal["approve", "reject"], seed: int
) -> None:
    """A lapse is one decision among theirs: where a person was first nothing lapses, and where it was they are told."""
    second: Second[Ticket, Triage] | tuple[()] = Second() if begun == "second" else ()
    review = Review(grace=MINUTE, answer_within=5 * MINUTE, on_expiry=policy, second=second)
    scene = sample(make_world, autonomy=DRAFT, review=review)
    case = scene.worked()
    opened = scene.review(case)
    shown, context = opened.version, scene.world.context
    scene.world.clock.move(5 * MINUTE - timedelta(seconds=30))
    if begun == "claimed":
        claims.claim(context, opened.id, by="U0ANA")
    elif begun != "open":
        scene.approve(case, by="U0ANA")
        shown = scene.decided(case).version
    scene.world.clock.move(timedelta(seconds=31))
    if begun == "claimed":
        deadlines.sweep(context)
        assert scene.review(case).id == opened.id, "it was put off; the claim ends now"
        scene.world.clock.move(claims.CLAIM_LASTS)
    chance = random.Random(seed)
    people = [chance.choice(acts(scene, case, opened.id, shown, f"U{number:02}")) for number in range(AT_ONCE // 2)]
    # Every process looks what is due. A person's write goes before it, so some of them come a little later.
    sweeps: list[Callable[[], object]] = [lambda: deadlines.sweep(context)] * (AT_ONCE - len(people))
    at_once([*sweeps, *(later(act, chance.choice([0, 0.03, 0.1])) for act in people)])
    one_stands(scene)
    lapsed = [row for row in rows(scene.world, schema.Decision) if row.by == SYSTEM]
    assert len(lapsed) <= 1
    assert not lapsed or begun in ("open", "claimed"), "what a person decided does not lapse"


def later(act: Callable[[], object], seconds: float) -> Callable[[], object]:
    def wait_and_act() -> None:
        time.sleep(seconds)
        act()

    return wait_and_act


def at_once(picked: Sequence[Callable[[], object]]) -> None:
    """Do all of this at the same moment. Everyone is told what became of it."""
    start = Barrier(len(picked))

    def do(act: Callable[[], object]) -> str:
        start.wait()
        try:
            act()
        except Refused as refused:
            return str(refused)
        return "done"

    with ThreadPoolExecutor(len(picked)) as pool:
        said = list(pool.map(do, picked))
    assert all(said)


def one_stands(scene: Scene) -> None:
    """Assert that one decision stands of each review, that it is delivered once, and that all is in the audit."""
    scene.world.work()
    scene.world.clock.move(MINUTE)
    scene.world.work()
    keys = scene.desk.attempts
    assert len(keys) == len(set(keys))
    for review in rows(scene.world, schema.Review):
        made = [row for row in rows(scene.world, schema.Decision) if row.review_id == review.id]
        assert len({row.version for row in made}) == len(made)
        first = [row for row in standing(made) if not row.confirms]
        assert len(first) == (1 if made and any(row.revoked_at is None for row in made) else 0)
    follow_the_trail(scene.world)

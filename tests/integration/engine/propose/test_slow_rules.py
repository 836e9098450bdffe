"""Author code runs outside transactions: while one reviewer's rule thinks, another one decides."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from store.db.time_limits import time_limit
from tests.conftest import MakeWorld
from tests.integration.engine.scene import DRAFT, sample
from tests.sample import Triage
from tests.waiting import LONGEST
from tests.world import sure
from workflows.engine.errors import Stale
from workflows.engine.review import claims, reviews
from workflows.engine.review.cards import card_view
from workflows.engine.review.wrong import corrections


@pytest.mark.parametrize("act", ["approve", "edit", "correct", "draw"])
def test_a_rule_that_thinks_for_one_keeps_nobody_else_from_deciding(make_world: MakeWorld, act: str) -> None:
    """A6: with the rule in the transaction, another click was refused after 1.5 s. Here the rule does not end at all
    until the others have decided."""
    scene = sample(make_world, sure(0.5, queue="billing", reply="Hello"), autonomy=DRAFT)
    slow, quick, third = scene.worked(id=1, text="slow"), scene.worked(id=2), scene.worked(id=3)
    if act == "correct":
        scene.approve(slow)
        scene.world.work()
    thinking, done = Event(), Event()
    context = scene.world.context

    def think(text: str) -> bool:
        if text == "slow":
            thinking.set()
            assert done.wait(LONGEST)
        return False

    scene.workflow.never("think for long")(lambda ticket, triage: think(ticket.text))
    scene.workflow.text = lambda ticket: str(think(ticket.text if act == "draw" else ""))
    review = scene.decided(slow).id
    acts = {
        "approve": lambda: reviews.approve(context, review, 1, by="U0ANA"),
        "edit": lambda: reviews.edit(context, review, 1, Triage(queue="delivery"), by="U0ANA"),
        "correct": lambda: corrections.correct(context, slow, Triage(queue="delivery"), by="U0ANA"),
        "draw": lambda: card_view(context, review),
    }
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(acts[act])
        try:
            assert thinking.wait(LONGEST)
            with time_limit(LONGEST / 4):
                scene.approve(quick, by="U0BEN")
                claims.claim(context, scene.review(third).id, by="U0BEN")
            scene.world.work()
            assert scene.run(quick).state == "delivered"
        finally:
            done.set()
        first.result(LONGEST)
    if act in ("approve", "edit"):
        scene.world.work()
        assert scene.run(slow).state == "delivered"


def test_a_decision_made_while_a_rule_was_thinking_wins(make_world: MakeWorld) -> None:
    """The rule looked at a version that is no longer the present one: its decision is refused, not recorded over."""
    scene = sample(make_world, sure(0.5, queue="billing", reply="Hello"), autonomy=DRAFT)
    case = scene.worked()
    review, thinking, done = scene.review(case), Event(), Event()
    first_time = [True]

    def think() -> bool:
        if first_time:
            first_time.clear()
            thinking.set()
            assert done.wait(LONGEST)
        return False

    scene.workflow.never("think for long")(lambda ticket, triage: think())
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(reviews.approve, scene.world.context, review.id, 1, by="U0ANA")
        assert thinking.wait(LONGEST)
        scene.edit(case, queue="delivery", by="U0BEN")
        done.set()
        with pytest.raises(Stale, match="U0BEN edited it"):
            slow.result(LONGEST)
    scene.world.work()
    (decision,) = scene.decided(case).decisions
    assert decision.by == "U0BEN"
    assert [triage.queue for triage in scene.desk.applied.values()] == ["delivery"]
